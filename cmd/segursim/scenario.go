package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
)

// scenarioCmd holds the commands about scenarios.
type scenarioCmd struct {
	List  scenarioListCmd  `cmd:"" help:"List the scenarios."`
	Show  scenarioShowCmd  `cmd:"" help:"Print a scenario's file."`
	Check scenarioCheckCmd `cmd:"" help:"Check scenario files; exit 1 when one is wrong."`
}

// language is the flag of the commands that print texts.
type language struct {
	Lang string `enum:"fr,en," default:"" placeholder:"LANG" help:"fr (default) or en ($SEGURSIM_LANG)."`
}

// pick returns the asked language, else the environment's, else French.
func (l language) pick(t *terminal) string {
	if l.Lang == "" && t.getenv("SEGURSIM_LANG") == "en" {
		return "en"
	}
	return in(l.Lang, "fr", "en")
}

// text is a text in both languages.
type text struct{ FR, EN string }

// scenarioListCmd lists.
type scenarioListCmd struct {
	target
	language
}

// Run prints id, number of steps, whether it can be played, title.
func (cmd *scenarioListCmd) Run(t *terminal) error {
	return cmd.with(t, func(c *client) error {
		var doc struct {
			Scenarios []struct {
				ID    string
				Title text
				Steps []struct{}
				Play  string
			}
		}
		if err := c.get(t.ctx, "/api/scenarios", &doc); err != nil {
			return err
		}
		lang := cmd.pick(t)
		w := tabwriter.NewWriter(t.stdout, 0, 0, 2, ' ', 0)
		for _, s := range doc.Scenarios {
			how := in(lang, "observé", "watched")
			if s.Play != "" {
				how = in(lang, "jouable", "playable")
			}
			fmt.Fprintf(w, "%s\t%d %s\t%s\t%s\n", s.ID, len(s.Steps), in(lang, "étapes", "steps"), how, in(lang, s.Title.FR, s.Title.EN))
		}
		return w.Flush()
	})
}

// scenarioShowCmd shows.
type scenarioShowCmd struct {
	Scenario string `arg:"" help:"The scenario's id."`
	target
}

// Run prints the YAML source.
func (cmd *scenarioShowCmd) Run(t *terminal) error {
	return cmd.with(t, func(c *client) error {
		b, err := c.call(t.ctx, http.MethodGet, "/api/scenarios/"+url.PathEscape(cmd.Scenario)+"/source", nil)
		if err != nil {
			return err
		}
		_, err = t.stdout.Write(b)
		return err
	})
}

// scenarioCheckCmd checks.
type scenarioCheckCmd struct {
	Files []string `arg:"" name:"file" help:"YAML files."`
	target
	language
}

// Run prints a line for each file, and the problems of the wrong ones.
func (cmd *scenarioCheckCmd) Run(t *terminal) error {
	sources := map[string][]byte{}
	for _, name := range cmd.Files {
		src, err := os.ReadFile(name)
		if err != nil {
			return usage(err)
		}
		sources[name] = src
	}
	return cmd.with(t, func(c *client) error {
		wrong, lang := false, cmd.pick(t)
		for _, name := range cmd.Files {
			_, err := c.call(t.ctx, http.MethodPost, "/api/scenarios/check", sources[name])
			var r *refusal
			switch {
			case err == nil:
				fmt.Fprintf(t.stdout, "%s: %s\n", name, in(lang, "correct", "correct"))
			case errors.As(err, &r) && r.Status == http.StatusUnprocessableEntity:
				wrong = true
				fmt.Fprintf(t.stdout, "%s: %s\n%s\n", name, in(lang, "incorrect", "wrong"), indent(in(lang, r.FR, r.EN)))
			default:
				return err
			}
		}
		if wrong {
			return against()
		}
		return nil
	})
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n  ")
}
