package apcv

import (
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/tlsi"
)

// Where requests go, and their namespaces (confirmed: generator of requests of
// Pyxvital, which also gives the actions and the names of the fields).
const (
	authPath = "/wssoap/apcv/auth/1/0"
	signPath = "/wssoap/apcv/sign/1/0"
	authNS   = "http://www.sesam-vitale.fr/apcv/auth/1/0"
	signNS   = "http://www.sesam-vitale.fr/apcv/sign/1/0"

	authActions = "urn:ApCV_AUTH:1.0.0:"
	signActions = "urn:ApCV_SIGN:1.0.0:"
)

// register puts the operations on the door of the Assurance Maladie, which reads
// envelope, headers and assertion. The operations have no ContexteBAM, and a
// structure's certificate does not suffice: the request needs a professional.
func (s *Service) register(d *tlsi.Door) {
	add := func(op, path, action string, body soap.Name, decode func(*tlsi.Request) *sim.Error, act func(*tlsi.Request) (*node, *sim.Error)) {
		d.Handle(tlsi.Route{
			Service: "apcv", Op: s.ops[op], Path: path, Action: action, Body: body, NoBAM: true, PersonOnly: true,
			Decode: func(r *tlsi.Request) *tlsi.Fault {
				if r.Envelope.Header("urn:siram:bam:ctxbam", "ContexteBAM") != nil {
					r.Exchange.Note(cause("contexte-bam", "Un en-tête ContexteBAM est présent : les opérations ApCV n'en ont pas, il n'est pas lu.", "A header ContexteBAM is there: the ApCV operations have none, it is not read."))
				}
				return s.fault(decode(r))
			},
			Handle: func(r *tlsi.Request) ([]byte, *tlsi.Fault) {
				n, refusal := act(r)
				if refusal != nil {
					return nil, s.fault(refusal)
				}
				var b strings.Builder
				n.write(&b, body.Space)
				return []byte(b.String()), nil
			},
		})
	}
	auth := func(local string) soap.Name { return soap.Name{Space: authNS, Local: local} }
	add(opRead, authPath, authActions+"authentifierUtilisateurProximite", auth("AuthentifierUtilisateurProximiteReq"), s.decodeRead, s.handleRead)
	add(opRestore, authPath, authActions+"restituerContexteApCV", auth("RestituerContexteApCVReq"), s.decodeRestore, s.handleRestore)
	add(opDestroy, authPath, authActions+"detruireContexteApCV", auth("DetruireContexteApCVReq"), s.decodeDestroy, s.handleDestroy)
	add(opSign, signPath, signActions+"signerVitale", soap.Name{Space: signNS, Local: "SignerVitaleReq"}, s.decodeSign, s.handleSign)
	for _, name := range refusalCodes() {
		d.Declare(*s.fault(refuse(name, strings.ToLower(name), "", "")))
	}
	d.SetVitaleProof(s)
}

// Mount adds the routes: the door's.
func (s *Service) Mount(g *echo.Group) { s.door.Mount(g) }

// aboutCode records what the journal says of a scanned code, also when it is then
// refused.
func (s *Service) aboutCode(r *tlsi.Request, scanned string) {
	p, err := decodePayload(scanned)
	if err != nil {
		return
	}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		if c, ok := codes.Get(tx, p.Nonce); ok {
			f := c.facts()
			f["professional"] = r.Access.Person
			r.Exchange.Fact("apcv", f)
		}
		return nil
	})
}

// aboutContext does the same for a context.
func (s *Service) aboutContext(r *tlsi.Request, id string) {
	_ = s.world.Store.View(func(tx *store.Txn) error {
		if v, ok := contexts.Get(tx, id); ok {
			r.Exchange.Fact("apcv", v.facts())
		}
		return nil
	})
}
