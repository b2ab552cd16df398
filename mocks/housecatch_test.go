package mocks_test

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// TestHouseRulesCatch proves that each house rule can fail, and that what looks
// like a breach and is none passes.
func TestHouseRulesCatch(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		path, code string // after the package clause
		rule       string
		want       string // a part of what is found; empty for nothing
	}{
		"init":                 {code: "func init() {}", rule: "no init", want: "func init"},
		"method named init":    {code: "type t struct{}\nfunc (t) init() {}", rule: "no init"},
		"now":                  {code: `import "time"` + "\nfunc f() time.Time { return time.Now() }", rule: "no wall clock", want: "time.Now"},
		"now as a value":       {code: `import "time"` + "\nfunc f() func() time.Time { return time.Now }", rule: "no wall clock", want: "time.Now"},
		"now by another name":  {code: `import temps "time"` + "\nfunc f() { temps.Sleep(1) }", rule: "no wall clock", want: "time.Sleep"},
		"now of a clock":       {code: "type c struct{ time interface{ Now() int } }\nfunc f(time c) int { return time.time.Now() }", rule: "no wall clock"},
		"now in the clock":     {path: "internal/clock/wall.go", code: `import "time"` + "\nfunc f() { time.Sleep(1) }", rule: "no wall clock"},
		"now in a command":     {path: "cmd/segursim/serve.go", code: `import "time"` + "\nfunc f() { time.Sleep(1) }", rule: "no wall clock"},
		"now in a test":        {path: "internal/store/store_test.go", code: `import "time"` + "\nfunc f() { time.Sleep(1) }", rule: "no wall clock"},
		"a duration":           {code: `import "time"` + "\nconst d = time.Second", rule: "no wall clock"},
		"own randomness":       {code: `import "crypto/rand"` + "\nvar s = rand.Text()", rule: "no own randomness", want: "rand.Text"},
		"read randomness":      {code: `import ("crypto/rand"; "io")` + "\nfunc f(b []byte) { io.ReadFull(rand.Reader, b) }", rule: "no own randomness", want: "rand.Reader"},
		"random argument":      {code: `import ("crypto/rand"; "crypto/rsa")` + "\nfunc f() { rsa.GenerateKey(rand.Reader, 2048) }", rule: "no own randomness"},
		"random by default":    {code: `import ("crypto/rand"; "io")` + "\nfunc f(r io.Reader) { if r == nil { r = rand.Reader } }", rule: "no own randomness"},
		"random all the same":  {code: `import ("crypto/rand"; "io")` + "\nfunc f(r io.Reader) { if r != nil { r = rand.Reader } }", rule: "no own randomness", want: "rand.Reader"},
		"pseudo-randomness":    {code: `import "math/rand/v2"` + "\nvar s = rand.Int()", rule: "no own randomness", want: "rand.Int"},
		"old pseudo-random":    {code: `import "math/rand"` + "\nvar s = rand.New(rand.NewSource(1))", rule: "no own randomness", want: "math/rand"},
		"seeded":               {code: `import "math/rand/v2"` + "\nfunc f(a, b uint64) *rand.Rand { return rand.New(rand.NewPCG(a, b)) }", rule: "no own randomness"},
		"default randomness":   {path: "internal/app/world.go", code: `import "crypto/rand"` + "\nvar r = rand.Reader", rule: "no own randomness"},
		"default of the door":  {path: "mocks/start.go", code: `import "crypto/rand"` + "\nvar r = rand.Reader", rule: "no own randomness"},
		"a service's own":      {path: "mocks/psc/code.go", code: `import "crypto/rand"` + "\nvar r = rand.Reader", rule: "no own randomness", want: "rand.Reader"},
		"print":                {code: `import "fmt"` + "\nfunc f() { fmt.Println() }", rule: "no stray output", want: "fmt.Println"},
		"print to a writer":    {code: `import ("fmt"; "io")` + "\nfunc f(w io.Writer) { fmt.Fprintln(w) }", rule: "no stray output"},
		"old log":              {code: `import "log"` + "\nfunc f() { log.Print() }", rule: "no stray output", want: "import of log"},
		"exit":                 {code: `import "os"` + "\nfunc f() { os.Exit(1) }", rule: "no stray output", want: "os.Exit"},
		"exit of a command":    {path: "cmd/segursim/main.go", code: `import "os"` + "\nfunc f() { os.Exit(1) }", rule: "no stray output"},
		"short":                {code: strings.Repeat("//\n", 590), rule: "small files"},
		"long":                 {code: strings.Repeat("//\n", 600), rule: "small files", want: "601 lines"},
		"bare function":        {code: "func F() {}", rule: "documented names", want: "F has no comment"},
		"bare type":            {code: "type T int", rule: "documented names", want: "T has no comment"},
		"bare constant":        {code: "const C = 1", rule: "documented names", want: "C has no comment"},
		"bare method":          {code: "type t int\n// T is one.\ntype T int\nfunc (*T) M() {}", rule: "documented names", want: "M has no comment"},
		"bare standard method": {code: "// T is one.\ntype T int\nfunc (T) Error() string { return `` }", rule: "documented names"},
		"bare Error function":  {code: "func Error() {}", rule: "documented names", want: "Error has no comment"},
		"method of a hidden":   {code: "type t int\nfunc (*t) M() {}", rule: "documented names"},
		"method of a generic":  {code: "type t[K any] struct{}\nfunc (*t[K]) M() {}", rule: "documented names"},
		"method of generics":   {code: "type t[K, V any] struct{}\nfunc (t[K, V]) M() {}", rule: "documented names"},
		"assigned to nobody":   {code: "var _ any = 1\nfunc f() { _ = 2 }", rule: "no mutable package variable"},
		"documented":           {code: "// F is one.\nfunc F() {}\n// All.\nconst (\n\tA = 1\n\tB = 2\n)\nvar (\n\tV = 1 // one\n)", rule: "documented names"},
		"hidden":               {code: "func f() {}\ntype t int", rule: "documented names"},
		"drawer":               {path: "internal/util/a.go", rule: "telling package names", want: "package util"},
		"other folder":         {path: "internal/store/a.go", code: "", rule: "telling package names"},
		"error":                {code: `import "errors"` + "\nvar errX = errors.New(`x`)", rule: "no mutable package variable"},
		"table":                {code: "var t = map[string]int{`a`: 1}\nfunc f() int { return t[`a`] }", rule: "no mutable package variable"},
		"table changed":        {code: "var t = map[string]int{}\nfunc f() { t[`a`] = 1 }", rule: "no mutable package variable", want: "t is changed"},
		"field changed":        {code: "var t = struct{ a int }{}\nfunc f() { t.a++ }", rule: "no mutable package variable", want: "t is changed"},
		"deleted from":         {code: "var t = map[string]int{}\nfunc f() { delete(t, `a`) }", rule: "no mutable package variable", want: "t is changed"},
		"address given":        {code: "var n = 1\nfunc f() *int { return &n }", rule: "no mutable package variable", want: "n is changed"},
		"replaced":             {code: "var n = 1\nfunc f() { n = 2 }", rule: "no mutable package variable", want: "n is changed"},
		"hidden by a local":    {code: "var n = 1\nfunc f() { n := 2; n = 3; _ = n }", rule: "no mutable package variable"},
		"hidden by a param":    {code: "var n = 1\nfunc f(n int) { n = 3; _ = n }", rule: "no mutable package variable"},
		"no value":             {code: "var n int", rule: "no mutable package variable", want: "no value"},
		"embedded":             {code: `import "embed"` + "\n//go:embed a.txt\nvar files embed.FS", rule: "no mutable package variable"},
		"assertion":            {code: `import "io"` + "\nvar _ io.Reader = (*t)(nil)\ntype t struct{ io.Reader }", rule: "no mutable package variable"},
		"lock":                 {code: `import "sync"` + "\nvar mu = sync.Mutex{}", rule: "no mutable package variable", want: "sync.Mutex"},
		"atomic":               {code: `import "sync/atomic"` + "\nvar n = &atomic.Int64{}", rule: "no mutable package variable", want: "atomic.Int64"},
		"computed once":        {code: `import "sync"` + "\nvar v = sync.OnceValue(func() int { return 1 })", rule: "no mutable package variable"},
		"channel":              {code: "var c = make(chan int)", rule: "no mutable package variable", want: "channel"},
		"pointer to emptiness": {code: "var p = new(int)", rule: "no mutable package variable", want: "empty"},
		"in a test":            {path: "internal/store/store_test.go", code: "var n int", rule: "no mutable package variable"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			path := tt.path
			if path == "" {
				path = "internal/store/exemple.go"
			}
			folders := strings.Split(path, "/")
			code := "package " + folders[len(folders)-2] + "\n" + tt.code
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, code, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatalf("the example does not parse: %v", err)
			}

			checked := false
			for _, rule := range houseRules {
				if rule.name != tt.rule {
					continue
				}
				checked = true
				got := strings.Join(rule.check(source{path: path, fset: fset, file: file, lines: strings.Count(code, "\n")}), "\n")
				if tt.want == "" && got != "" {
					t.Errorf("found %s, want nothing", got)
				}
				if !strings.Contains(got, tt.want) {
					t.Errorf("found %q, want %q in it", got, tt.want)
				}
			}
			if !checked {
				t.Fatalf("no rule is named %q", tt.rule)
			}
		})
	}
}
