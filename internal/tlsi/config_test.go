package tlsi_test

import (
	"github.com/goccy/go-yaml"
)

// strictYAML configures as the application does.
func strictYAML(section string) func(string, any) error {
	return func(_ string, v any) error {
		return yaml.UnmarshalWithOptions([]byte(section), v, yaml.DisallowUnknownField())
	}
}
