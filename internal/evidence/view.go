package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/sim"
)

// A view is the input made ready to be shown: shortened, in order, with links.
type view struct {
	in         *Input
	red        *redactor
	Disclaimer journal.Text
	Run        scenario.RunState
	Scenario   *scenario.Scenario
	Version    string
	Seed       string
	Steps      []stepView
	Exchanges  []exchangeView
	Fidelity   []fidelity
	Faults     []faultView
	entries    []*journal.Entry
	// messages are those that were shortened already, by address.
	messages map[*journal.Message]shortened
}

type stepView struct {
	scenario.StepState
	Number int
	At     string // time code, or "" before it has one
	Links  []link
}

type link struct {
	Seq    uint64
	Anchor string
	Label  string
}

// A fidelity line says what is known of an operation that the run used.
type fidelity struct {
	Service, Op, Source string
	Provenance          sim.Provenance
	Meaning             journal.Text
	Count               int
}

type faultView struct {
	ID     string
	Seq    uint64
	Target string
}

func newView(in *Input) *view {
	v := &view{
		in: in, red: newRedactor(in.KeepSecrets), Disclaimer: Disclaimer(), Run: in.Run, Scenario: in.Scenario,
		Version: in.Version, Seed: in.Seed, entries: in.entries(),
		messages: map[*journal.Message]shortened{},
	}
	v.Run.Steps = slices.Clone(in.Run.Steps)
	v.Run.Cause = v.cause(in.Run.Cause)
	proof := map[uint64][]string{}
	for _, s := range v.Run.Steps {
		for _, seq := range s.Entries {
			proof[seq] = append(proof[seq], s.ID)
		}
	}
	for _, e := range v.entries {
		if e.Fault != "" {
			v.Faults = append(v.Faults, faultView{e.Fault, e.Seq, e.Service + " " + e.Op})
		}
		if e.Transport != "event" {
			v.Exchanges = append(v.Exchanges, v.exchange(e, proof[e.Seq]))
		}
	}
	for i := range v.Run.Steps {
		s := &v.Run.Steps[i]
		s.Cause = v.cause(s.Cause)
		s.Reason = v.both(s.Reason)
		sv := stepView{StepState: *s, Number: i + 1}
		if !s.At.IsZero() && !(s.Left && s.Since.IsZero()) {
			sv.At = timecode(s.At.Sub(v.Run.Started))
		}
		for _, seq := range s.Entries {
			sv.Links = append(sv.Links, v.link(seq))
		}
		v.Steps = append(v.Steps, sv)
	}
	v.fidelity()
	return v
}

func (v *view) both(t journal.Text) journal.Text {
	return journal.Text{FR: v.red.text(t.FR), EN: v.red.text(t.EN)}
}

func (v *view) cause(c *journal.Cause) *journal.Cause {
	if c == nil {
		return nil
	}
	out := *c
	out.Text = v.both(c.Text)
	return &out
}

func (v *view) link(seq uint64) link {
	for _, e := range v.entries {
		if e.Seq == seq {
			if e.Transport == "event" {
				return link{Seq: seq, Label: fmt.Sprintf("n° %d %s %s", seq, e.Service, e.Op)}
			}
			return link{Seq: seq, Anchor: fmt.Sprintf("x%d", seq), Label: fmt.Sprintf("n° %d %s %s", seq, e.Service, e.Op)}
		}
	}
	return link{Seq: seq, Label: fmt.Sprintf("n° %d (sorti du journal / dropped)", seq)}
}

// fidelity counts the operations used, by name.
func (v *view) fidelity() {
	for _, e := range v.entries {
		if e.Transport == "event" || e.Service == "" {
			continue
		}
		i := slices.IndexFunc(v.Fidelity, func(f fidelity) bool { return f.Service == e.Service && f.Op == e.Op })
		if i < 0 {
			f := fidelity{Service: e.Service, Op: e.Op, Provenance: sim.Provenance(e.Provenance)}
			if op, ok := v.in.op(e.Service, e.Op); ok {
				f.Source, f.Provenance = op.Source, op.Provenance
			}
			f.Meaning = meaning(f.Provenance)
			v.Fidelity = append(v.Fidelity, f)
			i = len(v.Fidelity) - 1
		}
		v.Fidelity[i].Count++
	}
	slices.SortFunc(v.Fidelity, func(a, b fidelity) int {
		return strings.Compare(a.Service+"\x00"+a.Op, b.Service+"\x00"+b.Op)
	})
}

func meaning(p sim.Provenance) journal.Text {
	switch p {
	case sim.Confirmed:
		return journal.Text{FR: "confirmé : publié, ou vu sur le service réel", EN: "confirmed: published, or seen on the real service"}
	case sim.Inferred:
		return journal.Text{FR: "déduit de ce qui est publié, non vu", EN: "inferred from what is published, not seen"}
	case sim.Invented:
		return journal.Text{FR: "inventé : le contrat n'est pas public", EN: "invented: the contract is not public"}
	}
	return journal.Text{FR: "inconnu", EN: "unknown"}
}

// verdictText names a verdict.
func verdictText(v scenario.Verdict) journal.Text {
	switch v {
	case scenario.Passed:
		return journal.Text{FR: "RÉUSSI", EN: "PASSED"}
	case scenario.Failed:
		return journal.Text{FR: "ÉCHEC", EN: "FAILED"}
	case scenario.Skipped:
		return journal.Text{FR: "OMISE", EN: "SKIPPED"}
	case scenario.Incomplete:
		return journal.Text{FR: "INCOMPLET", EN: "INCOMPLETE"}
	case scenario.Aborted:
		return journal.Text{FR: "ABANDONNÉ", EN: "ABORTED"}
	}
	return journal.Text{FR: "EN ATTENTE", EN: "WAITING"}
}

// modeText names a run's mode.
func modeText(mode string) journal.Text {
	switch mode {
	case scenario.Played:
		return journal.Text{FR: "joué par le LPS témoin du simulateur", EN: "played by the simulator's reference client"}
	case scenario.Asserted:
		return journal.Text{FR: "vérifié sans personne à l'écran : les étapes visuelles n'ont pas été vues", EN: "asserted with nobody at the screen: visual steps were not seen"}
	}
	return journal.Text{FR: "observé pendant que le logiciel agit", EN: "watched while the software acts"}
}

// timecode writes a duration as a video player does: 00:01:02.345.
func timecode(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	ms := d.Milliseconds()
	return fmt.Sprintf("%s%02d:%02d:%02d.%03d", sign, ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
}
