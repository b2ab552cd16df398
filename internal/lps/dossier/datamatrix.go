package dossier

import (
	"errors"
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/datamatrix"
	"github.com/segursim/segursim/internal/lps/insi"
)

// ErrNotQualified says that the INS may not be printed or sent.
var ErrNotQualified = errors.New("dossier: the identity is not qualified: its INS does not leave the software")

// Datamatrix is the payload of the datamatrix INS for the record's documents.
// It refuses an identity that is not qualified with ErrNotQualified (EXI ID 29).
func (r *Record) Datamatrix() (string, error) {
	i, ok := r.Transmit()
	if !ok {
		return "", ErrNotQualified
	}
	born, err := datamatrix.FromISO(r.Born)
	if err != nil {
		return "", fmt.Errorf("dossier: %w", err)
	}
	payload, err := datamatrix.Encode(datamatrix.Identity{
		Matricule: i.Number + i.Key, OID: i.OID, GivenNames: strings.Join(r.FirstNames, " "),
		BirthName: r.Name, Sex: r.Sex, BirthDate: born, BirthPlace: r.Place,
	})
	if err != nil {
		return "", fmt.Errorf("dossier: %w", err)
	}
	return payload, nil
}

// Scanned opens a record with what was scanned from a document. The identity is
// provisional: the INS that the document has comes apart, for INSi to verify.
func Scanned(payload string) (Record, insi.INS, error) {
	id, found := datamatrix.Decode(payload)
	if datamatrix.Failed(found) {
		return Record{}, insi.INS{}, fmt.Errorf("dossier: %w", &datamatrix.Error{Findings: found})
	}
	born, ok := id.ISOBirthDate()
	if !ok {
		return Record{}, insi.INS{}, fmt.Errorf("dossier: the birth date %q of a datamatrix", id.BirthDate)
	}
	n := len(id.Matricule) - 2
	i := insi.INS{Number: id.Matricule[:n], Key: id.Matricule[n:], OID: id.OID}
	return New(id.BirthName, id.GivenNames, id.Sex, born, id.BirthPlace), i, nil
}
