package mocks_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/need"
)

// The way down is one way: cmd -> mocks -> mocks/<service> -> internal. The
// rules below are the layers of the house; a package under internal/ or mocks/
// that no rule names fails the test, so that a new one is given its place.

const module = "github.com/segursim/segursim/"

// Module paths that several rules name.
const (
	echo           = "github.com/labstack/echo/v4"
	memdb          = "github.com/hashicorp/go-memdb"
	testcontainers = "github.com/testcontainers/testcontainers-go"
	yaml           = "github.com/goccy/go-yaml"
)

// A pattern is a path relative to the module, in which "*" stands for any one
// element and a final "/..." for everything below; or a module outside, with
// all its packages.

// A rule is a layer: the packages it holds, what they may import of this
// module, what they must not import of anything, and the reason.
type rule struct {
	name     string
	packages []string
	// may lists the packages of this module that non-test files may import.
	may []string
	// libraries lists the modules that non-test files may import; nil for any.
	libraries []string
	// must not be imported, by non-test files.
	mustNot []string
	// must not be imported, not even by tests.
	never []string
	why   string
}

// codecs are pure: bytes in, structs out.
var codecs = []string{
	"internal/cda", "internal/datamatrix", "internal/fhir", "internal/hl7v2", "internal/ihe", "internal/jose", "internal/message",
	"internal/mtom", "internal/pdfa", "internal/saml", "internal/soap", "internal/vihf", "internal/xades", "internal/xdm", "internal/xds", "internal/xmlsig",
}

var rules = []rule{
	{
		name: "need", packages: []string{"internal/need"}, libraries: []string{},
		never: []string{"internal/...", "mocks/..."},
		why:   "every test imports need: whatever it imported would reach every test",
	},
	{
		name: "codec", packages: codecs, may: codecs,
		libraries: []string{
			"codeberg.org/go-pdf/fpdf", "github.com/beevik/etree", "github.com/emersion/go-message", "github.com/go-jose/go-jose/v4",
			"github.com/russellhaering/goxmldsig", "golang.org/x/image",
		},
		mustNot: []string{echo, memdb, "internal/sim", "mocks/..."},
		why:     "a codec is bytes in, structs out: the simulator, the reference client and a fuzz target use the same one, so it knows no transport, no state and no world",
	},
	{
		name: "foundation", packages: []string{"internal/clock", "internal/journal", "internal/pki", "internal/store"},
		may:       []string{"internal/clock", "internal/journal", "internal/pki", "internal/store", "certs"},
		libraries: []string{memdb, yaml, "golang.org/x/crypto", "golang.org/x/sync", "software.sslmate.com/src/go-pkcs12", "github.com/pavlo-v-chernykh/keystore-go/v4"},
		mustNot:   []string{echo, "internal/sim", "mocks/..."},
		why:       "time, records, keys and tables stand below the contracts: sim is made of them, and an import the other way would close a circle and drag HTTP into a data structure",
	},
	{
		name: "contracts", packages: []string{"internal/sim"},
		may:       []string{"internal/clock", "internal/journal", "internal/pki", "internal/store"},
		libraries: []string{echo, memdb, "github.com/google/uuid"},
		mustNot:   []string{"internal/app", "mocks/..."},
		why:       "sim holds contracts only: what imports it must not receive the kernel that implements them; of echo it knows the Group that a service mounts on",
	},
	{
		name: "world", packages: []string{"internal/ins", "internal/registre", "internal/scenario"},
		may:     []string{"fixtures", "internal/clock", "internal/ins", "internal/journal", "internal/registre", "internal/scenario", "internal/sim", "internal/store", "scenarios"},
		mustNot: []string{echo, memdb, "mocks/..."},
		why:     "people, structures and scenarios are shared by every service, whatever its protocol: they know no HTTP and no service, and reach tables through store",
	},
	{
		name: "evidence", packages: []string{"internal/evidence"},
		may:     append([]string{"internal/clock", "internal/evidence/...", "internal/journal", "internal/scenario", "internal/sim"}, codecs...),
		mustNot: []string{echo, memdb, "mocks/..."},
		why:     "an evidence pack is made from a run and the journal, also long after the services have stopped",
	},
	{
		name: "config", packages: []string{"internal/config"},
		may:     []string{"internal/clock", "internal/journal", "internal/pki", "internal/scenario", "internal/sim"},
		mustNot: []string{echo, memdb, "mocks/..."},
		why:     "flags, environment and file say the same words whatever serves them: config yields values and starts nothing",
	},
	{
		name: "edge", packages: []string{"internal/edge", "internal/console", "internal/console/...", "internal/control", "internal/tlsi"},
		may: append([]string{
			"internal/clock", "internal/console/...", "internal/edge", "internal/evidence", "internal/journal", "internal/pki",
			"internal/registre", "internal/scenario", "internal/sim", "internal/store",
		}, codecs...),
		mustNot: []string{"internal/app", "mocks/..."},
		why:     "the edge, the console and the shared doors serve any service through sim: one that names a service cannot serve the next",
	},
	{
		name: "reference client", packages: []string{"internal/lps", "internal/lps/..."},
		may:     append([]string{"internal/clock", "internal/lps/..."}, codecs...),
		mustNot: []string{echo, memdb},
		never:   []string{"internal/app", "internal/registre", "internal/sim", "internal/store"},
		why:     "the LPS témoin is an independent client: it learns everything over the network, as an editor's software does, or its verdict would prove nothing",
	},
	{
		name: "application", packages: []string{"internal/app"}, may: []string{"certs", "fixtures", "internal/...", "scenarios"},
		mustNot: []string{"internal/lps", "mocks/..."},
		why:     "app runs the services that it is given: it knows no service, so that a test can give it one of its own",
	},
	{
		name: "list of services", packages: []string{"mocks"},
		may:   []string{"certs", "fixtures", "internal/...", "mocks/*", "scenarios"},
		never: []string{"internal/lps", "mocks/container", "mocks/e2e"},
		why:   "mocks is the list of services and the public door: it drags no client, no container engine and no test along",
	},
	{
		name: "container", packages: []string{"mocks/container"},
		mustNot: []string{"internal/...", "mocks/..."},
		why:     "the helper speaks to an image over the network: whoever tests with it must not compile the simulator too",
	},
	{
		name: "end to end", packages: []string{"mocks/e2e", "mocks/e2e/..."},
		may: []string{"internal/...", "mocks", "mocks/container", "mocks/e2e/..."},
		why: "the tests with real clients see the simulator as a user does: by its public door",
	},
	{
		name: "service", packages: []string{"mocks/*", "mocks/*/..."},
		may: append([]string{
			"internal/clock", "internal/ins", "internal/journal", "internal/need", "internal/registre", "internal/sim",
			"internal/store", "internal/tlsi",
		}, codecs...),
		mustNot: []string{memdb, "internal/app", "internal/console", "internal/edge", "internal/scenario"},
		why:     "a service is a slice that could be taken out with its folder: it acts on others through registre rows, journal events or contracts of World, never through a sibling or the kernel",
	},
	{
		name: "command", packages: []string{"cmd/segursim", "cmd/segursim/..."},
		may: []string{
			"certs", "cmd/segursim/...", "fixtures", "internal/clock", "internal/config", "internal/console", "internal/evidence",
			"internal/journal", "internal/lps", "internal/lps/...", "internal/need", "internal/pki", "internal/scenario", "internal/sim",
			"mocks", "scenarios",
		},
		mustNot: []string{echo, memdb, "mocks/*"},
		why:     "the command starts what the list of services holds: a service reached from here would not be reachable through mocks.Start",
	},
	{
		name: "data", packages: []string{"certs", "fixtures", "scenarios"}, may: []string{}, libraries: []string{},
		why: "these folders are data with an embed.FS: what reads them lives in internal",
	},
}

// A pkg is what `go list` says of a package.
type pkg struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// path is the import path relative to the module.
func (p pkg) path() string {
	if p.ImportPath+"/" == module {
		return "."
	}
	return strings.TrimPrefix(p.ImportPath, module)
}

// covers tells whether a pattern covers an import path, relative to the module
// when it is in it.
func covers(pattern, path string) bool {
	base, tree := strings.CutSuffix(pattern, "/...")
	want, got := strings.Split(base, "/"), strings.Split(path, "/")
	if len(got) < len(want) || len(got) > len(want) && !tree && !external(path) {
		return false
	}
	for i, element := range want {
		if element != "*" && element != got[i] {
			return false
		}
	}
	return true
}

func coveredBy(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, path) })
}

// external tells whether a path, relative to the module when it is in it, is
// of another module: the first element of such a path is a domain name.
func external(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".")
}

// ruleFor returns the first rule that covers a package.
func ruleFor(path string) (rule, bool) {
	for _, r := range rules {
		if coveredBy(r.packages, path) {
			return r, true
		}
	}
	return rule{}, false
}

// breaches lists what one package breaks, in words that say why it matters.
func breaches(p pkg) []string {
	from := p.path()
	r, ok := ruleFor(from)
	if !ok {
		return []string{fmt.Sprintf("%s has no place in the house: give it one in the table of mocks/imports_test.go", from)}
	}

	var found []string
	report := func(imported, verb string) {
		found = append(found, fmt.Sprintf("%s (%s) %s %s\n\twhy: %s", from, r.name, verb, imported, r.why))
	}

	for _, imported := range p.Imports {
		to := strings.TrimPrefix(imported, module)
		inside := to != imported
		switch {
		case sameSlice(from, to):
		case coveredBy(r.mustNot, to), coveredBy(r.never, to):
			report(to, "must not import")
		case inside && !coveredBy(r.may, to):
			report(to, "may not import")
		case external(to) && !inside && r.libraries != nil && !coveredBy(r.libraries, to):
			report(to, "may not use the library")
		}
	}

	for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
		to := strings.TrimPrefix(imported, module)
		if to != from && coveredBy(r.never, to) {
			report(to, "must not import, even in its tests,")
		}
	}

	return append(found, everywhere(p)...)
}

// sameSlice tells whether one package lies in the folder of the other, below
// the common roots: the parts of a service or of a client know each other.
func sameSlice(a, b string) bool {
	if a == "mocks" || b == "mocks" {
		return false
	}
	return strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/") || slice(a) != "" && slice(a) == slice(b)
}

// slice is the service or the client that a package below one belongs to:
// "mocks/mssante" for "mocks/mssante/wire"; empty elsewhere.
func slice(path string) string {
	element := strings.Split(path, "/")
	if len(element) > 2 && (element[0] == "mocks" || element[0] == "internal") {
		return element[0] + "/" + element[1]
	}
	return ""
}

// everywhere holds the rules that no layer escapes, tests included.
func everywhere(p pkg) []string {
	from := p.path()

	var found []string
	for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
		to := strings.TrimPrefix(imported, module)
		switch {
		case covers(testcontainers, to) && from != "mocks/container" && !covers("mocks/e2e/...", from):
			found = append(found, fmt.Sprintf("%s must not import %s\n\twhy: only mocks/container and mocks/e2e drive a container engine: its client would weigh on everybody else", from, to))
		case covers("internal/...", from) && covers("mocks/...", to):
			found = append(found, fmt.Sprintf("%s must not import %s, tests included\n\twhy: nothing under internal knows a service: a test there brings a small service of its own", from, to))
		case covers("mocks/*", from) && covers("mocks/*", to) && from != to && !covers("mocks/e2e/...", from):
			found = append(found, fmt.Sprintf("%s must not import its sibling %s, tests included\n\twhy: a service reaches another through World, registre or the journal, so that either can be absent", from, to))
		}
	}

	return found
}

// list asks the go command for every package of the module. A package that
// does not compile at the moment is listed too (-e): its imports count.
func list(t *testing.T) []pkg {
	t.Helper()

	root, err := need.Root()
	if err != nil {
		t.Fatal(err)
	}

	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), need.Tool(t, "go"), "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir, cmd.Stderr = root, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}

	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatalf("decode the answer of go list: %v", err)
		}
		pkgs = append(pkgs, p)
	}
}

// TestImports holds every package of the module against the layers.
func TestImports(t *testing.T) {
	t.Parallel()

	pkgs := list(t)
	if len(pkgs) < 2 {
		t.Fatalf("go list names %d packages: the test reads nothing", len(pkgs))
	}
	for _, p := range pkgs {
		for _, breach := range breaches(p) {
			t.Error(breach)
		}
	}
}

// TestBreaches proves that each rule can fail.
func TestBreaches(t *testing.T) {
	t.Parallel()

	in := func(paths ...string) []string {
		for i, path := range paths {
			if covers("internal/...", path) || covers("mocks/...", path) || covers("cmd/...", path) || path == "fixtures" {
				paths[i] = module + path
			}
		}
		return paths
	}

	tests := map[string]struct {
		from                 string
		imports, test, xtest []string
		want                 string // a part of the breach; empty for none
	}{
		"codec of codecs":              {from: "internal/vihf", imports: in("internal/soap", "encoding/xml", "github.com/beevik/etree")},
		"codec with echo":              {from: "internal/soap", imports: in(echo), want: "must not import " + echo},
		"codec with a world":           {from: "internal/jose", imports: in("internal/sim"), want: "must not import internal/sim"},
		"codec with a clock":           {from: "internal/jose", imports: in("internal/clock"), want: "may not import internal/clock"},
		"codec with any library":       {from: "internal/jose", imports: in("example.com/jwt"), want: "may not use the library example.com/jwt"},
		"codec named like a service":   {from: "internal/soap", imports: in("mocks/psc"), want: "mocks/psc"},
		"store with memdb":             {from: "internal/store", imports: in(memdb)},
		"store with contracts":         {from: "internal/store", imports: in("internal/sim"), want: "must not import internal/sim"},
		"journal with middleware":      {from: "internal/journal", imports: in(echo + "/middleware"), want: "must not import"},
		"contracts with kernel":        {from: "internal/sim", imports: in("internal/app"), want: "must not import internal/app"},
		"registre with fixtures":       {from: "internal/registre", imports: in("fixtures", "internal/sim", yaml)},
		"registre with memdb":          {from: "internal/registre", imports: in(memdb), want: "must not import " + memdb},
		"scenario with console":        {from: "internal/scenario", imports: in("internal/console"), want: "may not import internal/console"},
		"console with a service":       {from: "internal/console", imports: in("mocks/psc"), want: "must not import mocks/psc"},
		"console with its part":        {from: "internal/console", imports: in("internal/console/vue", "internal/journal")},
		"client with codecs":           {from: "internal/lps", imports: in("internal/jose")},
		"client with a world":          {from: "internal/lps", imports: in("internal/sim"), want: "must not import internal/sim"},
		"client's test with a store":   {from: "internal/lps", test: in("internal/store"), want: "even in its tests, internal/store"},
		"client's test with a service": {from: "internal/lps", xtest: in("mocks"), want: "tests included"},
		"app with the kernel":          {from: "internal/app", imports: in("internal/edge", "internal/console")},
		"app with the list":            {from: "internal/app", imports: in("mocks"), want: "must not import mocks"},
		"app's test with a service":    {from: "internal/app", xtest: in("mocks/psc"), want: "tests included"},
		"list of services":             {from: "mocks", imports: in("mocks/psc", "internal/app")},
		"list with a container":        {from: "mocks", imports: in("mocks/container"), want: "must not import mocks/container"},
		"service":                      {from: "mocks/psc", imports: in("internal/sim", "internal/jose", echo, "internal/registre")},
		"service with kernel":          {from: "mocks/psc", imports: in("internal/app"), want: "must not import internal/app"},
		"service's test with kernel":   {from: "mocks/psc", xtest: in("internal/app", "mocks")},
		"service with sibling":         {from: "mocks/dmp", imports: in("mocks/psc"), want: "its sibling mocks/psc"},
		"service's test with sibling":  {from: "mocks/dmp", xtest: in("mocks/psc"), want: "its sibling mocks/psc"},
		"service with the list":        {from: "mocks/psc", imports: in("mocks"), want: "may not import mocks"},
		"service with its own part":    {from: "mocks/psc", imports: in("mocks/psc/wallet")},
		"part with its own service":    {from: "mocks/psc/wallet", imports: in("mocks/psc")},
		"service with its table":       {from: "mocks/psc", imports: in(memdb), want: "must not import " + memdb},
		"container":                    {from: "mocks/container", imports: in(testcontainers, testcontainers+"/wait")},
		"container with the simulator": {from: "mocks/container", imports: in("mocks"), want: "must not import mocks"},
		"engine in a service":          {from: "mocks/psc", imports: in(testcontainers), want: "drive a container engine"},
		"engine in a test":             {from: "internal/app", xtest: in(testcontainers + "/wait"), want: "drive a container engine"},
		"engine end to end":            {from: "mocks/e2e", xtest: in(testcontainers, "mocks/container", "mocks")},
		"command":                      {from: "cmd/segursim", imports: in("mocks", "internal/lps", "internal/config", "github.com/alecthomas/kong")},
		"command with a service":       {from: "cmd/segursim", imports: in("mocks/psc"), want: "must not import mocks/psc"},
		"data with code":               {from: "fixtures", imports: in("internal/registre"), want: "may not import internal/registre"},
		"need with a friend":           {from: "internal/need", imports: in("internal/sim"), want: "must not import internal/sim"},
		"no place":                     {from: "internal/util", want: "no place in the house"},
		"no place at the top":          {from: "pkg/client", want: "no place in the house"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got := strings.Join(breaches(pkg{
				ImportPath: module + tt.from, Imports: tt.imports, TestImports: tt.test, XTestImports: tt.xtest,
			}), "\n")
			if tt.want == "" && got != "" {
				t.Errorf("breaches: %s, want none", got)
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("breaches: %q, want %q in them", got, tt.want)
			}
		})
	}
}
