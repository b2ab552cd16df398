package tlsi

import (
	"strings"

	"github.com/segursim/segursim/internal/sim"
)

// The common names that a structure's certificate must have exactly (PADOA).
const (
	insiAuto = "INSI-AUTO"
	insiManu = "INSI-MANU"
)

// structure lets a structure in by its TLS certificate.
func (d *Door) structure(r *Request) *Fault {
	no := func(rule, fr, en string) *Fault {
		return d.option("access").Because(cause(rule, fr, en, "SEL-MP-043 §3.2"))
	}
	relaxed := d.world.Relaxed("client-certificate")
	chain := r.Exchange.Chain
	if len(chain) == 0 {
		if relaxed {
			r.Access = Access{Mode: MTLSAuto, Structure: r.LPS.Emetteur}
			r.Exchange.Note(cause("access.relaxed", "Aucun certificat client : accepté, relax client-certificate.", "No client certificate: accepted, relax client-certificate.", ""))
			return nil
		}
		return no("access.none", "Ni certificat client (INSI-AUTO, INSI-MANU) ni assertion d'un professionnel.", "Neither a client certificate (INSI-AUTO, INSI-MANU) nor a professional's assertion.")
	}
	if problem := d.certificateProblem(r.Exchange); problem != "" && !relaxed {
		if d.config.Certificate == "reset" {
			r.Exchange.Wire = sim.WireFault{Kind: sim.ResetConn}
		}
		return no("access.certificate",
			"Le certificat client est refusé ("+problem+") ; le vrai service le refuse dès la poignée de main TLS.",
			"The client certificate is refused ("+problem+"); the real service refuses it in the TLS handshake.")
	}
	leaf := chain[0]
	mode := Mode("")
	switch cn := leaf.Subject.CommonName; {
	case cn == insiAuto:
		mode = MTLSAuto
	case cn == insiManu:
		mode = MTLSManu
	case strings.EqualFold(cn, insiAuto), strings.EqualFold(cn, insiManu):
		return no("access.cn", "Le CN du certificat est « "+limit(cn)+" » : il doit être en majuscules.", "The certificate's CN is “"+limit(cn)+"”: it must be in capitals.")
	default:
		return no("access.cn", "Le CN du certificat est « "+limit(cn)+" » ; attendu exactement INSI-AUTO ou INSI-MANU.", "The certificate's CN is “"+limit(cn)+"”; want exactly INSI-AUTO or INSI-MANU.")
	}
	units := leaf.Subject.OrganizationalUnit
	if len(units) != 1 || units[0] == "" {
		return no("access.ou", "Le certificat n'a pas un seul OU, l'IdNat_Struct.", "The certificate has not exactly one OU, the IdNat_Struct.")
	}
	r.Access = Access{Mode: mode, Structure: units[0]}
	return nil
}

// certificateProblem says why TLS would refuse the client's certificate. The
// edge has judged it already when it served the connection.
func (d *Door) certificateProblem(x *sim.Exchange) string {
	if t := x.Entry.Peer.TLS; t != nil {
		return t.Problem
	}
	if d.world.PKI == nil {
		return ""
	}
	if err := d.world.PKI.VerifyClient(x.Chain); err != nil {
		return err.Error()
	}
	return ""
}
