package mssante

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// countersView is the page of counters.
type countersView struct {
	BAL, NIL   string
	Rows       []count
	More       int
	Total      tally
	Software   []softwareRow
	Thresholds []thresholdRow
	Findings   []findingCount
	Looked     int // sendings that the findings are counted over
	Lines      []traced
	LinesMore  int
	Action     string
	Actions    []string
	Couloir    *thresholdRow // of the sheet
	Counted    []countedMail
	Now        time.Time
}

// softwareRow is a software by its NIL.
type softwareRow struct {
	NIL string
	tally
}

// thresholdRow is where the counters stand against what a couloir asks for.
type thresholdRow struct {
	threshold
	Has, HasTest int64
	Met          bool
	None         bool // nothing is asked for
}

// findingCount is how often a rule was broken.
type findingCount struct {
	Rule  string
	Level linter.Level
	Text  journal.Text
	N     int
}

// countedMail is a message that the sheet lists.
type countedMail struct {
	sent
	Test bool
}

// Simulated tells whether the simulator sent it, and not the software under test.
func (m countedMail) Simulated() bool { return m.Origin == originDeposit }

// Bounds of the page.
const (
	maxCountRows = 100
	maxLines     = 200
	maxFrequent  = 12
	maxCounted   = 30
)

func (p *panel) mountCounters(g *echo.Group) {
	g.GET("", func(c echo.Context) error {
		v, err := p.counters(c)
		if err == nil {
			err = p.traceLines(c, &v)
		}
		if err != nil {
			return err
		}
		return p.page(c, v)
	})
	g.GET("/live", func(c echo.Context) error {
		return p.live(c, func() (any, error) { return p.counters(c) }, "thresholds", "counts", "frequent")
	})
	g.GET("/fiche", p.sheet)
	g.GET("/compteurs.csv", p.countersCSV)
	g.GET("/compteurs.json", p.countersJSON)
	g.GET("/trace.csv", p.traceFile)
	g.GET("/trace.json", p.traceFile)
}

// filterOf is what a request counts: a BAL, a software.
func filterOf(c echo.Context) (address, nilValue string) {
	return strings.ToLower(strings.TrimSpace(c.QueryParam("bal"))), strings.TrimSpace(c.QueryParam("nil"))
}

func (p *panel) counters(c echo.Context) (countersView, error) {
	address, nilValue := filterOf(c)
	v := countersView{BAL: address, NIL: nilValue, Now: p.s.now()}
	bySoftware := map[string]*tally{}
	broken := map[string]*findingCount{}
	_ = p.s.world.Store.View(func(tx *store.Txn) error {
		for row := range counts.All(tx) {
			if address != "" && row.BAL != address || nilValue != "" && row.NIL != nilValue {
				continue
			}
			v.Rows = append(v.Rows, row)
			v.Total.add(&row)
			if bySoftware[row.NIL] == nil {
				bySoftware[row.NIL] = &tally{}
			}
			bySoftware[row.NIL].add(&row)
		}
		for m := range recent(tx, maxRecent) {
			if !countable(&m) || address != "" && m.BAL != address || nilValue != "" && m.NIL != nilValue {
				continue
			}
			v.Looked++
			for _, f := range m.Findings {
				if broken[f.Rule] == nil {
					broken[f.Rule] = &findingCount{Rule: f.Rule, Level: f.Level, Text: f.Text}
				}
				broken[f.Rule].N++
			}
		}
		return nil
	})
	slices.SortFunc(v.Rows, func(a, b count) int { return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID)) })
	if n := len(v.Rows); n > maxCountRows {
		v.Rows, v.More = v.Rows[:maxCountRows], n-maxCountRows
	}
	for _, name := range slices.Sorted(maps.Keys(bySoftware)) {
		v.Software = append(v.Software, softwareRow{name, *bySoftware[name]})
	}
	for _, f := range broken {
		v.Findings = append(v.Findings, *f)
	}
	slices.SortFunc(v.Findings, func(a, b findingCount) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Rule, b.Rule)) })
	v.Findings = v.Findings[:min(len(v.Findings), maxFrequent)]
	v.Thresholds = v.Total.rows()
	return v, nil
}

// countable tells whether a sending counts: the software's, or a simulated
// correspondent's.
func countable(m *sent) bool { return m.Origin == originSession || m.Origin == originDeposit }

// rows is where a tally stands against each threshold.
func (t *tally) rows() []thresholdRow {
	var out []thresholdRow
	for _, th := range thresholds() {
		r := thresholdRow{threshold: th, Has: t.ProXDM, HasTest: t.Test, None: th.Pro == 0 && th.Test == 0}
		if !th.Documents {
			r.Has += t.Pro
		}
		r.Met = r.Has >= th.Pro && r.HasTest >= th.Test
		out = append(out, r)
	}
	return out
}

// Percent is how far a figure is, from 0 to 100.
func (r thresholdRow) Percent() int {
	if r.Pro == 0 {
		return 100
	}
	return int(min(100, r.Has*100/r.Pro))
}

// traceLines reads the server's trace, the newest lines first.
func (p *panel) traceLines(c echo.Context, v *countersView) error {
	v.Action = c.QueryParam("action")
	v.Actions = []string{"connexion", "envoi", "lecture", "suppression", "marquage", "depot", "deplacement", "consultation", "dossier", "deconnexion"}
	out, err := p.s.actTrace(c.Request().Context(), map[string]any{"bal": v.BAL, "action": v.Action})
	if err != nil {
		return err
	}
	v.Lines, _ = out.(map[string]any)["trace"].([]traced)
	slices.Reverse(v.Lines)
	if n := len(v.Lines); n > maxLines {
		v.Lines, v.LinesMore = v.Lines[:maxLines], n-maxLines
	}
	return nil
}

// sheet is the page to print beside the answer to a verification (VA).
func (p *panel) sheet(c echo.Context) error {
	v, err := p.counters(c)
	if err != nil {
		return err
	}
	for i := range v.Thresholds {
		if v.Thresholds[i].Couloir == c.QueryParam("couloir") {
			v.Couloir = &v.Thresholds[i]
		}
	}
	if v.Couloir == nil {
		return echo.ErrNotFound
	}
	_ = p.s.world.Store.View(func(tx *store.Txn) error {
		for m := range recent(tx, maxRecent) {
			if !countable(&m) || m.Automat || v.BAL != "" && m.BAL != v.BAL || v.NIL != "" && m.NIL != v.NIL {
				continue
			}
			for _, f := range m.Recipients {
				if f.Outcome == bounced {
					continue
				}
				test := f.Address == robotAddress
				pro := !test && !strings.HasSuffix(f.Address, "@"+patientDomain) && (m.Archive || !v.Couloir.Documents)
				if test || pro {
					v.Counted = append(v.Counted, countedMail{m, test})
					break
				}
			}
		}
		return nil
	})
	slices.Reverse(v.Counted)
	v.Counted = v.Counted[:min(len(v.Counted), maxCounted)]
	return p.block(c, "sheet", v)
}

func (p *panel) countersJSON(c echo.Context) error {
	address, nilValue := filterOf(c)
	out, err := p.s.actCounters(c.Request().Context(), map[string]any{"bal": address, "nil": nilValue})
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	return file(c, "compteurs-mssante.json", "application/json", append(b, '\n'))
}

func (p *panel) countersCSV(c echo.Context) error {
	address, nilValue := filterOf(c)
	out, err := p.s.actCounters(c.Request().Context(), map[string]any{"bal": address, "nil": nilValue})
	if err != nil {
		return err
	}
	rows, _ := out.(map[string]any)["counters"].([]count)
	table := [][]string{{"bal", "nil", "logiciel", "mss_pro_xdm", "mss_pro_sans_document", "usagers", "adresse_test", "retours", "accuses_envoyes", "accuses_recus", "avec_erreur", "dernier"}}
	for _, r := range rows {
		line := []string{guarded(r.BAL), guarded(r.NIL), guarded(r.Client)}
		for _, n := range []int64{r.ProXDM, r.Pro, r.Patient, r.Test, r.Bounces, r.Receipts, r.Received, r.Faulty} {
			line = append(line, strconv.FormatInt(n, 10))
		}
		table = append(table, append(line, paris(r.Last).Format(time.RFC3339)))
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = ';', true
	if err := w.WriteAll(table); err != nil {
		return err
	}
	return file(c, "compteurs-mssante.csv", "text/csv", []byte(b.String()))
}

// guarded is a field that a spreadsheet takes for text.
func guarded(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// traceFile is the server's trace as a file, to compare with the software's own.
func (p *panel) traceFile(c echo.Context) error {
	out, err := p.s.actTrace(c.Request().Context(), map[string]any{
		"bal": c.QueryParam("bal"), "action": c.QueryParam("action"), "since": c.QueryParam("since"),
	})
	if err != nil {
		return echo.NewHTTPError(400, fmt.Sprint(sim.AsError(err).Cause.Text.FR))
	}
	m := out.(map[string]any)
	if strings.HasSuffix(c.Path(), ".csv") {
		table, _ := m["csv"].(string)
		return file(c, "trace-mssante.csv", "text/csv", []byte(table))
	}
	b, err := json.MarshalIndent(m["trace"], "", "  ")
	if err != nil {
		return err
	}
	return file(c, "trace-mssante.json", "application/json", append(b, '\n'))
}
