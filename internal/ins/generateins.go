package ins

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/segursim/segursim/internal/registre"
)

// A place is a birth place of the generator: a code in the shape of the COG.
type place struct {
	cog    string
	abroad bool
}

// How many places of each kind there are: the generator draws the kind first.
const (
	mainland = 96 * 10 // departments of metropolitan France, Corsica included
	overseas = 10 * 4
	abroad   = 5 * 10
)

// places are the codes 950 to 959 of each metropolitan department, 2A and 2B
// included, 80 to 83 of each overseas one, and 99X70 to 99X79 for each continent:
// above what INSEE has given there.
func places() []place {
	out := make([]place, 0, mainland+overseas+abroad)
	for d := 1; d <= 95; d++ {
		names := []string{fmt.Sprintf("%02d", d)}
		if d == 20 {
			names = []string{"2A", "2B"}
		}
		for _, name := range names {
			for c := range 10 {
				out = append(out, place{cog: fmt.Sprintf("%s95%d", name, c)})
			}
		}
	}
	for _, d := range [...]int{971, 972, 973, 974, 975, 976, 977, 978, 987, 988} {
		for c := range 4 {
			out = append(out, place{cog: fmt.Sprintf("%d8%d", d, c)})
		}
	}
	for continent := 1; continent <= 5; continent++ {
		for c := range 10 {
			out = append(out, place{cog: fmt.Sprintf("99%d7%d", continent, c), abroad: true})
		}
	}
	return out
}

// place draws a birth place: 88 % in metropolitan France, 4 % overseas, 8 % abroad.
func (g *generator) place() int {
	switch n := g.IntN(100); {
	case n < 88:
		return g.IntN(mainland)
	case n < 92:
		return mainland + g.IntN(overseas)
	}
	return mainland + overseas + g.IntN(abroad)
}

// monthCodes are the twelve months, and that of an unknown one.
const monthCodes = 13

// unknownMonth is what a matricule has for a month that nobody knows (INSEE: 20
// and others).
const unknownMonth = 20

// identify gives a person the place and a matricule that no other has. Some
// people born abroad are still waiting for a NIR: theirs is a NIA, which begins
// with 7 or 8.
func (g *generator) identify(p *registre.Patient, at int) {
	first := "1"
	if p.Sex == "F" {
		first = "2"
	}
	oid := registre.OIDTest
	if g.places[at].abroad && g.chance(25) {
		first, oid = map[string]string{"1": "7", "2": "8"}[first], registre.OIDNIA
	}
	p.BirthPlace, p.INS = g.places[at].cog, registre.INS{}
	for p.INS.Matricule == "" {
		p.BirthPlace = g.places[at].cog
		if m := g.matricule(first, p, at); m == "" { // 999 are born there that month
			at = g.sibling(at)
		} else if !g.taken(m) {
			p.INS = registre.INS{Matricule: m, OID: oid}
		}
	}
	p.INS.Key = keyOf(p.INS.Matricule)
}

// at is the index of a place.
func (g *generator) at(cog string) int {
	return slices.IndexFunc(g.places, func(p place) bool { return p.cog == cog })
}

// sibling is another place of the same kind.
func (g *generator) sibling(at int) int {
	switch {
	case at < mainland:
		return g.IntN(mainland)
	case at < mainland+overseas:
		return mainland + g.IntN(overseas)
	}
	return mainland + overseas + g.IntN(abroad)
}

// matricule is the next of a sex, year, month and place; "" after the last.
func (g *generator) matricule(first string, p *registre.Patient, at int) string {
	year := int(p.BirthDate[2]-'0')*10 + int(p.BirthDate[3]-'0')
	month := int(p.BirthDate[5]-'0')*10 + int(p.BirthDate[6]-'0')
	sex := 0
	if p.Sex == "F" {
		sex = 1
	}
	slot := ((sex*100+year)*monthCodes+month)*len(g.places) + at
	if g.serials[slot] == 999 {
		return ""
	}
	g.serials[slot]++
	return matriculeOf(first, p.BirthDate, g.places[at].cog, int(g.serials[slot]))
}

// matriculeOf puts together sex, year, month, place and order.
func matriculeOf(first, birthDate, cog string, order int) string {
	month := birthDate[5:7]
	if month == "00" {
		month = strconv.Itoa(unknownMonth)
	}
	b := make([]byte, 0, 13)
	b = append(append(append(append(b, first...), birthDate[2:4]...), month...), cog...)
	b = append(b, byte('0'+order/100), byte('0'+order/10%10), byte('0'+order%10))
	return string(b)
}

// keyOf is the key of a matricule that was made here.
func keyOf(matricule string) string {
	key, err := registre.NIRKey(matricule)
	if err != nil {
		panic("ins: generator: " + err.Error()) // a place that is no part of a matricule
	}
	return key
}

// history gives a person former INS: another sex, a NIA before the NIR, another
// month before a correction, or, as the official data does, the active one again.
func (g *generator) history(p *registre.Patient) {
	from := 2007 + g.IntN(15)
	begin, end := date(from, 1+g.IntN(12), 1), date(from+1+g.IntN(3), 1+g.IntN(12), 28)
	former := func(change func(b []byte), oid string) {
		b := []byte(p.INS.Matricule)
		change(b)
		m := string(b)
		p.History = append(p.History, registre.INS{Matricule: m, Key: keyOf(m), OID: oid, From: begin, To: end})
	}
	n := g.IntN(100)
	if n < 40 || n >= 90 {
		former(func(b []byte) { b[0] = otherSex(b[0]) }, p.INS.OID)
	}
	if n >= 40 && n < 65 {
		former(func(b []byte) { b[0] = "78"[b2i(p.Sex == "F")] }, registre.OIDNIA)
	}
	if n >= 65 && n < 80 || n >= 90 {
		former(func(b []byte) { b[3], b[4] = '0', '1'+byte(g.IntN(9)) }, p.INS.OID)
	}
	if n >= 80 && n < 90 {
		p.History = append(p.History, registre.INS{Matricule: p.INS.Matricule, Key: p.INS.Key, OID: p.INS.OID})
	}
}

// otherSex is the first character of a matricule for the other sex.
func otherSex(first byte) byte {
	switch first {
	case '1', '7':
		return first + 1
	}
	return first - 1
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
