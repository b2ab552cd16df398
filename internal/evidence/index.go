package evidence

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/segursim/segursim/internal/scenario"
)

// A Row is a line of the Convergence import, one a proof.
type Row struct {
	Perimetre, ID, Chapitre, Fonction, Exigence, Commentaire, Profil string
	NumScenario, Scenario, NumPreuve, Preuve                         string
	ProfilHistorique, Criticite, Ordre                               string
}

// columns are the import's, in its order.
func columns() []string {
	return []string{
		"Périmètre", "ID", "Chapitre", "Fonction", "Exigence", "Commentaire", "Profil",
		"N° scénario", "Scénario de conformité", "N° preuve", "Preuve",
		"Profil historique", "Criticité", "Ordre",
	}
}

func (r *Row) cells() []*string {
	return []*string{
		&r.Perimetre, &r.ID, &r.Chapitre, &r.Fonction, &r.Exigence, &r.Commentaire, &r.Profil,
		&r.NumScenario, &r.Scenario, &r.NumPreuve, &r.Preuve,
		&r.ProfilHistorique, &r.Criticite, &r.Ordre,
	}
}

// index writes the CSV: a byte order mark and semicolons, because that is what
// a French spreadsheet opens without asking; the import itself takes a workbook,
// into which the rows are pasted.
func index(v *view) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\xef\xbb\xbf")
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = ';', true
	records := [][]string{columns()}
	for _, r := range rows(v) {
		var rec []string
		for _, c := range r.cells() {
			rec = append(rec, harmless(*c))
		}
		records = append(records, rec)
	}
	if err := w.WriteAll(records); err != nil {
		return nil, fmt.Errorf("evidence: index: %w", err)
	}
	return b.Bytes(), nil
}

// harmless keeps a spreadsheet from taking a text for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// rows are one for each proof of the scenario; a scenario that names none has
// one for each requirement, without a proof's number.
func rows(v *view) []Row {
	proofs := v.Scenario.Proofs
	if len(proofs) == 0 {
		for _, id := range v.Scenario.Requirements {
			proofs = append(proofs, scenario.Proof{Requirement: id})
		}
	}
	scope := v.in.Couloir
	if scope == "" {
		scope = strings.Join(v.Scenario.Couloirs, ", ")
	}
	var out []Row
	for i, p := range proofs {
		r := Row{
			Perimetre: scope, ID: p.Requirement, Chapitre: p.Chapter, Profil: p.Profile,
			Fonction: v.Scenario.Title.FR, NumScenario: p.Scenario, NumPreuve: p.Proof, Preuve: p.Text.FR,
			Commentaire: fmt.Sprintf("Répétition SEGURSIM %s : %s. %s", v.Run.ID, verdictText(v.Run.Verdict).FR, v.Disclaimer.FR),
			Ordre:       strconv.Itoa(i + 1),
		}
		out = append(out, official(r, v.in.Official))
	}
	return out
}

// official lays the catalogue's words over ours, matched by the most precise
// number that both have.
func official(r Row, list []Row) Row {
	for _, same := range []func(Row) bool{
		func(o Row) bool { return r.NumPreuve != "" && o.NumPreuve == r.NumPreuve },
		func(o Row) bool { return r.NumScenario != "" && o.NumScenario == r.NumScenario },
		func(o Row) bool { return o.ID == r.ID },
	} {
		i := slices.IndexFunc(list, same)
		if i < 0 {
			continue
		}
		o := list[i]
		comment, order := r.Commentaire, r.Ordre
		mine, theirs := r.cells(), o.cells()
		for n := range mine {
			if *theirs[n] != "" {
				*mine[n] = *theirs[n]
			}
		}
		r.Commentaire, r.Ordre = comment, order
		return r
	}
	return r
}

// ReadCatalogue reads rows of the catalogue in force, as CSV with the import's
// columns, in any order, separated by semicolons or commas. Columns that it
// lacks stay empty; one that is not the import's is an error.
func ReadCatalogue(r io.Reader) ([]Row, error) {
	b, err := io.ReadAll(io.LimitReader(r, 32<<20))
	if err != nil {
		return nil, fmt.Errorf("evidence: catalogue: %w", err)
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	c := csv.NewReader(bytes.NewReader(b))
	first, _, _ := bytes.Cut(b, []byte("\n"))
	if bytes.Count(first, []byte(";")) >= bytes.Count(first, []byte(",")) {
		c.Comma = ';'
	}
	records, err := c.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("evidence: catalogue: %w", err)
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("evidence: catalogue: vide / empty")
	}
	at := make([]int, len(records[0]))
	for i, name := range records[0] {
		if at[i] = slices.Index(columns(), strings.TrimSpace(name)); at[i] < 0 {
			return nil, fmt.Errorf("evidence: catalogue: colonne « %s » inconnue / unknown column %q (%s)", name, name, strings.Join(columns(), ", "))
		}
	}
	var out []Row
	for _, rec := range records[1:] {
		var row Row
		cells := row.cells()
		for i, s := range rec {
			*cells[at[i]] = strings.TrimSpace(s)
		}
		out = append(out, row)
	}
	return out, nil
}
