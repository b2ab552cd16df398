package config

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
)

// Input is where settings come from.
type Input struct {
	Flags   Values
	Environ []string // "NAME=value", as os.Environ gives it
	// File is the YAML file's path; empty means the one that SEGURSIM_CONFIG
	// names, and none when that is empty too.
	File string
	// Listeners are the names that this version listens on. One that is a word
	// of the settings, but not of these, is refused where somebody sets it.
	Listeners []string
	// Services are the names that a section of the file may have.
	Services []string
	// Relaxable are the checks that relax may name; nil takes any name.
	Relaxable []string
}

// ConfigEnv names the variable that holds the file's path.
const ConfigEnv = envPrefix + "CONFIG"

// Load reads every source and checks every value. Its error joins a *Problem
// for each value that cannot be used.
func Load(in Input) (*Config, error) {
	env := environment(in.Environ)
	path := in.File
	if path == "" {
		path = env[ConfigEnv]
	}
	doc := &document{}
	if path != "" {
		src, err := readFile(path)
		if err != nil {
			return nil, fmt.Errorf("configuration: %w", err)
		}
		if doc, err = decode(path, src, in.Services); err != nil {
			return nil, err
		}
	}
	c := &Config{Listen: map[string]string{}, LogFormat: "text", Lang: "fr", Sections: doc.sections}
	var problems []error
	from := map[string]origin{}
	for _, s := range Settings() {
		w, ok := in.Flags.said(s)
		if text, set := env[s.Env]; !ok && set && text != "" {
			w, ok = written{text: text, list: words(text), origin: origin{env: s.Env}}, true
		}
		if !ok {
			if w, ok = doc.settings[s.Name]; !ok {
				continue
			}
		}
		from[s.Name] = w.origin
		if err := c.take(s, w, in); err != nil {
			problems = append(problems, w.origin.problem("%v", err))
		}
	}
	problems = append(problems, c.collisions(from)...)
	if o, ok := from["pki-dir"]; ok && c.Ephemeral && c.PKIDir != "" {
		problems = append(problems, o.problem("pki-dir and ephemeral contradict each other"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	c.OwnPKIDir = c.PKIDir != ""
	c.Warnings = strangers(env)
	if !c.Ephemeral && c.PKIDir == "" {
		c.defaultPKIDir(env, runtime.GOOS)
	}
	return c, nil
}

// take checks one value and puts it in its place.
func (c *Config) take(s Setting, w written, in Input) (err error) {
	text := map[string]*string{
		"seed": &c.Seed, "chaos": &c.Chaos, "clock": &c.Clock, "token": &c.Token, "pki-dir": &c.PKIDir,
		"fixtures": &c.Fixtures, "scenarios": &c.Scenarios, "faults": &c.Faults, "endpoints": &c.Endpoints,
		"log-format": &c.LogFormat, "lang": &c.Lang,
	}
	switch s.Shape {
	case "addr":
		if !slices.Contains(in.Listeners, s.Name) {
			return fmt.Errorf("no service of this version listens on %s; there are %s", s.Name, strings.Join(in.Listeners, ", "))
		}
		err = address(w.text)
		c.Listen[s.Name] = w.text
		return err
	case "url":
		c.PublicURL, err = baseURL(w.text)
		return err
	case "bool":
		c.Ephemeral, err = boolean(w.text)
		return err
	case "words":
		c.Relax, err = checks(w.list, in.Relaxable)
		return err
	case "bytes":
		if s.Name == "journal-body" {
			c.JournalBody, err = size(w.text)
		} else {
			c.JournalBytes, err = size(w.text)
		}
		return err
	case "count":
		c.JournalEntries, err = count(w.text)
		return err
	case "time":
		err = instant(w.text)
	case "token":
		err = bearer(w.text)
	case "enum":
		err = among(w.text, s.Of)
	case "path", "word":
		if strings.TrimSpace(w.text) == "" || strings.ContainsRune(w.text, 0) {
			err = errors.New("an empty value")
		}
	}
	if err != nil {
		return err
	}
	if s.Name == "log-level" {
		return c.LogLevel.UnmarshalText([]byte(w.text))
	}
	*text[s.Name] = w.text
	return nil
}

// checks holds the names of relax against the known ones.
func checks(list, known []string) ([]string, error) {
	for _, name := range list {
		if known != nil && !slices.Contains(known, name) {
			return nil, fmt.Errorf("there is no check %q to loosen; there are %s%s", name, strings.Join(known, ", "), meant(name, known))
		}
	}
	return list, nil
}

// collisions finds listeners that ask for the same address.
func (c *Config) collisions(from map[string]origin) []error {
	var problems []error
	owner := map[string]string{}
	for _, s := range Settings() {
		addr, ok := c.Listen[s.Name]
		if _, port, err := net.SplitHostPort(addr); !ok || err != nil || port == "0" {
			continue
		}
		if other, taken := owner[addr]; taken {
			problems = append(problems, from[s.Name].problem("%s is the address of %s already", addr, other))
			continue
		}
		owner[addr] = s.Name
	}
	return problems
}

// readFile reads a file up to one byte more than decode takes.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}
