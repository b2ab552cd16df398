package scenario

import "time"

// A Duration is written "90s", "2m", "1h30m" in YAML and in JSON.
type Duration time.Duration

// MarshalText writes it as Go does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads it as Go does. A negative duration is an error.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return &durationError{string(b), refuse("« %s » n'est pas une durée telle que 90s ou 2m", "%q is not a duration such as 90s or 2m", b)}
	}
	if v < 0 {
		return &durationError{string(b), refuse("la durée « %s » est négative", "duration %q is negative", b)}
	}
	*d = Duration(v)
	return nil
}

// A durationError remembers what it could not read, to be found in the source.
type durationError struct {
	value string
	*Refusal
}

// Unwrap returns the refusal.
func (e *durationError) Unwrap() error { return e.Refusal }
