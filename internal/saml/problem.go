package saml

// Kind classes a Problem.
type Kind string

// The kinds.
const (
	Malformed   Kind = "malformed"   // not a SAML 2.0 assertion
	Unsigned    Kind = "unsigned"    // no signature
	Wrapped     Kind = "wrapped"     // a signature of something else, or an ambiguous one
	Algorithm   Kind = "algorithm"   // an algorithm or transform that is not allowed
	Digest      Kind = "digest"      // changed since it was signed
	Signature   Kind = "signature"   // not signed by the key of its certificate
	Certificate Kind = "certificate" // the signer's certificate is unreadable or refused
)

// A Problem says why an assertion is not read, or not believed.
type Problem struct {
	Kind Kind
	// FR and EN say what was found and what was expected.
	FR, EN string
	Err    error
}

// Error says it in English.
func (p *Problem) Error() string { return "saml: " + p.EN }

// Unwrap returns the underlying error, nil mostly.
func (p *Problem) Unwrap() error { return p.Err }

func problem(k Kind, fr, en string) *Problem { return &Problem{Kind: k, FR: fr, EN: en} }
