package apcv_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"testing"
)

// signRequest signs an invoice of Alice's.
func signRequest(id string) request {
	return request{
		path: signPath, action: "urn:ApCV_SIGN:1.0.0:signerVitale", person: doctor, card: doctorCard,
		body: `<SignerVitaleReq version="1.0" xmlns="http://www.sesam-vitale.fr/apcv/sign/1/0"><ContexteApCV><Identifiant>` + escape(id) +
			`</Identifiant></ContexteApCV><Facture type="FSE"><NIRAssure cle="78">2850475999101</NIRAssure><DonneeFSE>Y29uZGVuc2F0</DonneeFSE><DonneeDRE>ZHJl</DonneeDRE></Facture>` +
			`<ResumeFacture><ProfessionnelSante><IdentifiantFacturation>` + billing + `</IdentifiantFacturation><IdNatPS>` + doctor + `</IdNatPS><Nom>DOC</Nom></ProfessionnelSante>` +
			`<Beneficiaire><NomUsage>X</NomUsage><NomFamille>SEGURSIM-ORDINAIRE</NomFamille><Prenom>ALICE</Prenom><NIRCertifie cle="78">2850475999101</NIRCertifie></Beneficiaire>` +
			`<Prestation><Code>CS</Code></Prestation></ResumeFacture></SignerVitaleReq>`,
	}
}

// TestSign: the signatures verify, with the key that comes along.
func TestSign(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	id, _ := b.read(b.show(alice))
	a := b.send(signRequest(id))
	if a.status != http.StatusOK || a.doc.FindElement("//SignerVitaleRep") == nil {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	der, err := base64.StdEncoding.DecodeString(a.text("ClePublique"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		t.Fatal(err)
	}
	for field, data := range map[string]string{"SignatureFSE": "Y29uZGVuc2F0", "SignatureDRE": "ZHJl"} {
		sig, err := base64.StdEncoding.DecodeString(a.text(field))
		if err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256([]byte(data))
		if err := rsa.VerifyPKCS1v15(key.(*rsa.PublicKey), crypto.SHA256, digest[:], sig); err != nil {
			t.Errorf("%s: %v", field, err)
		}
	}
	if b.noted("apcv.beneficiary-name") {
		t.Error("the right name is remarked on")
	}
	e := b.last()
	for fact, want := range map[string]any{"facture.type": "FSE", "facture.fse": true, "facture.nir": "2850475999101", "apcv.context": id, "apcv.patient": alice, "request.billing": billing} {
		if got := e.Fact(fact); got != want {
			t.Errorf("%s is %v, want %v", fact, got, want)
		}
	}
	if a := b.send(signRequest(id).replacing("<DonneeDRE>ZHJl</DonneeDRE>", "")); a.text("SignatureFSE") == "" || a.text("SignatureDRE") != "" {
		t.Errorf("FSE alone: %d %s", a.status, a.raw)
	}
	if a := b.send(signRequest(id).replacing("<Prenom>ALICE<", "<Prenom>ALICIA<")); a.status != http.StatusOK || !b.noted("apcv.beneficiary-name") {
		t.Errorf("another first name: %d, causes %+v", a.status, b.last().Causes)
	}
}

func TestSignRefusals(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	id, _ := b.read(b.show(alice))
	for name, c := range map[string]struct{ old, fresh, code, rule string }{
		"nothing to sign":      {"<DonneeFSE>Y29uZGVuc2F0</DonneeFSE><DonneeDRE>ZHJl</DonneeDRE>", "", "REQUETE_INVALIDE", "apcv.invoice-empty"},
		"no type":              {` type="FSE"`, "", "REQUETE_INVALIDE", "apcv.invoice-type"},
		"insured's key":        {`<NIRAssure cle="78">`, `<NIRAssure cle="77">`, "REQUETE_INVALIDE", "apcv.insured-key"},
		"insured without key":  {`<NIRAssure cle="78">`, `<NIRAssure>`, "REQUETE_INVALIDE", "apcv.field-key"},
		"insured's shape":      {`<NIRAssure cle="78">2850475999101`, `<NIRAssure cle="78">28504`, "REQUETE_INVALIDE", "apcv.field-shape"},
		"no beneficiary":       {"<Beneficiaire>", `<Beneficiaire xmlns="urn:autre">`, "REQUETE_INVALIDE", "apcv.field-missing"},
		"another beneficiary":  {`<NIRCertifie cle="78">2850475999101`, `<NIRCertifie cle="56">2360663220836`, "BENEFICIAIRE_NON_CONCORDANT", "apcv.beneficiary"},
		"another professional": {"<IdNatPS>" + doctor, "<IdNatPS>" + other, "PROFESSIONNEL_NON_CONCORDANT", "apcv.invoice-professional"},
		"another billing":      {billing, "759999999", "PROFESSIONNEL_NON_CONCORDANT", "apcv.billing"},
		"no context":           {"<ContexteApCV><Identifiant>" + id + "</Identifiant></ContexteApCV>", "", "REQUETE_INVALIDE", "apcv.field-missing"},
	} {
		t.Run(name, func(t *testing.T) {
			r := signRequest(id).replacing(c.old, c.fresh)
			b.refused(b.send(r), c.code, c.rule)
		})
	}
}

// TestSignForDependent: a parent's card signs for a child on it, not for another's.
func TestSignForDependent(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	a := b.send(readRequest(b.show("devinci-ruth")))
	nir := a.doc.FindElement("//AyantDroit/NIRCertifie")
	holder := a.doc.FindElement("//Beneficiaire/NIRCertifie")
	if nir == nil || holder == nil {
		t.Fatalf("no ayant droit: %s", a.raw)
	}
	r := signRequest(a.text("Identifiant")).
		replacing(`<NIRAssure cle="78">2850475999101`, `<NIRAssure cle="`+holder.SelectAttrValue("cle", "")+`">`+holder.Text()).
		replacing(`<NIRCertifie cle="78">2850475999101`, `<NIRCertifie cle="`+nir.SelectAttrValue("cle", "")+`">`+nir.Text())
	if got := b.send(r); got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.raw)
	}
}
