package linter_test

import "testing"

// A right message breaks no rule.
func TestRight(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*sample{"documents": right(t), "plain": plain(t)} {
		for _, f := range s.lint().Findings {
			t.Errorf("%s: %s %s: %s [%s %q]", name, f.Level, f.Rule, f.Text.EN, f.Part, f.Excerpt)
		}
	}
}
