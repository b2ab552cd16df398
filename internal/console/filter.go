package console

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/vm"

	"github.com/segursim/segursim/internal/journal"
)

// A filter chooses journal entries: by what their summaries say first, by text
// next, and by an expression over their facts last.
type filter struct {
	service, op, outcome, transport []string
	status                          []string // "200" or "4xx"
	text                            string
	where                           *vm.Program
	env                             whereEnv
}

// filter reads the query parameters that choose entries.
func (c *Console) filter(q url.Values) (*filter, error) {
	f := &filter{
		service: list(q.Get("service")), op: list(q.Get("op")), transport: list(q.Get("transport")),
		outcome: list(q.Get("outcome")), status: list(strings.ToLower(q.Get("status"))),
		text: strings.TrimSpace(q.Get("q")), env: c.where,
	}
	for _, o := range f.outcome {
		switch journal.Outcome(o) {
		case journal.OK, journal.Refused, journal.Faulted, journal.Failed, journal.Event:
		default:
			return nil, badParameter("outcome", o, "ok, refused, fault, failed ou event.", "ok, refused, fault, failed or event.")
		}
	}
	for _, s := range f.status {
		digits := strings.TrimSuffix(s, "xx")
		if _, err := strconv.ParseUint(digits, 10, 16); err != nil || (digits != s && len(digits) != 1) {
			return nil, badParameter("status", s, "un code comme 400, ou une classe comme 4xx.", "a code such as 400, or a class such as 4xx.")
		}
	}
	if src := strings.TrimSpace(q.Get("where")); src != "" {
		p, err := c.where.compile(src)
		if err != nil {
			return nil, refusef(http.StatusBadRequest, "invalid_where",
				"Expression where refusée : %v", "The where expression is refused: %v", err)
		}
		f.where = p
	}
	return f, nil
}

// list splits "a,b"; empty means anything.
func list(s string) []string {
	var out []string
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

func among(list []string, v string) bool {
	for _, item := range list {
		if item == v {
			return true
		}
	}
	return len(list) == 0
}

func (f *filter) matches(log *journal.Log, s *journal.Summary) bool {
	if !among(f.service, s.Service) || !among(f.op, s.Op) || !among(f.outcome, string(s.Outcome)) ||
		!among(f.transport, s.Transport) || !f.hasStatus(s.Status) {
		return false
	}
	if f.text != "" && !s.Mentions(f.text) {
		return false
	}
	if f.where == nil {
		return true
	}
	e, ok := log.Get(s.Seq)
	return ok && f.env.holds(f.where, e)
}

func (f *filter) hasStatus(status int) bool {
	n := strconv.Itoa(status)
	for _, s := range f.status {
		if s == n || (strings.HasSuffix(s, "xx") && len(n) == 3 && n[0] == s[0]) {
			return true
		}
	}
	return len(f.status) == 0
}

// scanChunk is how many summaries are read at once.
const scanChunk = 512

// forward returns up to limit matching summaries numbered above after, oldest
// first, and the number up to which the log was read.
func (f *filter) forward(ctx context.Context, log *journal.Log, after uint64, limit int) ([]journal.Summary, uint64) {
	found := []journal.Summary{}
	for ctx.Err() == nil {
		chunk := log.Summaries(after, scanChunk)
		for i := range chunk {
			after = chunk[i].Seq
			if f.matches(log, &chunk[i]) {
				if found = append(found, chunk[i]); len(found) == limit {
					return found, after
				}
			}
		}
		if len(chunk) < scanChunk {
			break
		}
	}
	return found, after
}

// backward returns up to limit matching summaries numbered below before, newest
// first. It reads at most the newest `depth` of them; 0 means all.
func (f *filter) backward(ctx context.Context, log *journal.Log, before uint64, limit int, depth uint64) []journal.Summary {
	found := []journal.Summary{}
	first := log.Stats().First
	if last := log.Last(); before == 0 || before > last {
		before = last + 1
	}
	if depth > 0 && before > depth {
		first = max(first, before-depth)
	}
	for first > 0 && before > first && ctx.Err() == nil {
		from := first
		if before > first+scanChunk {
			from = before - scanChunk
		}
		chunk := log.Summaries(from-1, int(before-from))
		for i := len(chunk) - 1; i >= 0; i-- {
			if chunk[i].Seq < before && f.matches(log, &chunk[i]) {
				if found = append(found, chunk[i]); len(found) == limit {
					return found
				}
			}
		}
		before = from
	}
	return found
}
