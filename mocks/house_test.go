package mocks_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/need"
)

// House rules that a reader of the code may rely on. Each is a function over
// one parsed file, so that TestHouseRulesCatch can prove that it catches.

const (
	maxLines    = 600 // of any file
	p90Lines    = 400
	medianLines = 120
	// smallHouse is the number of files under which the shape of the
	// distribution says nothing.
	smallHouse = 40
)

// A source is a parsed Go file that a person wrote.
type source struct {
	path  string // relative to the root, with slashes
	fset  *token.FileSet
	file  *ast.File
	lines int
}

// under tells whether the file lies in one of the folders.
func (s source) under(folders ...string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return strings.HasPrefix(s.path, folder+"/") })
}

// in tells whether the file lies in one of the folders itself.
func (s source) in(folders ...string) bool {
	return slices.Contains(folders, filepath.ToSlash(filepath.Dir(s.path)))
}

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) at(node ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(node.Pos()).Line)
}

// importPath is the path that an import names.
func importPath(imported *ast.ImportSpec) string { return strings.Trim(imported.Path.Value, `"`) }

var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

// localName is what a file calls an imported package, for a package named like
// the end of its path, without a major version.
func localName(imported *ast.ImportSpec) string {
	if imported.Name != nil {
		return imported.Name.Name
	}
	path := majorVersion.ReplaceAllString(importPath(imported), "")
	return path[strings.LastIndex(path, "/")+1:]
}

// calls reports each use of one of the names of an imported package, whatever
// the file calls that package.
func (s source) calls(path string, names ...string) []*ast.SelectorExpr {
	local := ""
	for _, imported := range s.file.Imports {
		if importPath(imported) == path {
			local = localName(imported)
		}
	}
	if local == "" {
		return nil
	}

	var found []*ast.SelectorExpr
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || !slices.Contains(names, sel.Sel.Name) {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == local {
			found = append(found, sel)
		}
		return true
	})
	return found
}

// A houseRule looks at one file and says what it finds against it.
type houseRule struct {
	name, why string
	check     func(source) []string
}

var houseRules = []houseRule{
	{
		"no init", "what happens at import cannot be configured, refused or repeated: two simulators live in one process",
		noInit,
	},
	{
		"no wall clock", "the simulated world lives on the injected clock, which tests and scenarios advance and freeze",
		noWallClock,
	},
	{
		"no own randomness", "randomness comes from the injected reader, so that --seed gives the same ids twice",
		noOwnRandomness,
	},
	{
		"no mutable package variable", "state belongs to a value that a constructor made: two simulators live in one process",
		noMutableVariable,
	},
	{
		"no stray output", "output goes to slog or to the writers that the command was given, where a test can read it",
		noStrayOutput,
	},
	{
		"small files", "one operation per file, named like it: split this one",
		smallFile,
	},
	{
		"documented names", "an exported name says what it does, in which unit, and when it refuses",
		documentedNames,
	},
	{
		"telling package names", "a package is named after what it is about, in the singular: no drawer for the rest",
		tellingPackageName,
	},
}

func noInit(s source) []string {
	var found []string
	for _, decl := range s.file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			found = append(found, s.at(f)+": func init")
		}
	}
	return found
}

func noWallClock(s source) []string {
	if s.test() || s.under("internal/clock", "cmd") {
		return nil
	}
	var found []string
	for _, use := range s.calls("time", "Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker") {
		found = append(found, fmt.Sprintf("%s: time.%s", s.at(use), use.Sel.Name))
	}
	return found
}

func noStrayOutput(s source) []string {
	if s.test() {
		return nil
	}
	var found []string
	for _, use := range s.calls("fmt", "Print", "Printf", "Println") {
		found = append(found, fmt.Sprintf("%s: fmt.%s", s.at(use), use.Sel.Name))
	}
	if s.under("cmd") {
		return found
	}
	for _, use := range s.calls("os", "Stdout", "Stderr", "Exit") {
		found = append(found, fmt.Sprintf("%s: os.%s", s.at(use), use.Sel.Name))
	}
	for _, imported := range s.file.Imports {
		if imported.Path.Value == `"log"` {
			found = append(found, s.at(imported)+": import of log")
		}
	}
	return found
}

func smallFile(s source) []string {
	if s.lines > maxLines {
		return []string{fmt.Sprintf("%s: %d lines, the most is %d", s.path, s.lines, maxLines)}
	}
	return nil
}

func documentedNames(s source) []string {
	if s.test() {
		return nil
	}
	var found []string
	undocumented := func(name *ast.Ident) {
		found = append(found, fmt.Sprintf("%s: %s has no comment", s.at(name), name.Name))
	}
	for _, decl := range s.file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || exportedReceiver(d.Recv) && !standard(d.Name.Name)) {
				undocumented(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil {
						undocumented(spec.Name)
					}
				case *ast.ValueSpec:
					if spec.Names[0].IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
						undocumented(spec.Names[0])
					}
				}
			}
		}
	}
	return found
}

// standard tells whether the standard library says what every method of this
// name does.
func standard(method string) bool {
	return slices.Contains([]string{"Error", "String", "Unwrap"}, method)
}

// exportedReceiver tells whether the type of a receiver, without its star and
// its type parameters, is exported.
func exportedReceiver(recv *ast.FieldList) bool {
	name := rootName(recv.List[0].Type)
	return name != nil && name.IsExported()
}

func tellingPackageName(s source) []string {
	name := strings.TrimSuffix(s.file.Name.Name, "_test")
	if drawers := []string{"util", "utils", "common", "helper", "helpers", "base", "misc", "shared", "types", "lib"}; slices.Contains(drawers, name) {
		return []string{fmt.Sprintf("%s: package %s", s.path, name)}
	}
	if folder := filepath.Base(filepath.Dir(s.path)); name != folder && name != "main" {
		return []string{fmt.Sprintf("%s: package %s in the folder %s", s.path, name, folder)}
	}
	return nil
}

var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// sources parses every Go file of the repository but the generated ones.
func sources(t *testing.T) []source {
	t.Helper()

	var all []source
	for path, content := range texts(t, ".go") {
		if generated.Match(content) {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, content, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Logf("left out, does not parse: %v", err) // the compiler says so itself
			continue
		}
		all = append(all, source{path: path, fset: fset, file: file, lines: bytes.Count(content, []byte{'\n'})})
	}
	slices.SortFunc(all, func(a, b source) int { return strings.Compare(a.path, b.path) })
	return all
}

// texts reads the files of the repository that end in one of the suffixes:
// relative path to content. Hidden folders, test data and built files are left
// out.
func texts(t *testing.T, suffixes ...string) map[string][]byte {
	t.Helper()

	root, err := need.Root()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "dist") {
				return fs.SkipDir
			}
			return nil
		case !slices.ContainsFunc(suffixes, func(end string) bool { return strings.HasSuffix(path, end) }):
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		found[filepath.ToSlash(relative)] = content
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestHouseRules holds every file against every rule.
func TestHouseRules(t *testing.T) {
	t.Parallel()

	files := sources(t)
	for _, rule := range houseRules {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			for _, file := range files {
				for _, found := range rule.check(file) {
					t.Errorf("%s\n\twhy: %s", found, rule.why)
				}
			}
		})
	}
}

// TestPackageComments wants a comment on every package: what it is, the
// specification, the limits, where its state lives.
func TestPackageComments(t *testing.T) {
	t.Parallel()

	commented := map[string]bool{}
	for _, file := range sources(t) {
		if file.test() {
			continue
		}
		folder := filepath.ToSlash(filepath.Dir(file.path))
		commented[folder] = commented[folder] || file.file.Doc != nil
	}
	for folder, ok := range commented {
		if !ok {
			t.Errorf("the package in %s has no comment", folder)
		}
	}
}

// TestFileSizes holds the distribution of the sizes, which keeps the code made
// of small files rather than of files just under the limit.
func TestFileSizes(t *testing.T) {
	t.Parallel()

	var sizes []int
	for _, file := range sources(t) {
		if !file.test() {
			sizes = append(sizes, file.lines)
		}
	}
	if len(sizes) < smallHouse {
		t.Skipf("skipped: %d files, the distribution says something from %d on", len(sizes), smallHouse)
	}
	slices.Sort(sizes)
	if got := sizes[len(sizes)/2]; got > medianLines {
		t.Errorf("half of the files have more than %d lines, want %d at most", got, medianLines)
	}
	if got := sizes[len(sizes)*9/10]; got > p90Lines {
		t.Errorf("one file in ten has more than %d lines, want %d at most", got, p90Lines)
	}
}

// TestNoProductionHost looks for the production names of the real services: a
// simulator never answers for one, nor shows it where it could be copied.
func TestNoProductionHost(t *testing.T) {
	t.Parallel()

	// In halves, for this file is read too.
	hosts := []string{
		"auth.esw" + ".esante.gouv.fr", "wallet.esw" + ".esante.gouv.fr", "services-ps" + ".ameli.fr",
		"services-ps-tlsm" + ".ameli.fr", "lps2" + ".dmp.gouv.fr", "ias.apcv" + ".sesam-vitale.fr",
	}
	production := regexp.MustCompile(`(^|[^a-z0-9.-])(` + strings.ReplaceAll(strings.Join(hosts, "|"), ".", `\.`) + `)\b`)
	if !production.MatchString("https://"+hosts[0]+"/") || production.MatchString("https://qualiflps-"+hosts[3]) {
		t.Fatal("the expression tells production from qualification wrongly")
	}

	for path, content := range texts(t, ".go", ".yaml", ".yml", ".html", ".json", "Dockerfile") {
		for number, line := range strings.Split(string(content), "\n") {
			if host := production.FindString(line); host != "" {
				t.Errorf("%s:%d: production host %q", path, number+1, host)
			}
		}
	}
}
