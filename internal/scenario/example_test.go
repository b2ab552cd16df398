package scenario_test

import (
	"context"
	"fmt"
	"io/fs"
	"testing/fstest"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// hello is a service with one operation.
type hello struct{}

func (hello) Hosts() []string              { return nil }
func (hello) Tables() []store.Schema       { return nil }
func (hello) Seed(*store.Txn, fs.FS) error { return nil }
func (hello) Mount(*echo.Group)            {}
func (hello) Info() sim.Info {
	return sim.Info{Name: "hello", Ops: []sim.Op{{Name: "greet", Facts: map[string]sim.FactType{"form.name": sim.String}}}}
}

func Example() {
	c := clock.New(func() time.Time { return time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC) })
	defer c.Close()
	log := journal.New(journal.Options{})
	files := fstest.MapFS{"salut.yaml": {Data: []byte(`
id: salut
title: { fr: "Saluer", en: "Greet" }
steps:
  - id: bonjour
    say: { fr: "Saluer Camille", en: "Greet Camille" }
    expect: { service: hello, op: greet, where: 'form.name == "Camille"' }
`)}}
	engine, err := scenario.NewEngine(scenario.Options{Clock: c, Journal: log, Scenarios: files})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	if err := engine.Attach([]sim.Service{hello{}}); err != nil {
		fmt.Println(err)
		return
	}
	run, err := engine.StartRun(context.Background(), "salut", scenario.RunOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	greet := func(name string) {
		log.Append(&journal.Entry{
			Time: c.Now(), Transport: "https", Service: "hello", Op: "greet", Status: 200,
			Facts: map[string]any{"form": map[string]any{"name": name}},
		})
	}
	greet("Dominique")
	step, _ := run.State().Step("bonjour")
	fmt.Println(step.Verdict, "-", step.Near.Text.FR)
	greet("Camille")
	fmt.Println(run.State().Verdict)
	// Output:
	// waiting - `form.name` vaut `Dominique`, attendu `Camille`
	// passed
}
