package pki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

// attribute is one attribute of a distinguished name.
type attribute struct {
	typ   int // last arc below 2.5.4
	value string
}

// rdn is one relative distinguished name; several attributes make it
// multi-valued, as the {GN+CN+SN} of a card.
type rdn []attribute

// encodeName returns the DER of a name in the order given. The country is a
// PrintableString, everything else a UTF8String, as in the real certificates.
// Within a multi-valued RDN the attributes are sorted by their encoding, as DER
// wants for a SET OF (X.690 §11.6); pkix.Name cannot express one at all.
func encodeName(rdns ...rdn) ([]byte, error) {
	var seq pkix.RDNSequence
	for _, r := range rdns {
		var set pkix.RelativeDistinguishedNameSET
		for _, a := range r {
			tag := asn1.TagUTF8String
			if a.typ == attrCountry {
				tag = asn1.TagPrintableString
			}
			set = append(set, pkix.AttributeTypeAndValue{
				Type:  oidAttr(a.typ),
				Value: asn1.RawValue{Tag: tag, Bytes: []byte(a.value)},
			})
		}
		seq = append(seq, set)
	}
	der, err := asn1.Marshal(seq)
	if err != nil {
		return nil, fmt.Errorf("encode distinguished name: %w", err)
	}
	return der, nil
}

// rawAttribute and rawRDNSET decode any name, whatever its string types.
type rawAttribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue
}

type rawRDNSET []rawAttribute

// decodeName splits the DER of a name into its RDNs, in encoding order.
func decodeName(der []byte) ([]rawRDNSET, error) {
	var rdns []rawRDNSET
	rest, err := asn1.Unmarshal(der, &rdns)
	if err != nil {
		return nil, fmt.Errorf("decode distinguished name: %w", err)
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("decode distinguished name: %d bytes after its end", len(rest))
	}
	return rdns, nil
}

// text returns the value as UTF-8, and false when its type is not a string or
// its bytes are not what the type promises.
func (a rawAttribute) text() (string, bool) {
	return stringValue(a.Value)
}
