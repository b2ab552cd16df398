package tlsi

import (
	"crypto/x509"
	"time"

	"github.com/segursim/segursim/internal/saml"
)

// tokenAttribute is where the token of an ApCV context is looked for in the
// second assertion. The real place is not public: it is ours.
const tokenAttribute = "TokenApCV"

// vitaleAssertion judges the second assertion: whole, and at most 20 minutes old
// (CNDA test 1.02). What a real one looks like is not public.
func (d *Door) vitaleAssertion(r *Request, a *saml.Assertion) *Fault {
	verify := d.config.VitaleSignature == "verify"
	if a.Signed || verify {
		var chain saml.ChainVerifier
		if verify {
			chain = func(c []*x509.Certificate) error { return d.chain(c[0]) }
		}
		if err := a.Verify(chain); err != nil {
			return d.badAssertion("vitale", err)
		}
	}
	if refusal := d.period(r, a, time.Duration(d.config.VitaleLife), "vitale"); refusal != nil {
		return refusal
	}
	r.Access.Vitale = a
	r.Access.Token, _ = a.Attr(tokenAttribute)
	return nil
}
