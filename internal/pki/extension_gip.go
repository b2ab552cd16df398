package pki

import "encoding/asn1"

// Values of the private extension .5, seen in public certificates: 0x80 in a
// test card, 0x83 in a test software certificate, 0x03 in a production
// software certificate. That the high bit means test and the low bits the
// support is inferred from these three.
const (
	natureTest     = 0x80
	natureSoftware = 0x03
)

// cardPrefix begins the card number of the extension .3; 80250 is the ISO 7812
// number of the issuer of CPS cards.
const cardPrefix = "8025000001/"

func (e *extensions) nature(b byte)    { e.add(oidGIP(gipNature), false, []byte{b}) }
func (e *extensions) cardType(t int)   { e.add(oidGIP(gipCardType), false, t) }
func (e *extensions) profession(c int) { e.add(oidGIP(gipProfession), false, c) }
func (e *extensions) cardNumber(n string) {
	e.add(oidGIP(gipCardNumber), false,
		asn1.RawValue{Tag: asn1.TagPrintableString, Bytes: []byte(cardPrefix + n)})
}
