package registre

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"
)

// maxRASSLine bounds one line of an extraction; real ones stay below 2 KiB.
const maxRASSLine = 64 << 10

// rassColumns are the columns of Extraction_ProSanteConnect_Personne_activite_*.txt
// (ansforge/psc-rass-loader). A fiftieth, the kind of activity, came with the
// field codeGenreActivite; how its title reads is not known, so any that begins
// with rassGenre is taken (inferred).
func rassColumns() []string { return strings.Split(rassHeader, "|") }

const (
	rassHeader = "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom de famille|Prénoms|" +
		"Date de naissance|Code commune de naissance|Code pays de naissance|Lieu de naissance|Code sexe|" +
		"Téléphone (coord. correspondance)|Adresse e-mail (coord. correspondance)|Code civilité|Code profession|" +
		"Code catégorie professionnelle|Code civilité d'exercice|Nom d'exercice|Prénom d'exercice|" +
		"Code type savoir-faire|Code savoir-faire|Code mode exercice|Code secteur d'activité|" +
		"Code section tableau pharmaciens|Code rôle|Numéro SIRET site|Numéro SIREN site|Numéro FINESS site|" +
		"Numéro FINESS établissement juridique|Identifiant technique de la structure|Raison sociale site|" +
		"Enseigne commerciale site|Complément destinataire (coord. structure)|" +
		"Complément point géographique (coord. structure)|Numéro Voie (coord. structure)|" +
		"Indice répétition voie (coord. structure)|Code type de voie (coord. structure)|" +
		"Libellé Voie (coord. structure)|Mention distribution (coord. structure)|Bureau cedex (coord. structure)|" +
		"Code postal (coord. structure)|Code commune (coord. structure)|Code pays (coord. structure)|" +
		"Téléphone (coord. structure)|Téléphone 2 (coord. structure)|Télécopie (coord. structure)|" +
		"Adresse e-mail (coord. structure)|Code département (coord. structure)|" +
		"Ancien identifiant de la structure|Autorité d'enregistrement"
	rassGenre = "Code genre"
)

// Columns that are read by name; the 25 from rassSite on are those of Site.
const (
	rassID          = 2
	rassFamilyName  = 3
	rassGivenNames  = 4
	rassCivility    = 12
	rassPractice    = 13 // and the six that follow
	rassMode        = 20 // and the three that follow
	rassSite        = 24
	rassGenreColumn = 49
)

// readRASS reads an extraction: one activity a line. Lines of one person are
// put together, and those of one exercice within a person. Prénoms are separated
// by apostrophes; the first one is the given name. Card and e-CPS, of which the
// extraction says nothing, are the usual ones.
func (l *layer) readRASS(name string) []*FixtureError {
	src, err := fs.ReadFile(l.source.fsys, name)
	if err != nil {
		return l.refuse(name, reasonOf(err))
	}
	people, problems := decodeRASS(src)
	for _, p := range problems {
		p.File = l.source.path(name)
	}
	if len(problems) > 0 {
		return problems
	}
	for _, p := range people {
		p.File = name
		l.Professionals = append(l.Professionals, p)
		l.imply(p)
	}
	return nil
}

// imply adds the structures of a person's activities.
func (l *layer) imply(p record[professionalFixture]) {
	for _, e := range p.Value.Exercices {
		for _, a := range e.Activities {
			if id := a.AncienIdentifiantDeLaStructure; ValidStructure(id) {
				l.Structures = append(l.Structures, record[Structure]{
					File: p.File, Line: p.Line, Implied: true,
					Value: Structure{ID: id, Source: p.Value.Source, Secteur: a.CodeSecteurDactivite, Site: a.Site},
				})
			}
		}
	}
}

// decodeRASS decodes an extraction. The problems have no file name yet.
func decodeRASS(src []byte) ([]record[professionalFixture], []*FixtureError) {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	if !utf8.Valid(src) {
		return nil, []*FixtureError{notUTF8(src)}
	}
	var (
		people   []record[professionalFixture]
		problems []*FixtureError
		place    = map[string]int{}
		lines    = bufio.NewScanner(bytes.NewReader(src))
		genre    bool
		n        int
	)
	lines.Buffer(nil, maxRASSLine)
	for lines.Scan() {
		n++
		line := strings.TrimSuffix(lines.Text(), "\r")
		if n == 1 {
			var problem *FixtureError
			if genre, problem = rassHead(line); problem != nil {
				return nil, []*FixtureError{problem}
			}
			continue
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		f, problem := rassFields(line, genre)
		if problem != nil {
			problem.Line = n
			problems = append(problems, problem)
			continue
		}
		i, known := place[f[rassID]]
		if !known {
			i = len(people)
			place[f[rassID]] = i
			people = append(people, rassPerson(f, n))
		}
		rassActivity(&people[i].Value, f)
	}
	if err := lines.Err(); err != nil {
		problems = append(problems, &FixtureError{Line: n + 1, Reason: fmt.Sprintf("a line of more than %d bytes", maxRASSLine)})
	} else if n == 0 {
		problems = append(problems, &FixtureError{Line: 1, Reason: "empty: the header line is missing"})
	}
	return people, problems
}

// rassHead checks the header and tells whether it has the fiftieth column.
func rassHead(line string) (genre bool, _ *FixtureError) {
	want, got := rassColumns(), strings.Split(strings.TrimSuffix(line, "|"), "|")
	for i, title := range want {
		if i >= len(got) || got[i] != title {
			found := "nothing"
			if i < len(got) {
				found = fmt.Sprintf("%q", clip(got[i]))
			}
			return false, &FixtureError{Line: 1, Column: column(got, i), Reason: fmt.Sprintf(
				"not the header of a RASS extraction: column %d should be %q, not %s", i+1, title, found)}
		}
	}
	switch extra := got[len(want):]; {
	case len(extra) == 0:
		return false, nil
	case len(extra) == 1 && strings.HasPrefix(extra[0], rassGenre):
		return true, nil
	default:
		return false, &FixtureError{Line: 1, Column: column(got, len(want)), Reason: fmt.Sprintf(
			"unknown column %q after the %d of a RASS extraction", clip(extra[0]), len(want))}
	}
}

// rassFields splits a line into its columns, always as many as with the
// fiftieth one. Every line ends with a separator.
func rassFields(line string, genre bool) ([]string, *FixtureError) {
	want := rassGenreColumn
	if genre {
		want++
	}
	f := strings.Split(line, "|")
	if len(f) == want+1 && f[want] == "" {
		f = f[:want]
	}
	if len(f) != want {
		return nil, &FixtureError{Reason: fmt.Sprintf("%d columns instead of %d", len(f), want)}
	}
	if !genre {
		f = append(f, "")
	}
	for _, need := range []int{rassID, rassFamilyName} {
		if strings.TrimSpace(f[need]) == "" {
			return nil, &FixtureError{Column: column(f, need), Reason: fmt.Sprintf("column %d, %q, is empty", need+1, rassColumns()[need])}
		}
	}
	return f, nil
}

func rassPerson(f []string, line int) record[professionalFixture] {
	given, _, _ := strings.Cut(f[rassGivenNames], "'")
	return record[professionalFixture]{Line: line, Value: professionalFixture{Identity: Identity{
		ID: f[rassID], Source: "RASS", FamilyName: f[rassFamilyName], GivenName: given, Civility: f[rassCivility],
	}}}
}

func rassActivity(p *professionalFixture, f []string) {
	practice := Practice{
		CodeProfession: f[rassPractice], CodeCategorieProfessionnelle: f[rassPractice+1],
		CodeCiviliteDexercice: f[rassPractice+2], NomDexercice: f[rassPractice+3],
		PrenomDexercice: f[rassPractice+4], CodeTypeSavoirFaire: f[rassPractice+5],
		CodeSavoirFaire: f[rassPractice+6],
	}
	if practice.CodeProfession == "" {
		return // a person without professional data
	}
	a := Activity{
		CodeModeExercice: f[rassMode], CodeSecteurDactivite: f[rassMode+1],
		CodeSectionPharmacien: f[rassMode+2], CodeRole: f[rassMode+3], CodeGenreActivite: f[rassGenreColumn],
	}
	for i, field := range a.fields() {
		*field = f[rassSite+i]
	}
	for i := range p.Exercices {
		if p.Exercices[i].Practice == practice {
			p.Exercices[i].Activities = append(p.Exercices[i].Activities, activityFixture{Activity: a})
			return
		}
	}
	p.Exercices = append(p.Exercices, exerciceFixture{Practice: practice, Activities: []activityFixture{{Activity: a}}})
}

// column is where, in characters from 1, field i of a line begins.
func column(fields []string, i int) int {
	n := 1
	for _, f := range fields[:min(i, len(fields))] {
		n += utf8.RuneCountInString(f) + 1
	}
	return n
}

// clip shortens a text for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
