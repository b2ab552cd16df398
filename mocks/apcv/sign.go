package apcv

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/tlsi"
)

// signKey is the key of the Vitale signatures in the PKI.
const signKey = "apcv-sign"

// invoice is what signerVitale asks to sign.
type invoice struct {
	context         string
	kind            string // Facture@type: its values are not known, any is accepted
	insured, key    string // NIRAssure
	fse, dre        string // condensates, signed as they came
	billing, signer string // ResumeFacture/ProfessionnelSante
	familyName      string // ResumeFacture/Beneficiaire
	givenName       string
	nir, nirKey     string
}

// decodeSign reads the request. What ResumeFacture holds besides (the
// prestations) is for the patient's eyes: it is not read.
func (s *Service) decodeSign(q *tlsi.Request) *sim.Error {
	r := newReader(q.Envelope.Body)
	r.version()
	v := invoice{context: r.child("ContexteApCV", true).text("Identifiant", "", true)}
	f := r.child("Facture", true)
	if f.at != nil {
		if v.kind = strings.TrimSpace(f.at.SelectAttrValue("type", "")); v.kind == "" {
			f.fail("invoice-type", "L'attribut type de Facture manque.", "The attribute type of Facture is missing.")
		}
	}
	v.insured, v.key = f.matricule("NIRAssure", true)
	v.fse, v.dre = f.text("DonneeFSE", "", false), f.text("DonneeDRE", "", false)
	if v.fse == "" && v.dre == "" {
		f.fail("invoice-empty", "Facture ne porte ni DonneeFSE ni DonneeDRE : il n'y a rien à signer.", "Facture carries neither DonneeFSE nor DonneeDRE: there is nothing to sign.")
	}
	sum := r.child("ResumeFacture", true)
	pro := sum.child("ProfessionnelSante", true)
	v.billing = pro.text("IdentifiantFacturation", billingShape, true)
	v.signer = pro.text("IdNatPS", "", true)
	who := sum.child("Beneficiaire", true)
	v.familyName, v.givenName = who.text("NomFamille", "", true), who.text("Prenom", "", true)
	v.nir, v.nirKey = who.matricule("NIRCertifie", false)
	q.Input = v
	q.Exchange.Fact("request", map[string]any{"billing": v.billing})
	q.Exchange.Fact("facture", map[string]any{"type": v.kind, "nir": v.insured, "fse": v.fse != "", "dre": v.dre != ""})
	s.aboutContext(q, v.context)
	return *r.refusal
}

// handleSign is signerVitale: the signature stands for the card's.
func (s *Service) handleSign(q *tlsi.Request) (*node, *sim.Error) {
	in, _ := q.Input.(invoice)
	var v vitale
	var refusal *sim.Error
	_ = s.world.Store.View(func(tx *store.Txn) error {
		v, refusal = s.usable(tx, in.context, q.Access.Person)
		return nil
	})
	if refusal == nil && in.signer != q.Access.Person {
		refusal = refuse(wrongProfessional, "invoice-professional",
			"ResumeFacture nomme le professionnel « "+clip(in.signer)+" » ; l'appelant est "+q.Access.Person+".",
			"ResumeFacture names the professional “"+clip(in.signer)+"”; the caller is "+q.Access.Person+".")
	}
	if refusal == nil {
		refusal = s.sameBilling(q, in.billing)
	}
	if refusal == nil {
		refusal = s.sameBeneficiary(q, in, v)
	}
	if refusal != nil {
		return nil, refusal
	}
	signature, err := s.signature(in)
	if err != nil {
		return nil, sim.AsError(err)
	}
	return answer("SignerVitaleRep", el("ContexteApCV", leaf("Identifiant", v.ID)), signature), nil
}

// sameBeneficiary holds the invoice against those on the card: the patient who
// showed it, or one of their ayants droit. NIRAssure may be another person's, who
// covers the patient: only its key is checked.
func (s *Service) sameBeneficiary(q *tlsi.Request, in invoice, v vitale) *sim.Error {
	p, ok := s.patient(v.Patient)
	if !ok {
		return refuse(badBeneficiary, "patient-gone", "Le patient de ce contexte n'est plus dans la base ("+v.Patient+").", "The patient of this context is no longer in the base ("+v.Patient+").")
	}
	// A key that the official data has wrong is right here as there.
	if key, err := registre.NIRKey(in.insured); (err != nil || key != in.key) && (in.insured != p.INS.Matricule || in.key != p.INS.Key) {
		return refuse(badRequest, "insured-key", "NIRAssure "+in.insured+" n'a pas la clé "+in.key+".", "NIRAssure "+in.insured+" does not have the key "+in.key+".")
	}
	if in.nir != "" {
		found := false
		for _, b := range s.covered(v) {
			if b.INS.Matricule == in.nir && b.INS.Key == in.nirKey {
				p, found = b, true
			}
		}
		if !found {
			return refuse(badBeneficiary, "beneficiary", "NIRCertifie vaut "+in.nir+" "+in.nirKey+" ; la carte est celle de "+p.Name()+" ("+p.INS.Matricule+" "+p.INS.Key+") et ne couvre pas cette personne.", "NIRCertifie is "+in.nir+" "+in.nirKey+"; the card is that of "+p.Name()+" ("+p.INS.Matricule+" "+p.INS.Key+") and does not cover this person.")
		}
	}
	if !strings.EqualFold(in.familyName, p.BirthName) || !strings.EqualFold(in.givenName, firstName(p)) {
		q.Exchange.Note(cause("beneficiary-name",
			"ResumeFacture nomme « "+clip(in.givenName+" "+in.familyName)+" » ; la carte dit « "+firstName(p)+" "+p.BirthName+" » : accepté.",
			"ResumeFacture names “"+clip(in.givenName+" "+in.familyName)+"”; the card says “"+firstName(p)+" "+p.BirthName+"”: accepted."))
	}
	return nil
}

// signature signs each condensate as it came: RSASSA-PKCS1-v1_5 over its SHA-256.
// The public key goes along, so that a reader can verify (all invented).
func (s *Service) signature(in invoice) (*node, error) {
	key, err := s.world.PKI.SigningKey(signKey)
	if err != nil {
		return nil, fmt.Errorf("apcv: sign: %w", err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, fmt.Errorf("apcv: sign: %w", err)
	}
	sign := func(name, data string) (*node, error) {
		if data == "" {
			return nil, nil //nolint:nilnil // an absent element
		}
		digest := sha256.Sum256([]byte(data))
		sig, err := key.Sign(nil, digest[:], crypto.SHA256) // RSASSA-PKCS1-v1_5 draws nothing
		if err != nil {
			return nil, fmt.Errorf("apcv: sign: %w", err)
		}
		return leaf(name, base64.StdEncoding.EncodeToString(sig)), nil
	}
	fse, err := sign("SignatureFSE", in.fse)
	if err != nil {
		return nil, err
	}
	dre, err := sign("SignatureDRE", in.dre)
	if err != nil {
		return nil, err
	}
	out := el("SignatureVitale", fse, dre, leaf("ClePublique", base64.StdEncoding.EncodeToString(public)))
	out.attrs = []string{"algorithme", "RSASSA-PKCS1-v1_5 SHA-256", "nature", "SIMULATEUR"}
	return out, nil
}
