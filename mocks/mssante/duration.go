package mssante

import (
	"fmt"
	"time"
)

// Duration is a simulated time.Duration written as in Go: "2m", "90s".
type Duration time.Duration

// UnmarshalText reads "2m30s".
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return err
	}
	if v < 0 {
		return fmt.Errorf("a negative duration: %s", b)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes "2m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }
