package tlsi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
)

// before is the operation that the journal shows until the real one is known.
func before() sim.Op { return sim.Op{Name: "lps", Provenance: sim.Confirmed} }

// serve answers one request.
func (d *Door) serve(c echo.Context) error {
	req := c.Request()
	x := sim.ExchangeOf(req.Context())
	x.Begin("tlsi", before())
	r := &Request{Context: req.Context(), Exchange: x, Now: d.world.Clock.Now()}
	body, refusal := d.run(r, req)
	if refusal != nil {
		return d.refuse(c, r, refusal)
	}
	style, _ := d.config.style()
	return write(c, http.StatusOK, soap.EncodeEnvelope(style, nil, body))
}

// run takes a request through every step, in the order of the package comment.
func (d *Door) run(r *Request, req *http.Request) ([]byte, *Fault) {
	action, refusal := d.accept(req)
	if refusal != nil {
		return nil, refusal
	}
	if refusal := d.read(r, req, action); refusal != nil {
		return nil, refusal
	}
	rt, refusal := d.dispatch(req.URL.Path, action, r.Envelope)
	if refusal != nil {
		return nil, refusal
	}
	r.Exchange.Begin(rt.Service, rt.Op)
	body, refusal := d.through(r, rt, req)
	if rt.After != nil {
		rt.After(r, refusal)
	}
	return body, refusal
}

// through takes a request to its operation.
func (d *Door) through(r *Request, rt Route, req *http.Request) ([]byte, *Fault) {
	for _, step := range []func() *Fault{
		func() *Fault { return d.understood(r) },
		func() *Fault { return d.contexts(r, rt) },
		func() *Fault { return d.software(r) },
		func() *Fault { return d.enter(r, rt, req) },
	} {
		if refusal := step(); refusal != nil {
			return nil, refusal
		}
	}
	if rt.Decode != nil {
		if refusal := rt.Decode(r); refusal != nil {
			return nil, refusal
		}
	}
	return d.act(r, rt)
}

// read decodes the envelope and records what it says of itself.
func (d *Door) read(r *Request, req *http.Request, action string) *Fault {
	e, err := soap.Read(req.Body, req.ContentLength, d.config.limits())
	if err != nil {
		return d.unreadable(err)
	}
	r.Envelope = e
	if action == "" {
		action = e.Action
	}
	r.Exchange.Fact("soap", map[string]any{"action": action, "message_id": e.MessageID, "body": e.BodyName().Local})
	if e.MessageID == "" {
		r.Exchange.Note(cause("message-id", "L'en-tête wsa:MessageID manque ; le WSDL le demande.", "The header wsa:MessageID is missing; the WSDL asks for it.", "WSDL DESIR_ICIR_EXP 1.5.0"))
	}
	return nil
}

// act asks the director, then the service.
func (d *Door) act(r *Request, rt Route) ([]byte, *Fault) {
	patch, e := d.world.Decide(r.Context, r.Exchange)
	if e != nil {
		return nil, d.fromError(e)
	}
	if r.Exchange.Wire.Kind == sim.HTTPStatus {
		return nil, nil // a proxy answers
	}
	r.Patch = patch
	body, refusal := rt.Handle(r)
	if refusal != nil || len(patch) == 0 || rt.Patches {
		return body, refusal
	}
	patched, err := patchBody(body, patch)
	if err != nil {
		return nil, Internal(err)
	}
	return patched, nil
}

// write sends a message. Nothing of it may be kept by a proxy.
func write(c echo.Context, status int, message []byte) error {
	return c.Blob(status, soap.MediaType+"; charset=utf-8", message)
}
