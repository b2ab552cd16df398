package bal

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Declared is a BAL as files and settings write it. What is left out is empty,
// or as usual: type PER, active, in use.
type Declared struct {
	Address string `json:"adresse"`
	Kind    Kind   `json:"type"`
	Label   string `json:"intitule"`
	// Holders and Delegates are identifiers of professionals, of any kind.
	Holders      []string `json:"titulaires"`
	Delegates    []string `json:"delegues"`
	Structure    string   `json:"structure"`
	Certificates []string `json:"certificats"`
	ListeRouge   bool     `json:"listeRouge"`
	Description  string   `json:"description"`
	State        State    `json:"etat"`
	Quota        int64    `json:"quota"` // bytes
	// Unused is for how many days it has not been used when the world begins.
	Unused int `json:"inutiliseeDepuis"`
}

// A Listed is one more entry of the liste blanche, as files and settings write it.
type Listed struct {
	Name     string `json:"nom"` // its case is kept
	Label    string `json:"description"`
	Operator string `json:"operateur"`
}

// A Collection is what a file or the settings declare.
type Collection struct {
	Operators []Operator `json:"operateurs"`
	Domains   []Domain   `json:"domaines"`
	BALs      []Declared `json:"bals"`
	Listed    []Listed   `json:"listeBlanche"`
}

// Bounds of what is declared.
const (
	maxNames = 200 // holders, delegates or certificates of one BAL
	maxText  = 200 // characters of a label, name or description
	maxDays  = 10 * 365
)

// A Problem is what is wrong with a Collection: Path says where, as
// "bals[2].adresse".
type Problem struct {
	Path   string
	Reason string
}

// Error gives the place and the reason.
func (p *Problem) Error() string { return p.Path + ": " + p.Reason }

// Merge puts another collection on top: what it declares is added, or replaces the
// operator of the same id, the domain of the same name, the BAL of the same
// address. Order is kept.
func (c Collection) Merge(top Collection) Collection {
	return Collection{
		Operators: replace(c.Operators, top.Operators, func(o Operator) string { return o.ID }),
		Domains:   replace(c.Domains, top.Domains, func(d Domain) string { return strings.ToLower(d.Name) }),
		BALs:      replace(c.BALs, top.BALs, func(b Declared) string { return strings.ToLower(b.Address) }),
		Listed:    slices.Concat(c.Listed, top.Listed),
	}
}

func replace[T any](base, top []T, key func(T) string) []T {
	out := slices.Clone(base)
	at := make(map[string]int, len(out)+len(top))
	for i, v := range out {
		at[key(v)] = i
	}
	for _, v := range top {
		if i, ok := at[key(v)]; ok {
			out[i] = v
			continue
		}
		at[key(v)] = len(out)
		out = append(out, v)
	}
	return out
}

// Check looks at each item by itself, and for two with one name. Its error joins a
// *Problem for each fault.
func (c Collection) Check() error {
	var problems []error
	report := func(path string, i int, field, reason string) {
		where := fmt.Sprintf("%s[%d]", path, i)
		if field != "" {
			where += "." + field
		}
		problems = append(problems, &Problem{Path: where, Reason: reason})
	}
	unique := func(path, field string) func(int, string) {
		seen := map[string]bool{}
		return func(i int, key string) {
			if seen[key] && key != "" {
				report(path, i, field, fmt.Sprintf("%q is there twice", key))
			}
			seen[key] = true
		}
	}
	once := unique("operateurs", "id")
	for i, o := range c.Operators {
		once(i, o.ID)
		o.check(func(field, reason string) { report("operateurs", i, field, reason) })
	}
	once = unique("domaines", "nom")
	for i, d := range c.Domains {
		once(i, strings.ToLower(d.Name))
		if err := CheckDomain(d.Name); err != nil {
			report("domaines", i, "nom", err.Error())
		}
		if d.Operator == "" {
			report("domaines", i, "", "operateur is missing")
		}
		limited(d.Label, "description", func(field, reason string) { report("domaines", i, field, reason) })
	}
	once = unique("bals", "adresse")
	for i, b := range c.BALs {
		once(i, strings.ToLower(b.Address))
		b.check(func(field, reason string) { report("bals", i, field, reason) })
	}
	for i, l := range c.Listed {
		if err := CheckDomain(l.Name); err != nil {
			report("listeBlanche", i, "nom", err.Error())
		}
		limited(l.Label, "description", func(field, reason string) { report("listeBlanche", i, field, reason) })
	}
	return errors.Join(problems...)
}

func limited(text, field string, report func(field, reason string)) {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		report(field, "control characters")
	}
	if n := len([]rune(text)); n > maxText {
		report(field, fmt.Sprintf("%d characters, at most %d", n, maxText))
	}
}

func (o Operator) check(report func(field, reason string)) {
	if o.ID == "" {
		report("", "id is missing")
	}
	if !strings.Contains(o.DN, "CN=") {
		report("dnCertificat", "a distinguished name begins with CN=")
	}
	limited(o.Name, "nom", report)
	limited(o.DN, "dnCertificat", report)
	limited(o.Contact, "contact", report)
	limited(o.Support, "support", report)
}

// check looks at one BAL by itself.
func (b Declared) check(report func(field, reason string)) {
	if err := CheckAddress(b.Address); err != nil {
		report("adresse", err.Error())
	}
	switch b.Kind {
	case "", Personal, Organisational, Applicative, Cabinet:
	default:
		report("type", fmt.Sprintf("%q is none of PER, ORG, APP, CAB", b.Kind))
	}
	switch b.State {
	case "", Active, Closed, Inaccessible:
	default:
		report("etat", fmt.Sprintf("%q is none of active, fermee, inaccessible", b.State))
	}
	if b.Kind == Applicative {
		if len(b.Holders)+len(b.Delegates) > 0 {
			report("", "a BAL applicative has certificats, no titulaires and no delegues")
		}
	} else {
		if len(b.Certificates) > 0 {
			report("certificats", "only a BAL applicative has certificats")
		}
		if b.Kind != Organisational && len(b.Holders) == 0 {
			report("", "titulaires is missing")
		}
		if (b.Kind == Personal || b.Kind == "") && len(b.Holders) > 1 {
			report("titulaires", "a BAL personnelle has one titulaire")
		}
	}
	for _, list := range []struct {
		field string
		names []string
	}{{"titulaires", b.Holders}, {"delegues", b.Delegates}, {"certificats", b.Certificates}} {
		if len(list.names) > maxNames {
			report(list.field, fmt.Sprintf("%d names, at most %d", len(list.names), maxNames))
		}
		for _, name := range list.names {
			if name == "" {
				report(list.field, "an empty name")
			}
			limited(name, list.field, report)
		}
	}
	if b.Quota < 0 {
		report("quota", "negative")
	}
	if b.Unused < 0 || b.Unused > maxDays {
		report("inutiliseeDepuis", fmt.Sprintf("a number of days from 0 to %d", maxDays))
	}
	limited(b.Label, "intitule", report)
	limited(b.Description, "description", report)
	limited(b.Structure, "structure", report)
}

// Check is the first fault of one BAL by itself: a *Problem whose path is a field.
func (b Declared) Check() error {
	var first error
	b.check(func(field, reason string) {
		if first == nil {
			first = &Problem{Path: field, Reason: reason}
		}
	})
	return first
}

// BAL makes the row, in a world that begins at now. Holders and Delegates are as
// declared.
func (b Declared) BAL(now time.Time) BAL {
	row := BAL{
		Address: strings.ToLower(b.Address), Kind: b.Kind, Label: b.Label,
		Holders: slices.Clone(b.Holders), Delegates: slices.Clone(b.Delegates), Structure: b.Structure,
		Certificates: slices.Clone(b.Certificates), ListeRouge: b.ListeRouge, Description: b.Description,
		State: b.State, Quota: b.Quota,
		Created: now.AddDate(0, 0, -b.Unused), Used: now.AddDate(0, 0, -b.Unused),
	}
	if row.Kind == "" {
		row.Kind = Personal
	}
	if row.State == "" {
		row.State = Active
	}
	return row
}
