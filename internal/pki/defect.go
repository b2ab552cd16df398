package pki

import "time"

// Defect is what is deliberately wrong with a certificate.
type Defect string

// The defects. The wrong usage is not one of them: it is an extended key usage
// given in the request, and a wrong host is a list of hosts.
const (
	Sound       Defect = ""
	Expired     Defect = "expired"       // ended yesterday
	NotYetValid Defect = "not-yet-valid" // begins in a year
	Revoked     Defect = "revoked"       // revoked the day after it began
	UnknownCA   Defect = "unknown-ca"    // signed by an authority outside of the hierarchy
)

func (d Defect) known() bool {
	switch d {
	case Sound, Expired, NotYetValid, Revoked, UnknownCA:
		return true
	}
	return false
}

const (
	day      = 24 * time.Hour
	headroom = 30 * day // how long a fresh certificate is already valid
	lifeYrs  = 3        // as the real ones
	rootYrs  = 20
)

// instants are the two times that matter: the simulated clock's and the wall's,
// which every real TLS stack uses.
type instants struct{ now, wall time.Time }

func (i instants) early() time.Time {
	if i.now.Before(i.wall) {
		return i.now.UTC()
	}
	return i.wall.UTC()
}

func (i instants) late() time.Time {
	if i.now.After(i.wall) {
		return i.now.UTC()
	}
	return i.wall.UTC()
}

// within reports whether a period covers both times.
func (i instants) within(notBefore, notAfter time.Time) bool {
	return !i.early().Before(notBefore) && !i.late().After(notAfter)
}

// validity returns the period of a fresh leaf: three years that began thirty
// days ago, stretched to cover both the simulated and the wall time.
func (d Defect) validity(i instants) (notBefore, notAfter time.Time) {
	early, late := i.early().Truncate(time.Second), i.late().Truncate(time.Second)
	switch d {
	case Expired:
		notAfter = early.Add(-day)
		return notAfter.AddDate(-lifeYrs, 0, 0), notAfter
	case NotYetValid:
		notBefore = late.AddDate(1, 0, 0)
		return notBefore, notBefore.AddDate(lifeYrs, 0, 0)
	case Sound, Revoked, UnknownCA:
	}
	return early.Add(-headroom), late.Add(-headroom).AddDate(lifeYrs, 0, 0)
}

// holds reports whether a kept certificate's period still shows the defect, and
// nothing else, at both times.
func (d Defect) holds(i instants, notBefore, notAfter time.Time) bool {
	switch d {
	case Expired:
		return i.early().After(notAfter)
	case NotYetValid:
		return i.late().Before(notBefore)
	case Sound, Revoked, UnknownCA:
	}
	return i.within(notBefore, notAfter)
}

// rootValidity is twenty years from the first of January five years before.
func rootValidity(i instants) (notBefore, notAfter time.Time) {
	notBefore = time.Date(i.early().Year()-5, time.January, 1, 0, 0, 0, 0, time.UTC)
	end := notBefore.AddDate(rootYrs, 0, 0)
	if late := i.late().AddDate(lifeYrs, 1, 0); late.After(end) {
		end = time.Date(late.Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return notBefore, end
}
