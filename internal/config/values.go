package config

import (
	"reflect"
	"strings"
)

// Values are the settings as somebody wrote them: nil where nothing was said.
// The tags name the flag, say what shape the value has, and document it; the
// command line is made from them, so that the words stay the same everywhere.
type Values struct {
	HTTPS   *string `name:"https" shape:"addr" group:"listen" placeholder:"HOST:PORT" help:"Every HTTP service, by TLS (default 127.0.0.1:8443)."`
	HTTP    *string `name:"http" shape:"addr" group:"listen" placeholder:"HOST:PORT" help:"The same without TLS; CRL, OCSP, CA files (default 127.0.0.1:8080)."`
	Control *string `name:"control" shape:"addr" group:"listen" placeholder:"HOST:PORT" help:"Console, control API, /readyz (default 127.0.0.1:8090)."`
	SMTP    *string `name:"smtp" shape:"addr" group:"listen" placeholder:"HOST:PORT" help:"MSSanté submission with STARTTLS (default 127.0.0.1:2587)."`
	SMTPS   *string `name:"smtps" shape:"addr" group:"listen" placeholder:"HOST:PORT" help:"MSSanté submission, TLS from the start (default 127.0.0.1:2465)."`
	IMAP    *string `name:"imap" shape:"addr" group:"listen" placeholder:"HOST:PORT" help:"MSSanté reading with STARTTLS (default 127.0.0.1:2143)."`
	IMAPS   *string `name:"imaps" shape:"addr" group:"listen" placeholder:"HOST:PORT" help:"MSSanté reading, TLS from the start (default 127.0.0.1:2993)."`
	MLLP    *string `name:"mllp" shape:"addr" group:"listen" hidden:"" placeholder:"HOST:PORT" help:"HL7 v2 receiver."`
	DNS     *string `name:"dns" shape:"addr" group:"listen" placeholder:"HOST:PORT" help:"DNS by UDP and TCP: SRV, MX and A of the simulated domains (default off)."`

	PublicURL *string   `name:"public-url" shape:"url" group:"behaviour" placeholder:"URL" help:"Pins the base of emitted URLs; by default they follow the request's Host."`
	Seed      *string   `name:"seed" shape:"word" group:"behaviour" placeholder:"WORD" help:"Makes every identifier repeatable."`
	Clock     *string   `name:"clock" shape:"time" group:"behaviour" placeholder:"RFC3339" help:"Simulated time at start; by default the wall's."`
	Token     *string   `name:"token" shape:"token" group:"behaviour" placeholder:"TOKEN" help:"Bearer token of the control API; made at start when control is not on loopback."`
	Relax     *[]string `name:"relax" shape:"words" group:"behaviour" placeholder:"CHECK,…" help:"Checks to loosen."`
	Chaos     *string   `name:"chaos" shape:"word" group:"behaviour" placeholder:"SEED" help:"Turns on a low, repeatable rate of the faults that clients meet."`

	PKIDir    *string `name:"pki-dir" shape:"path" group:"files" placeholder:"DIR" help:"Where the test PKI is kept; by default in the user's data folder."`
	Ephemeral *bool   `name:"ephemeral" shape:"bool" group:"files" help:"Keep no PKI between starts."`
	Fixtures  *string `name:"fixtures" shape:"path" group:"files" placeholder:"DIR" help:"Fixtures that add to the embedded ones, or replace them."`
	Scenarios *string `name:"scenarios" shape:"path" group:"files" placeholder:"DIR" help:"Scenarios that add to the embedded ones, or replace them."`
	Faults    *string `name:"faults" shape:"path" group:"files" placeholder:"FILE" help:"Faults set from the start: YAML with one key, faults."`
	Endpoints *string `name:"endpoints" shape:"path" group:"files" placeholder:"FILE" help:"Writes the resolved addresses there, as JSON, once ready."`

	JournalBytes   *string `name:"journal-bytes" shape:"bytes" group:"journal" placeholder:"SIZE" help:"Bound of the journal (default 128MiB)."`
	JournalEntries *string `name:"journal-entries" shape:"count" group:"journal" placeholder:"N" help:"Bound of the journal in entries (default 1000000)."`
	JournalBody    *string `name:"journal-body" shape:"bytes" group:"journal" placeholder:"SIZE" help:"What is kept of one body (default 1MiB)."`

	LogLevel  *string `name:"log-level" shape:"enum" of:"debug,info,warn,error" group:"words" placeholder:"LEVEL" help:"debug, info (default), warn or error."`
	LogFormat *string `name:"log-format" shape:"enum" of:"text,json" group:"words" placeholder:"FORMAT" help:"text (default) or json."`
	Lang      *string `name:"lang" shape:"enum" of:"fr,en" group:"words" placeholder:"LANG" help:"fr (default) or en."`
}

// A Setting describes one word.
type Setting struct {
	Name  string   // "pki-dir": the flag, and the key of the file
	Env   string   // "SEGURSIM_PKI_DIR"
	Shape string   // "addr", "url", "word", "words", "time", "token", "path", "bool", "bytes", "count", "enum"
	Of    []string // what an enum may be
	Help  string
	field int
}

// envPrefix starts the name of every variable.
const envPrefix = "SEGURSIM_"

// Settings lists every setting, in the order of Values.
func Settings() []Setting {
	t := reflect.TypeFor[Values]()
	all := make([]Setting, t.NumField())
	for i := range all {
		tag := t.Field(i).Tag
		all[i] = Setting{
			Name: tag.Get("name"), Shape: tag.Get("shape"), Help: tag.Get("help"), field: i,
			Env: envPrefix + strings.ToUpper(strings.ReplaceAll(tag.Get("name"), "-", "_")),
		}
		if of := tag.Get("of"); of != "" {
			all[i].Of = strings.Split(of, ",")
		}
	}
	return all
}

// written is a value with the place it was written at.
type written struct {
	text   string   // of every shape but words
	list   []string // of words
	origin origin
}

// said returns what Values say of a setting.
func (v Values) said(s Setting) (written, bool) {
	f := reflect.ValueOf(v).Field(s.field)
	if f.IsNil() {
		return written{}, false
	}
	w := written{origin: origin{flag: s.Name}}
	switch x := f.Elem().Interface().(type) {
	case bool:
		w.text = "false"
		if x {
			w.text = "true"
		}
	case string:
		w.text = x
	case []string:
		w.list = x
	}
	return w, true
}
