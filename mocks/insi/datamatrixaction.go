package insi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/segursim/segursim/internal/datamatrix"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// datamatrixActions are the verbs datamatrix-encode and datamatrix-decode of
// actions/insi/*.
func datamatrixActions(w *sim.World) map[string]sim.Action {
	d := datamatrixes{w}
	return map[string]sim.Action{
		"datamatrix-encode": {
			Title: journal.Text{FR: "Écrire un datamatrix INS", EN: "Write a datamatrix INS"},
			Params: map[string]string{
				"patient":       "identifiant ou matricule d'un patient du registre ; les champs qui suivent le corrigent / id or matricule of a patient; the fields below correct it",
				"matricule":     "S1, 15 caractères / characters",
				"oid":           "S2",
				"prenoms":       "S3, séparés par des espaces / separated by spaces",
				"nomNaissance":  "S4",
				"sexe":          "S5 : F, M",
				"dateNaissance": "S6, JJ-MM-AAAA ou AAAA-MM-JJ / or AAAA-MM-JJ",
				"lieuNaissance": "S7, code INSEE, facultatif / INSEE code, optional",
				"force":         "true : l'écrire malgré les erreurs / write it in spite of errors",
				"module":        "côté d'un module en pixels, 1 à 40 / side of a module in pixels, 1 to 40",
			},
			Do: d.actEncode,
		},
		"datamatrix-decode": {
			Title: journal.Text{FR: "Lire un datamatrix INS", EN: "Read a datamatrix INS"},
			Params: map[string]string{
				"payload": "ce que le lecteur a donné / what the scanner gave",
			},
			Do: d.actDecode,
		},
	}
}

// encoded is the answer of datamatrix-encode.
type encoded struct {
	Payload  string               `json:"payload"`
	Visible  string               `json:"lisible"` // the separators as <GS>
	Identity datamatrix.Identity  `json:"identite"`
	Findings []datamatrix.Finding `json:"constats"`
	Forced   bool                 `json:"force"`
	Side     int                  `json:"modules"` // on a side
	PNG      []byte               `json:"png"`     // base64 in JSON
	SVG      string               `json:"svg"`
}

// encodeInput is the body of datamatrix-encode. A pointer tells a field that was
// given empty from one that was not.
type encodeInput struct {
	Patient       string  `json:"patient"`
	Matricule     *string `json:"matricule"`
	OID           *string `json:"oid"`
	Prenoms       *string `json:"prenoms"`
	NomNaissance  *string `json:"nomNaissance"`
	Sexe          *string `json:"sexe"`
	DateNaissance *string `json:"dateNaissance"`
	LieuNaissance *string `json:"lieuNaissance"`
	Force         bool    `json:"force"`
	Module        int     `json:"module"`
}

// correct puts the fields that were given over an identity.
func (in encodeInput) correct(id *datamatrix.Identity) {
	for _, f := range []struct{ to, from *string }{
		{&id.Matricule, in.Matricule},
		{&id.OID, in.OID},
		{&id.GivenNames, in.Prenoms},
		{&id.BirthName, in.NomNaissance},
		{&id.Sex, in.Sexe},
		{&id.BirthDate, in.DateNaissance},
		{&id.BirthPlace, in.LieuNaissance},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if date, err := datamatrix.FromISO(id.BirthDate); err == nil {
		id.BirthDate = date
	}
}

func (d datamatrixes) actEncode(_ context.Context, m map[string]any) (any, error) {
	var in encodeInput
	if err := readInput(m, &in); err != nil {
		return nil, err
	}
	var id datamatrix.Identity
	var before []datamatrix.Finding
	if in.Patient != "" {
		p, ok := d.patient(in.Patient)
		if !ok {
			return nil, datamatrixRefusal(sim.NotFound, "unknown_patient", journal.Cause{Rule: "insi.datamatrix." + ruleNoPatient, Text: journal.Text{
				FR: "Aucun patient « " + in.Patient + " » dans le registre.", EN: "No patient “" + in.Patient + "” in the registre.",
			}})
		}
		id, before = identityOf(p)
	}
	in.correct(&id)
	w := d.write(id, before, in.Force)
	if w.Symbol == nil {
		return nil, datamatrixRefusal(sim.BadRequest, "datamatrix_refused", firstError(w.Findings))
	}
	drawing := datamatrix.Drawing{Module: in.Module}
	png, err := w.Symbol.PNG(drawing)
	if err != nil {
		return nil, datamatrixRefusal(sim.BadRequest, "bad_value", firstError(findingsOf(err)))
	}
	svg, err := w.Symbol.SVG(drawing)
	if err != nil {
		return nil, fmt.Errorf("datamatrix-encode: %w", err)
	}
	return encoded{
		Payload: w.Payload, Visible: datamatrix.Visible(w.Payload), Identity: w.Identity, Findings: append([]datamatrix.Finding{}, w.Findings...),
		Forced: w.Forced, Side: w.Symbol.Side(), PNG: png, SVG: string(svg),
	}, nil
}

// decoded is the answer of datamatrix-decode.
type decoded struct {
	OK       bool                 `json:"ok"` // no finding is an error
	Identity datamatrix.Identity  `json:"identite"`
	Blocks   []datamatrix.Block   `json:"blocs"`
	Findings []datamatrix.Finding `json:"constats"`
	Patient  string               `json:"patient,omitempty"` // id in the registre of whom has the matricule
}

func (d datamatrixes) actDecode(_ context.Context, m map[string]any) (any, error) {
	var in struct {
		Payload *string `json:"payload"`
	}
	if err := readInput(m, &in); err != nil {
		return nil, err
	}
	if in.Payload == nil {
		return nil, datamatrixRefusal(sim.BadRequest, "bad_value", journal.Cause{Rule: "insi.datamatrix.payload", Text: journal.Text{
			FR: "Le champ payload manque : ce que le lecteur a donné.", EN: "The field payload is missing: what the scanner gave.",
		}})
	}
	return d.read(*in.Payload), nil
}

// read decodes what a scanner gave and looks for the person.
func (d datamatrixes) read(scanned string) decoded {
	id, found := datamatrix.Decode(scanned)
	out := decoded{OK: !datamatrix.Failed(found), Identity: id, Blocks: id.Blocks(), Findings: append([]datamatrix.Finding{}, found...)}
	if p, ok := d.patient(id.Matricule); ok {
		out.Patient = p.ID
	}
	return out
}

// readInput reads an action's body into v, whose fields have the JSON names.
func readInput(m map[string]any, v any) error {
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("datamatrix: %w", err)
	}
	var kind *json.UnmarshalTypeError
	if err := json.Unmarshal(b, v); errors.As(err, &kind) {
		return datamatrixRefusal(sim.BadRequest, "bad_value", journal.Cause{Rule: "insi.datamatrix.type", Text: journal.Text{
			FR: fmt.Sprintf("Champ %s : reçu %s, attendu %s.", kind.Field, kind.Value, kind.Type),
			EN: fmt.Sprintf("Field %s: got %s, wanted %s.", kind.Field, kind.Value, kind.Type),
		}})
	} else if err != nil {
		return fmt.Errorf("datamatrix: %w", err)
	}
	return nil
}

func datamatrixRefusal(kind sim.Kind, code string, c journal.Cause) *sim.Error {
	return &sim.Error{Kind: kind, Code: code, Text: c.Text.EN, Cause: c}
}
