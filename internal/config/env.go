package config

import (
	"fmt"
	"slices"
	"strings"
)

// environment keeps the variables by name; the last one wins, as for a process.
func environment(environ []string) map[string]string {
	env := make(map[string]string, len(environ))
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok {
			env[k] = v
		}
	}
	return env
}

// words splits a list written in one variable.
func words(s string) []string {
	var list []string
	for _, w := range strings.Split(s, ",") {
		if w = strings.TrimSpace(w); w != "" {
			list = append(list, w)
		}
	}
	return list
}

// strangers warns of variables that look like settings and are none. Those that
// Kubernetes makes for a service named segursim are passed over.
func strangers(env map[string]string) []string {
	var names []string
	for _, s := range Settings() {
		names = append(names, s.Env)
	}
	known := append(slices.Clone(names), ConfigEnv, envPrefix+"REQUIRE")
	var warnings []string
	for name := range env {
		if !strings.HasPrefix(name, envPrefix) || slices.Contains(known, name) ||
			strings.HasPrefix(name, envPrefix+"PORT") || strings.HasPrefix(name, envPrefix+"SERVICE_") {
			continue
		}
		warnings = append(warnings, fmt.Sprintf("%s is no setting, and is ignored%s", name, meantEnv(name, names)))
	}
	slices.Sort(warnings)
	return warnings
}

// meantEnv proposes a variable; only what follows the prefix is compared.
func meantEnv(name string, names []string) string {
	var rest []string
	for _, n := range names {
		rest = append(rest, strings.ToLower(strings.TrimPrefix(n, envPrefix)))
	}
	m := meant(strings.TrimPrefix(name, envPrefix), rest)
	first := strings.Index(m, `"`)
	if first < 0 {
		return ""
	}
	return m[:first] + envPrefix + strings.ToUpper(strings.Trim(m[first:], `"?`)) + "?"
}
