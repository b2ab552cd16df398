package teleservice

import "time"

// Vitale makes the assertion that a card was there: of the carte Vitale whose
// insured person has this number, or of the ApCV context that has this token.
// What a real one looks like is not public: this is a SAML 2.0 assertion of the
// simplest kind, not signed, in the form that the simulator supposes.
func (c *Client) Vitale(at time.Time, number, token string) (string, error) {
	id, err := c.uuid()
	if err != nil {
		return "", err
	}
	a := E("saml:Assertion",
		T("saml:Issuer", "SEGURSIM TEST - lecteur de carte Vitale du LPS temoin"),
		E("saml:Subject", T("saml:NameID", number).With("NameQualifier", "VITALE")),
	).With("xmlns:saml", nsSAML).With("ID", "_"+id).With("IssueInstant", at.UTC().Format(time.RFC3339)).With("Version", "2.0")
	if token != "" {
		a.Children = append(a.Children, E("saml:AttributeStatement",
			E("saml:Attribute", T("saml:AttributeValue", token)).With("Name", "TokenApCV")))
	}
	return a.String(), nil
}
