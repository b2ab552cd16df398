package ins

import (
	"iter"

	"github.com/segursim/segursim/internal/registre"
)

// A Code is the CodeCR of an answer.
type Code string

// The codes.
const (
	Found   Code = "00"
	None    Code = "01"
	Several Code = "02"
)

// Label is the LibelleCR that INSi writes beside the code, without accents.
func (c Code) Label() string {
	switch c {
	case Found:
		return "OK"
	case None:
		return "Aucune identite trouvee"
	case Several:
		return "Plusieurs identites trouvees"
	}
	return ""
}

// A Result is what a search found.
type Result struct {
	Code Code
	// Patient is the identity found, when Code is Found.
	Patient registre.Patient
	// Count is how many identities match; counting stops at CountLimit.
	Count int
}

// CountLimit is where the count of matching identities stops.
const CountLimit = 100

// resultOf counts the identities: none, one, more.
func resultOf(found iter.Seq[registre.Patient]) Result {
	var r Result
	for p := range found {
		if r.Count == 0 {
			r.Patient = p
		}
		if r.Count++; r.Count == CountLimit {
			break
		}
	}
	switch r.Count {
	case 0:
		r.Code = None
	case 1:
		r.Code = Found
	default:
		r.Code, r.Patient = Several, registre.Patient{}
	}
	return r
}
