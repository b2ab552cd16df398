package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// A checker finds all that is wrong with a scenario and compiles it.
type checker struct {
	src      *source
	sc       *Scenario
	cat      *catalogue // nil: only the form is checked
	index    map[string]int
	problems Problems
}

// load parses, checks and, with a catalogue, compiles a scenario.
func load(src []byte, name string, cat *catalogue) (*Scenario, error) {
	sc, s, err := parse(src, name)
	if err != nil {
		return nil, err
	}
	c := &checker{src: s, sc: sc, cat: cat, index: map[string]int{}}
	if c.header(); len(sc.Steps) > maxSteps {
		return nil, c.problems
	}
	p := &plan{scenario: sc, steps: make([]planStep, len(sc.Steps))}
	c.names()
	last := start
	for i := range sc.Steps {
		p.steps[i] = c.step(i, last)
		if p.steps[i].chain {
			last = i
		}
	}
	if len(c.problems) == 0 && !slices.ContainsFunc(p.steps, func(s planStep) bool { return s.kind != KindLimit }) {
		c.add("$.steps", "", text("aucune étape ne finit le déroulé : il n'y a que des interdits", "no step ends the run: there are only limits"))
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	if cat != nil {
		sc.plan = p
	}
	return sc, nil
}

// maxProblems is where a hopeless file stops being explained.
const maxProblems = 50

// maxSteps is what a run follows without effort, and more than anyone films.
const maxSteps = 200

func (c *checker) add(path, step string, t journal.Text) {
	if len(c.problems) >= maxProblems {
		return
	}
	c.problems = append(c.problems, c.src.problem(path, step, t))
}

// names indexes the steps.
func (c *checker) names() {
	for i, s := range c.sc.Steps {
		if !identifier(s.ID) {
			c.add(stepPath(i, "id"), s.ID, text("identifiant « %s » invalide : lettres minuscules, chiffres, tirets", "invalid id %q: lower-case letters, digits, dashes", s.ID))
			continue
		}
		if s.ID == "start" {
			c.add(stepPath(i, "id"), s.ID, text("« start » désigne le début du déroulé", `"start" stands for the run's start`))
		}
		if _, dup := c.index[s.ID]; dup {
			c.add(stepPath(i, "id"), s.ID, text("deux étapes portent ce nom", "two steps have this name"))
			continue
		}
		c.index[s.ID] = i
	}
}

// header checks what is not a step.
func (c *checker) header() {
	sc := c.sc
	if !identifier(sc.ID) {
		c.add("$.id", "", text("identifiant « %s » invalide : lettres minuscules, chiffres, tirets", "invalid id %q: lower-case letters, digits, dashes", sc.ID))
	}
	if sc.Title.FR == "" || sc.Title.EN == "" {
		c.add("$.title", "", text("title veut fr et en", "title wants fr and en"))
	}
	if n := len(sc.Steps); n == 0 || n > maxSteps {
		c.add("$.steps", "", text("%d étapes : entre 1 et %d", "%d steps: from 1 to %d", n, maxSteps))
	}
	if v := sc.Video; v != nil && v.Framing != "plein-ecran" && v.Framing != "navigateur-visible" {
		c.add("$.video.framing", "", unknown("cadrage", "framing", v.Framing, []string{"plein-ecran", "navigateur-visible"}))
	}
	for i, e := range sc.Evidence {
		known := []string{"journal", "exchanges", "chapters", "junit", "report"}
		if !slices.Contains(known, e) {
			c.add(fmt.Sprintf("$.evidence[%d]", i), "", unknown("élément de preuve", "evidence item", e, known))
		}
	}
	if sc.Given.Clock != "" {
		if _, err := time.Parse(time.RFC3339, sc.Given.Clock); err != nil {
			c.add("$.given.clock", "", text("clock n'est pas une date RFC 3339", "clock is not an RFC 3339 time"))
		}
	}
	for i, f := range sc.Given.Faults {
		if f.Origin != "" || f.Seen != 0 || f.Hits != 0 || f.Spent {
			c.add(fmt.Sprintf("$.given.faults[%d]", i), "", text("origin, seen, hits et spent sont des réponses", "origin, seen, hits and spent are answers"))
		}
		_, flaws := checkFault(c.cat, f)
		for _, fl := range flaws {
			c.add(fmt.Sprintf("$.given.faults[%d].%s", i, fl.key), "", fl.text)
		}
	}
	for i, p := range sc.Proofs {
		if p.Requirement == "" {
			c.add(fmt.Sprintf("$.proofs[%d]", i), "", text("requirement manquant", "missing requirement"))
		}
	}
}

// step checks and compiles one step; last is the chain's step before it.
func (c *checker) step(i, last int) planStep {
	s := &c.sc.Steps[i]
	p := planStep{Step: s, prev: start, until: start}
	bad := func(key string, t journal.Text) { c.add(stepPath(i, key), s.ID, t) }

	switch set := kinds(s); {
	case set == "":
		bad("", text("l'étape ne dit ni manual, ni expect, ni never, ni do", "the step has no manual, expect, never or do"))
		return p
	case strings.Contains(set, ",") && set != "expect,do":
		bad("", text("l'étape mélange %[1]s : un seul, ou do avec expect", "the step mixes %[1]s: one only, or do with expect", set))
		return p
	}
	if (s.Manual || s.Expect != nil || s.Do != nil) && s.Say.FR == "" {
		bad("say", text("say manque : que dire à l'écran ?", "missing say: what does the screen tell?"))
	}
	c.kind(i, s, &p, bad)
	p.chain = p.kind != KindLimit && (s.Expect == nil || s.Expect.Order != "any")
	if p.chain {
		p.prev = last
	}
	if s.After != "" {
		p.prev = c.earlier(i, "after", s.After, bad)
	}
	if s.Until != "" {
		switch j, ok := c.index[s.Until]; {
		case !ok:
			bad("until", unknown("étape", "step", s.Until, c.stepIDs()))
		case j == i || c.sc.Steps[j].Never != nil:
			bad("until", text("l'étape « %s » ne peut pas mettre fin à celle-ci", "step %q cannot end this one", s.Until))
		default:
			p.until = j
		}
		if p.kind != KindLimit && p.bound.most < 0 {
			bad("until", text("until ne borne qu'un interdit ou un nombre exact", "until bounds a limit or an exact count only"))
		}
	}
	if s.Auto && s.Do == nil {
		bad("auto", text("auto ne va qu'avec do", "auto goes with do only"))
	}
	if s.Within > 0 && p.kind == KindLimit {
		bad("within", text("within ne va pas avec une limite", "within does not go with a limit"))
	}
	c.rejects(i, s, &p, bad)
	return p
}

// kinds lists what a step says it is.
func kinds(s *Step) string {
	var set []string
	if s.Manual {
		set = append(set, "manual")
	}
	if s.Expect != nil {
		set = append(set, "expect")
	}
	if s.Never != nil {
		set = append(set, "never")
	}
	if s.Do != nil {
		set = append(set, "do")
	}
	return strings.Join(set, ",")
}

// earlier resolves the name of a step that comes before.
func (c *checker) earlier(i int, key, name string, bad func(string, journal.Text)) int {
	j, ok := c.index[name]
	switch {
	case !ok:
		bad(key, unknown("étape", "step", name, c.stepIDs()))
	case j >= i:
		bad(key, text("l'étape « %s » vient après celle-ci", "step %q comes after this one", name))
	case c.sc.Steps[j].Never != nil:
		bad(key, text("l'étape « %s » est un interdit : elle ne finit pas", "step %q is a limit: it does not end", name))
	default:
		return j
	}
	return start
}

func (c *checker) stepIDs() []string {
	var ids []string
	for _, s := range c.sc.Steps {
		ids = append(ids, s.ID)
	}
	return ids
}
