package linter

import (
	"fmt"
	"slices"

	"github.com/segursim/segursim/internal/journal"
)

// A Rule is what a message is read against.
type Rule struct {
	// Name is stable and ours: "mss.nil.absent".
	Name  string
	Level Level
	// Refs are the requirements that it comes from.
	Refs []string
	// Provenance is "confirmed", "inferred" (follows from what is public) or
	// "invented" (a reading of ours).
	Provenance string
	// FR and EN say what is wrong; they take the arguments of the finding.
	FR, EN string
}

// Where a rule is known from.
const (
	confirmed = "confirmed"
	inferred  = "inferred"
	invented  = "invented"
)

// Catalogue lists every rule, in the order in which a message is read.
func Catalogue() []Rule {
	return slices.Concat(
		envelopeRules(), headerRules(), subjectRules(), mssRules(), replyRules(), bodyRules(),
		attachmentRules(), archiveRules(), metadataRules(), documentRules(), replacementRules(),
	)
}

// A place is where a finding stands.
type place struct {
	part    string
	offset  int
	excerpt string
}

// Parts of a message.
const (
	partEnvelope = "enveloppe"
	partHeader   = "en-tête"
	partBody     = "corps"
)

// maxExcerpt bounds an excerpt, in bytes.
const maxExcerpt = 200

// missing is a place where something is not.
func missing(part string) place { return place{part: part, offset: -1} }

// excerpt cuts the offending bytes to what a person reads.
func excerpt(b []byte) string {
	s := string(b[:min(len(b), maxExcerpt)])
	if len(b) > maxExcerpt {
		s += "…"
	}
	return s
}

// found adds a finding. args fill both texts.
func (l *lint) found(r Rule, at place, args ...any) {
	text := journal.Text{FR: r.FR, EN: r.EN}
	if len(args) > 0 {
		text = journal.Text{FR: fmt.Sprintf(r.FR, args...), EN: fmt.Sprintf(r.EN, args...)}
	}
	if len(l.report.Findings) >= maxFindings {
		return
	}
	l.report.Findings = append(l.report.Findings, Finding{
		Level: r.Level, Rule: r.Name, Refs: r.Refs, Text: text, Provenance: r.Provenance,
		Part: at.part, Offset: at.offset, Excerpt: excerpt([]byte(at.excerpt)),
	})
}

// maxFindings bounds a report: a hostile message has no end of faults.
const maxFindings = 200

// headerAt is the place of a header field; missing when there is none.
func (l *lint) headerAt(name string) place {
	for _, f := range l.report.Message.Header.All(name) {
		return place{part: partHeader, offset: f.Offset, excerpt: string(f.Raw)}
	}
	return missing(partHeader)
}
