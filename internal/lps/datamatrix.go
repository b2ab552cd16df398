package lps

import (
	"github.com/segursim/segursim/internal/datamatrix"
)

// ScanINS is what the software does with what its scanner gave: it takes the
// identity of a datamatrix INS when nothing in it is against the format, and
// refuses it otherwise, with a [*datamatrix.Error] that lists why. The remarks
// (a wrong key, a reader to set up) come with the identity, for the person to
// see. A datamatrix is not signed: an identity that was scanned still has to be
// verified by INSi before it is qualified.
func ScanINS(scanned string) (datamatrix.Identity, []datamatrix.Finding, error) {
	id, found := datamatrix.Decode(scanned)
	if datamatrix.Failed(found) {
		return datamatrix.Identity{}, found, &datamatrix.Error{Findings: found}
	}
	return id, found, nil
}

// PrintINS is what the software puts on the first page of a document: the
// payload of a qualified identity and its picture, a PNG whose modules have that
// side in pixels (0: 5). The error is a [*datamatrix.Error].
func PrintINS(id datamatrix.Identity, module int) (payload string, png []byte, err error) {
	if payload, err = datamatrix.Encode(id); err != nil {
		return "", nil, err
	}
	symbol, err := datamatrix.NewSymbol(payload)
	if err != nil {
		return "", nil, err
	}
	if png, err = symbol.PNG(datamatrix.Drawing{Module: module}); err != nil {
		return "", nil, err
	}
	return payload, png, nil
}
