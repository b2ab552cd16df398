package datamatrix

import (
	"strings"
)

// personName checks S3 or S4 against the lexical rules that INSi and the
// datamatrix share (SEL-MP-043 §2 and §3.4.1, EF_INS01_03, EF_INS10_01,
// EF_INS10_02; ANS format datamatrix INS v2.2 §5): A to Z, space, apostrophe and
// hyphen; neither a space nor a hyphen first; no space or apostrophe doubled or
// beside the other. A given name's own rules (no "--", no hyphen or apostrophe
// last) are remarks here: it is inferred that they reach the datamatrix.
func (c checker) personName(i int, v string) {
	f, at := fields[i], c.at(i)
	for _, r := range v {
		if !nameRune(r) {
			c.addf(Erreur, rule(f, "alphabet"), f.id, at, f.id+" (%[1]s) contient « %[3]c » : seuls A à Z, espace, apostrophe et trait d'union vont.",
				f.id+" (%[2]s) contains “%[3]c”: only A to Z, space, apostrophe and hyphen go.", f.name.FR, f.name.EN, r)
			return
		}
	}
	switch {
	case v[0] == ' ' || v[0] == '-':
		c.addf(Erreur, rule(f, "debut"), f.id, at, f.id+" (%[1]s) commence par une espace ou un trait d'union.", f.id+" (%[2]s) begins with a space or a hyphen.", f.name.FR, f.name.EN)
	case v[len(v)-1] == ' ':
		c.addf(Erreur, rule(f, "fin"), f.id, at, f.id+" (%[1]s) finit par une espace.", f.id+" (%[2]s) ends with a space.", f.name.FR, f.name.EN)
	}
	for _, pair := range [...]string{"  ", "''", " '", "' "} {
		if strings.Contains(v, pair) {
			c.addf(Erreur, rule(f, "double"), f.id, at, f.id+" (%[1]s) contient « %[3]s » : espace et apostrophe ne se doublent ni ne se touchent.",
				f.id+" (%[2]s) contains “%[3]s”: spaces and apostrophes neither double nor touch.", f.name.FR, f.name.EN, pair)
			break
		}
	}
	if f.id == "S3" {
		c.givenNames(v)
	}
}

func (c checker) givenNames(v string) {
	for _, given := range strings.Fields(v) {
		if strings.Contains(given, "--") || strings.HasSuffix(given, "-") || strings.HasSuffix(given, "'") {
			c.addf(Avertissement, "s3.prenom", "S3", c.at(2), "Le prénom « %s » contient deux traits d'union de suite, ou finit par un trait d'union ou une apostrophe.",
				"The given name “%s” has two hyphens in a row, or ends with a hyphen or an apostrophe.", shown(given))
		}
	}
}

func nameRune(r rune) bool { return r >= 'A' && r <= 'Z' || r == ' ' || r == '\'' || r == '-' }
