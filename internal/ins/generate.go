package ins

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/segursim/segursim/internal/registre"
)

// The generator's people were born in these years, whatever the date it is.
const (
	firstYear = 1925
	lastYear  = 2025
	adultYear = 2007 // born later: on a parent's card
)

// ErrNumber is a number of identities that cannot be made.
var ErrNumber = errors.New("ins: from 1 to 5,000,000 identities")

// MaxGenerated is the most identities that one call makes.
const MaxGenerated = 5_000_000

// Seed makes the random source of a generation that repeats: the same text gives
// the same identities.
func Seed(text string) io.Reader {
	sum := sha256.Sum256([]byte("segursim ins " + text))
	return strings.NewReader(string(sum[:]))
}

// Generate returns n consistent synthetic identities that 32 bytes of r decide:
// sex, month, place and key of each matricule are right, a matricule stands once.
// People come by families: a name that parents and children share, children on
// the card of a parent, twins. Some are homonyms whom the place of birth tells
// apart or not, some have an INS history, a NIA, a birth date with 00, were born
// in Corsica, overseas or abroad.
//
// Nobody has such an identity: birth names hold TEST, SIMU or FICTIF, the other
// names are made of syllables, OIDs are those of test (and of the NIA, which has
// no other), and places are codes of the right department or continent that no
// commune or country is known to have (inferred from the shape of the COG).
//
// The sequence may be read once or more; it is the same each time.
func Generate(n int, r io.Reader) (iter.Seq[registre.Patient], error) {
	return generate(n, r, func(string) bool { return false })
}

// generate avoids the matricules that taken knows, 13 characters each.
func generate(n int, r io.Reader, taken func(string) bool) (iter.Seq[registre.Patient], error) {
	if n < 1 || n > MaxGenerated {
		return nil, fmt.Errorf("%w, not %d", ErrNumber, n)
	}
	var seed [32]byte
	if _, err := io.ReadFull(r, seed[:]); err != nil {
		return nil, fmt.Errorf("ins: the random source: %w", err)
	}
	return func(yield func(registre.Patient) bool) {
		g := &generator{
			Rand: rand.New(rand.NewChaCha8(seed)), prefix: "gen-" + hex.EncodeToString(seed[:4]) + "-",
			places: places(), syllables: syllables(), taken: taken,
		}
		g.serials = make([]uint16, 2*100*monthCodes*len(g.places))
		left := n
		for left > 0 {
			for _, p := range g.household() {
				if left--; !yield(p) || left == 0 {
					return
				}
			}
		}
	}, nil
}

// generator makes one sequence.
type generator struct {
	*rand.Rand
	prefix    string
	made      int
	places    []place
	syllables []string
	serials   []uint16 // the last order number of a sex, year, month and place
	taken     func(string) bool
	out       []registre.Patient // the household under construction
}

// chance is true n times out of 1000.
func (g *generator) chance(n int) bool { return g.IntN(1000) < n }

func (g *generator) id() string {
	g.made++
	return fmt.Sprintf("%s%07d", g.prefix, g.made)
}

// household makes a person alone, or a family of a couple and its children.
func (g *generator) household() []registre.Patient {
	g.out = g.out[:0]
	name := g.birthName()
	if g.chance(450) {
		g.add(g.person(name, g.sex(), firstYear+g.IntN(adultYear-firstYear)))
	} else {
		g.family(name)
	}
	return g.out
}

// add puts a person into the household, and their homonyms after them.
func (g *generator) add(p registre.Patient) registre.Patient {
	homonym := g.chance(6)
	if homonym {
		p.Marks = []registre.Mark{registre.MarkHomonym}
	}
	g.out = append(g.out, p)
	if homonym {
		other := p
		other.ID, other.Holder, other.Rank, other.History, other.Death = g.id(), "", 0, []registre.INS{}, ""
		at := g.at(p.BirthPlace)
		if !g.chance(100) { // else not even the place tells them apart
			at = g.sibling(at)
		}
		g.identify(&other, at)
		g.out = append(g.out, other)
	}
	return p
}

func (g *generator) family(name string) {
	year := 1930 + g.IntN(70)
	father := g.person(name, "M", year)
	mother := g.person(g.birthName(), "F", min(adultYear-1, year-3+g.IntN(8)))
	if g.chance(600) {
		mother.UsedName = name
	}
	if father.Death == "" && g.chance(30) { // on the other's card
		mother.Holder = father.ID
	}
	father, mother = g.add(father), g.add(mother)
	children := g.IntN(4)
	if g.chance(80) {
		name += "--" + mother.BirthName
		if len(name) > maxName {
			name = father.BirthName
		}
	}
	for at := yearOf(mother) + 18 + g.IntN(12); children > 0 && at <= lastYear; at += 1 + g.IntN(5) {
		children--
		child := g.person(name, g.sex(), at)
		if at > adultYear {
			child.Holder = father.ID
			if g.chance(500) || father.Death != "" {
				child.Holder = cmp.Or(mother.Holder, mother.ID)
			}
		}
		twins := g.chance(25)
		if twins {
			child.Rank = 1
		}
		child = g.add(child)
		if twins {
			g.add(g.twin(child))
		}
	}
}

func (g *generator) twin(of registre.Patient) registre.Patient {
	p := of
	p.ID, p.Rank, p.Marks, p.History, p.Sex = g.id(), 2, []registre.Mark{}, []registre.INS{}, g.sex()
	p.GivenNames = g.givenNames(p.Sex)
	p.FirstGivenName = p.GivenNames[0]
	g.identify(&p, g.at(of.BirthPlace))
	return p
}

func (g *generator) sex() string {
	if g.chance(515) {
		return "F"
	}
	return "M"
}

// person makes somebody born in a year.
func (g *generator) person(name, sex string, year int) registre.Patient {
	p := registre.Patient{
		ID: g.id(), Source: registre.SourceGenerated, BirthName: name, Sex: sex,
		GivenNames: g.givenNames(sex), Record: g.record(),
		History: []registre.INS{}, Marks: []registre.Mark{}, Contact: registre.Contact{Lines: []string{}},
	}
	p.FirstGivenName = p.GivenNames[0]
	at := g.place()
	month := 1 + g.IntN(12)
	p.BirthDate = date(year, month, 1+g.IntN(daysIn(year, month)))
	if g.places[at].abroad && g.chance(60) { // day unknown, or month too
		if g.chance(500) {
			month = 0
		}
		p.BirthDate = date(year, month, 0)
	}
	if year < 1950 && g.chance(120) {
		p.Death = date(2010+g.IntN(15), 1+g.IntN(12), 1+g.IntN(28))
	}
	g.identify(&p, at)
	if g.chance(20) {
		g.history(&p)
	}
	return p
}

func (g *generator) record() registre.RecordState {
	switch n := g.IntN(100); {
	case n < 70:
		return registre.RecordOpen
	case n < 88:
		return registre.RecordAbsent
	case n < 95:
		return registre.RecordEmpty
	}
	return registre.RecordClosed
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func yearOf(p registre.Patient) int {
	n, err := strconv.Atoi(p.BirthDate[:4])
	if err != nil {
		panic("ins: generator: " + err.Error()) // date writes digits only
	}
	return n
}

// date writes AAAA-MM-JJ.
func date(year, month, day int) string {
	b := []byte("0000-00-00")
	for i, n := range [...]int{year / 1000, year / 100, year / 10, year, -1, month / 10, month, -1, day / 10, day} {
		if n >= 0 {
			b[i] = byte('0' + n%10)
		}
	}
	return string(b)
}
