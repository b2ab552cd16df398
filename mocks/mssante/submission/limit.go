package submission

import "time"

// Limits bound what one connection may ask for. Zero values mean the defaults.
type Limits struct {
	// Recipients of one message: 100, the least that RFC 5321 §4.5.3.1.8 allows.
	Recipients int
	// Line is the longest command line in bytes, a line of AUTH included: 20480,
	// where a token of 12 kB fits in base64. Lines of a message have no limit but
	// its size.
	Line int
	// Command and Data are how long the client may be silent, in real time, between
	// commands and inside a message: 5 minutes (RFC 5321 §4.5.3.2.7).
	Command, Data time.Duration
	// Write is how long one reply may take to leave, in real time: 1 minute.
	Write time.Duration
	// Failures are the refused AUTH after which the connection ends: 5. go-smtp
	// itself ends it after the fourth line that is no command.
	Failures int
	// Excess is how many bytes beyond the size limit are read and thrown away to
	// find the end of a message, before the connection ends: 64 MiB.
	Excess int64
}

func (l Limits) withDefaults() Limits {
	def := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	wait := func(p *time.Duration, v time.Duration) {
		if *p <= 0 {
			*p = v
		}
	}
	def(&l.Recipients, 100)
	def(&l.Line, 20<<10)
	def(&l.Failures, 5)
	wait(&l.Command, 5*time.Minute)
	wait(&l.Data, 5*time.Minute)
	wait(&l.Write, time.Minute)
	if l.Excess <= 0 {
		l.Excess = 64 << 20
	}
	return l
}
