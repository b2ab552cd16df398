package xds

import (
	"errors"
	"fmt"
)

// A CX is an identifier with its assigning authority: "INS^^^&OID&ISO^NH".
type CX struct {
	ID, Root, Type string
	// Since is the date that French samples put in CX.7, yyyyMMdd[HHmmss]; mostly
	// empty. It is no part of the identity: see [CX.Same].
	Since string
}

// ParseCX reads an identifier. What could be read is returned with the error too,
// which says that there is no identifier, or no authority by OID.
func ParseCX(s string) (CX, error) {
	c := split(s)
	oid, kind := c.authority(4)
	id := CX{ID: c.text(1), Root: oid, Type: c.text(5), Since: c.text(7)}
	switch {
	case id.ID == "":
		return id, errors.New("the identifier is empty")
	case id.Root == "":
		return id, fmt.Errorf("%s has no assigning authority: want ID^^^&OID&ISO^type", quote(s))
	case kind != "ISO":
		return id, fmt.Errorf("the assigning authority of %s is not of type ISO", quote(s))
	}
	return id, nil
}

// String writes the identifier; it is empty for the zero value.
func (c CX) String() string {
	return join(escape(c.ID), "", "", authority(c.Root), escape(c.Type), "", escape(c.Since))
}

// Same tells whether two identifiers name the same thing: the value and its
// authority count, the type and the date do not.
func (c CX) Same(d CX) bool { return c.ID == d.ID && c.Root == d.Root }
