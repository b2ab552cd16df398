package registre

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
)

// lotJSON is a lot in a snapshot: the packed patients, compressed.
type lotJSON struct {
	ID       string `json:"id"`
	Patients int    `json:"patients"`
	Packed   []byte `json:"gzip,omitempty"`
}

// MarshalJSON writes the lot for a snapshot.
func (l Lot) MarshalJSON() ([]byte, error) {
	out := lotJSON{ID: l.ID, Patients: l.Len()}
	if l.lot != nil {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(l.data); err != nil {
			return nil, fmt.Errorf("registre: lot: %w", err)
		}
		if err := z.Close(); err != nil {
			return nil, fmt.Errorf("registre: lot: %w", err)
		}
		out.Packed = b.Bytes()
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote, and indexes it again. It refuses
// what does not unpack to the number of patients announced.
func (l *Lot) UnmarshalJSON(b []byte) error {
	var in lotJSON
	if err := json.Unmarshal(b, &in); err != nil {
		return fmt.Errorf("registre: lot: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(in.Packed))
	if err != nil {
		return fmt.Errorf("registre: lot %s: %w", in.ID, err)
	}
	data, err := io.ReadAll(io.LimitReader(z, maxLot+1))
	if err != nil {
		return fmt.Errorf("registre: lot %s: %w", in.ID, err)
	}
	body := &lot{data: data}
	for rest := data; len(rest) > 0 && len(data) <= maxLot; {
		body.offsets = append(body.offsets, uint32(len(data)-len(rest))) //nolint:gosec // below maxLot
		if _, rest, err = readPatient(rest); err != nil {
			return fmt.Errorf("registre: lot %s: patient %d: %w", in.ID, len(body.offsets), err)
		}
	}
	if len(body.offsets) != in.Patients {
		return fmt.Errorf("registre: lot %s: %d patients, %d announced", in.ID, len(body.offsets), in.Patients)
	}
	if err := body.finish(); err != nil {
		return err
	}
	*l = Lot{ID: in.ID, lot: body}
	return nil
}
