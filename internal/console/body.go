package console

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// maxJSON bounds the body of a call that carries JSON, YAML or a form.
const maxJSON = 1 << 20

// readBody reads a capped body.
func readBody(e echo.Context, limit int64) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(e.Response(), e.Request().Body, limit))
	if err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return nil, err
		}
		return nil, refusef(http.StatusBadRequest, "unreadable_body", "Corps illisible : %v.", "Unreadable body: %v.", err)
	}
	return b, nil
}

// decodeJSON reads the body into v, strictly: a field that v does not have, or a
// second value after the first, is refused. An empty body is refused unless
// optional. The Content-Type is not looked at: curl -d sends a form's.
func decodeJSON(e echo.Context, v any, optional bool) error {
	b, err := readBody(e, maxJSON)
	if err != nil {
		return err
	}
	if len(strings.TrimSpace(string(b))) == 0 {
		if optional {
			return nil
		}
		return refuse(http.StatusBadRequest, "empty_body", "Un corps JSON est attendu.", "A JSON body is wanted.")
	}
	return strictJSON(b, v)
}

func strictJSON(b []byte, v any) error {
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		return refuse(http.StatusBadRequest, "invalid_json",
			"Le corps contient autre chose après la valeur JSON.", "The body holds something else after the JSON value.")
	}
	return explainJSON(err)
}

// explainJSON says what is wrong with a body, where it can by field or offset.
func explainJSON(err error) error {
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &syntax):
		return refusef(http.StatusBadRequest, "invalid_json",
			"JSON invalide à l'octet %d : %v.", "Invalid JSON at byte %d: %v.", syntax.Offset, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return refuse(http.StatusBadRequest, "invalid_json", "JSON interrompu.", "The JSON value ends too early.")
	case errors.As(err, &kind):
		field := kind.Field
		if field == "" {
			field = "."
		}
		return refusef(http.StatusBadRequest, "invalid_field",
			"Champ %s : reçu %s, attendu %s.", "Field %s: got %s, wanted %s.", field, kind.Value, kind.Type)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return refusef(http.StatusBadRequest, "unknown_field", "Champ inconnu : %s.", "Unknown field: %s.", name)
	}
	return refusef(http.StatusBadRequest, "invalid_json", "JSON refusé : %v.", "JSON refused: %v.", err)
}

// answer writes v as JSON.
func answer(e echo.Context, status int, v any) error { return e.JSONPretty(status, v, "  ") }
