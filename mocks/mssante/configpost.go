package mssante

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"
)

// PostConfig is the part of the `mssante:` section that rules where messages go.
// The zero value of each field means its documented default. Little of it is
// published: most options stand beside another likely reading.
type PostConfig struct {
	Sending       Sending       `yaml:"sending"`
	Relay         Relay         `yaml:"relay"`
	Notifications Notifications `yaml:"notifications"`
	Greylist      Greylist      `yaml:"greylist"`
	Patients      Patients      `yaml:"mes"`
	AutoReply     AutoReply     `yaml:"auto_reply"`
	// Keep is how many sent messages are remembered: 10,000. Counters go on beyond.
	Keep int `yaml:"keep"`
}

// Sending rules what an operator takes from its own users.
type Sending struct {
	// Host is the name in the greeting, in Received and in reports:
	// smtp.mssante.segursim.test.
	Host string `yaml:"host"`
	// MaxSize is the limit in bytes: 10 MiB. The référentiel gives none; operators
	// are said to stand between 10 and 25 Mo.
	MaxSize int64 `yaml:"max_size"`
	// Outside: refuse (default) or warn, for a recipient outside the liste blanche.
	Outside string `yaml:"outside"`
	// NullSender says what may have the null return path: reports (default: MDN,
	// DSN and automatic answers, which must or may), allow (anything), refuse.
	NullSender string `yaml:"null_sender"`
	// From: lint (default: a From field of somebody else is left to the linter) or
	// refuse (550 5.7.1).
	From string `yaml:"from"`
	// Full is the answer for a BAL over its quota at RCPT: temporary (default, 452
	// 4.2.2) or permanent (552 5.2.2).
	Full string `yaml:"full"`
}

// Relay rules what goes to other operators.
type Relay struct {
	// Unsimulated is what becomes of a message for a domain of the liste blanche
	// where no BAL is simulated: relayed (default: to nowhere) or bounce.
	Unsimulated string `yaml:"unsimulated"`
	// Retry is the time between two attempts to deliver what a fault delays with a
	// 4.x.x code: 15m. Warn is when a DELAY report is due: 4h; Expire when the
	// message is given up: 120h. (RFC 5321 §4.5.4.1; Postfix's usual values.)
	Retry  Duration `yaml:"retry"`
	Warn   Duration `yaml:"warn"`
	Expire Duration `yaml:"expire"`
	// Queue is how many messages may wait: 1,000.
	Queue int `yaml:"queue"`
}

// Notifications rule the delivery status notifications.
type Notifications struct {
	// FullBelow is the size in bytes up to which a failed message is given back
	// whole when the client did not say RET: 50,000, as Postfix does.
	FullBelow int64 `yaml:"full_below"`
}

// Greylist refuses the first attempt of each sender and recipient.
type Greylist struct {
	Enabled bool     `yaml:"enabled"` // false
	Delay   Duration `yaml:"delay"`   // 5m: when the next attempt passes
	Forget  Duration `yaml:"forget"`  // 24h: when a triplet is new again
}

// Patients rule the messaging of Mon espace santé.
type Patients struct {
	// Refusals: bounce (default: taken at RCPT and returned later, as an operator
	// that relays to Mon espace santé does) or rcpt (refused at RCPT).
	Refusals string `yaml:"refusals"`
	// BounceDelay is the simulated time until a bounce arrives: 0.
	BounceDelay Duration `yaml:"bounce_delay"`
	// MaxSize is the limit in bytes: 25 MiB (the guide says 25 Mo).
	MaxSize int64 `yaml:"max_size"`
	// FromName: full (default: Prénom NOM before the address) or absent.
	FromName string `yaml:"from_name"`
	// Receipts: opened (default: a receipt goes out when the patient opens the
	// message) or arrived (at once).
	Receipts string `yaml:"receipts"`
	// Opposed and Closed are ids of patients of the registre without a mailbox from
	// the start: [segursim-oppose] and none. A patient whose DMP is closed, or who
	// died, is closed too (inferred).
	Opposed []string `yaml:"opposed"`
	Closed  []string `yaml:"closed"`
	// Codes replaces enhanced status codes of bounces by the refusal's name
	// (mes-unknown, mes-closed…), Texts the texts: both are not public.
	Codes map[string]string `yaml:"codes"`
	Texts map[string]string `yaml:"texts"`
}

// AutoReply rules the test address of Mon espace santé. What the real one answers,
// and when, is not public.
type AutoReply struct {
	Mode string `yaml:"mode"` // on (default) or off: the address takes and stays silent
	// Delay is the simulated time until the answer: 5s; "0s" is at once.
	Delay *Duration `yaml:"delay"`
	// To: reply-to (default: the Reply-To when it is an MSSanté address, as for any
	// answer from Mon espace santé) or return-path (RFC 3834 §4).
	To string `yaml:"to"`
}

// setDefaults fills what the user left out and refuses what means nothing.
func (c *PostConfig) setDefaults() error {
	for _, o := range []struct {
		name    string
		value   *string
		allowed []string // the default first
	}{
		{"sending.outside", &c.Sending.Outside, []string{"refuse", "warn"}},
		{"sending.null_sender", &c.Sending.NullSender, []string{"reports", "allow", "refuse"}},
		{"sending.from", &c.Sending.From, []string{"lint", "refuse"}},
		{"sending.full", &c.Sending.Full, []string{"temporary", "permanent"}},
		{"relay.unsimulated", &c.Relay.Unsimulated, []string{"relayed", "bounce"}},
		{"mes.refusals", &c.Patients.Refusals, []string{"bounce", "rcpt"}},
		{"mes.from_name", &c.Patients.FromName, []string{"full", "absent"}},
		{"mes.receipts", &c.Patients.Receipts, []string{"opened", "arrived"}},
		{"auto_reply.mode", &c.AutoReply.Mode, []string{"on", "off"}},
		{"auto_reply.to", &c.AutoReply.To, []string{"reply-to", "return-path"}},
	} {
		if *o.value == "" {
			*o.value = o.allowed[0]
		}
		if !slices.Contains(o.allowed, *o.value) {
			return fmt.Errorf("mssante: %s: %q is none of %v", o.name, *o.value, o.allowed)
		}
	}
	for _, d := range []struct {
		value *Duration
		def   time.Duration
	}{
		{&c.Relay.Retry, 15 * time.Minute},
		{&c.Relay.Warn, 4 * time.Hour},
		{&c.Relay.Expire, 120 * time.Hour},
		{&c.Greylist.Delay, 5 * time.Minute},
		{&c.Greylist.Forget, 24 * time.Hour},
	} {
		if *d.value == 0 {
			*d.value = Duration(d.def)
		}
	}
	if c.AutoReply.Delay == nil {
		d := Duration(5 * time.Second)
		c.AutoReply.Delay = &d
	}
	if c.Sending.Host == "" {
		c.Sending.Host = "smtp.mssante.segursim.test"
	}
	if !validDomain(c.Sending.Host) {
		return fmt.Errorf("mssante: sending.host: %q is no host name", c.Sending.Host)
	}
	if c.Patients.Opposed == nil {
		c.Patients.Opposed = []string{"segursim-oppose"}
	}
	if err := c.setLimits(); err != nil {
		return err
	}
	return c.checkReplacements()
}

// maxMessage bounds the size limits that may be asked for.
const maxMessage = 64 << 20

func (c *PostConfig) setLimits() error {
	for _, n := range []struct {
		name     string
		value    *int64
		def, max int64
	}{
		{"sending.max_size", &c.Sending.MaxSize, 10 << 20, maxMessage},
		{"mes.max_size", &c.Patients.MaxSize, 25 << 20, maxMessage},
		{"notifications.full_below", &c.Notifications.FullBelow, 50_000, maxMessage},
	} {
		if *n.value == 0 {
			*n.value = n.def
		}
		if *n.value < 0 || *n.value > n.max {
			return fmt.Errorf("mssante: %s: %d is not between 1 and %d bytes", n.name, *n.value, n.max)
		}
	}
	for _, n := range []struct {
		name     string
		value    *int
		def, max int
	}{
		{"relay.queue", &c.Relay.Queue, 1000, 100_000},
		{"keep", &c.Keep, 10_000, 1_000_000},
	} {
		if *n.value == 0 {
			*n.value = n.def
		}
		if *n.value < 0 || *n.value > n.max {
			return fmt.Errorf("mssante: %s: %d is not between 1 and %d", n.name, *n.value, n.max)
		}
	}
	return nil
}

var enhanced = regexp.MustCompile(`^5\.[0-9]{1,3}\.[0-9]{1,3}$`)

func (c *PostConfig) checkReplacements() error {
	for field, m := range map[string]map[string]string{"mes.codes": c.Patients.Codes, "mes.texts": c.Patients.Texts} {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if !slices.Contains(replaceable(), name) {
				return fmt.Errorf("mssante: %s: %q is none of %v", field, name, replaceable())
			}
			if field == "mes.codes" && !enhanced.MatchString(m[name]) {
				return fmt.Errorf("mssante: %s.%s: %q is no permanent enhanced status code, such as 5.1.1", field, name, m[name])
			}
			if field == "mes.texts" && !printable(m[name]) {
				return fmt.Errorf("mssante: %s.%s: a line of printable ASCII is wanted", field, name)
			}
		}
	}
	return nil
}

// printable tells whether s is a line of printable ASCII, as an SMTP reply is.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}
