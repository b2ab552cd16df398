package submission

// maxTranscript bounds what is kept of one direction between two journal entries,
// in bytes.
const maxTranscript = 64 << 10

// A transcript is the lines of both directions.
type transcript struct {
	in, out []byte
}

// client adds what the client said, server what it was answered.
func (t *transcript) client(line []byte) { t.in = bounded(t.in, line) }

func (t *transcript) server(b []byte) { t.out = bounded(t.out, b) }

func (t *transcript) clear() { t.in, t.out = t.in[:0], t.out[:0] }

// bounded appends a line, or says once that there was more.
func bounded(kept, line []byte) []byte {
	const more = "[…]\r\n"
	switch {
	case len(kept)+len(line) <= maxTranscript:
		return append(kept, line...)
	case len(kept) >= len(more) && string(kept[len(kept)-len(more):]) == more:
		return kept
	}
	return append(kept, more...)
}
