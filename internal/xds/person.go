package xds

// An XCN is a person with an identifier: the form of authorPerson and
// legalAuthenticator, "ID^NOM^Prénom^^^^^^&OID&ISO^D^^^IDNPS".
type XCN struct {
	ID                     string
	Family, Given, Second  string
	Suffix, Prefix, Degree string
	Root                   string // OID of the authority of ID
	NameType               string // "D" displayed, "L" legal, "U" of a device
	IDType                 string // "IDNPS"
}

// ParseXCN reads a person. It takes anything: what is missing is empty.
func ParseXCN(s string) XCN {
	c := split(s)
	oid, _ := c.authority(9)
	return XCN{
		ID: c.text(1), Family: c.surname(2), Given: c.text(3), Second: c.text(4), Suffix: c.text(5), Prefix: c.text(6),
		Degree: c.text(7), Root: oid, NameType: c.text(10), IDType: c.text(13),
	}
}

// String writes the person; it is empty for the zero value.
func (x XCN) String() string {
	return join(escape(x.ID), escape(x.Family), escape(x.Given), escape(x.Second), escape(x.Suffix), escape(x.Prefix),
		escape(x.Degree), "", authority(x.Root), escape(x.NameType), "", "", escape(x.IDType))
}

// An XPN is a person's name without identifier: the form of PID-5 in
// sourcePatientInfo, "NOM^PRENOM^^^^^L".
type XPN struct {
	Family, Given, Second string
	Type                  string // "L" legal (birth name), "D" displayed (used name)
}

// ParseXPN reads a name. It takes anything: what is missing is empty.
func ParseXPN(s string) XPN {
	c := split(s)
	return XPN{Family: c.surname(1), Given: c.text(2), Second: c.text(3), Type: c.text(7)}
}

// String writes the name; it is empty for the zero value.
func (x XPN) String() string {
	return join(escape(x.Family), escape(x.Given), escape(x.Second), "", "", "", escape(x.Type))
}
