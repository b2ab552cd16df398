package xds

// An XON is an organisation: the form of authorInstitution,
// "Nom^^^^^&OID&ISO^IDNST^^^identifiant".
type XON struct {
	Name   string
	Root   string // OID of the authority of ID
	IDType string // "IDNST"
	ID     string // Struct_IdNat
}

// ParseXON reads an organisation. It takes anything: what is missing is empty.
func ParseXON(s string) XON {
	c := split(s)
	oid, _ := c.authority(6)
	return XON{Name: c.text(1), Root: oid, IDType: c.text(7), ID: c.text(10)}
}

// String writes the organisation; it is empty for the zero value.
func (x XON) String() string {
	return join(escape(x.Name), "", "", "", "", authority(x.Root), escape(x.IDType), "", "", escape(x.ID))
}

// ParseCE reads a coded value in its HL7 form, that of authorSpecialty:
// "G15_10/SM26^libellé^OID".
func ParseCE(s string) Code {
	c := split(s)
	return Code{Code: c.text(1), Display: c.text(2), System: c.text(3)}
}

// CE writes a coded value in its HL7 form; it is empty for the zero value.
func (c Code) CE() string { return join(escape(c.Code), escape(c.Display), escape(c.System)) }
