package insi

import (
	"encoding/base64"
	"html/template"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/datamatrix"
)

const (
	// datamatrixPatients is how many patients the page lists.
	datamatrixPatients = 8
	defaultModule      = 5
)

// view reads what every form of the page has from the address.
func (p datamatrixPage) view(c echo.Context) datamatrixView {
	v := datamatrixView{
		Lang: p.r.Lang(c), Token: p.r.Token(c), Base: datamatrixBase, Query: c.QueryParam("q"), Module: defaultModule,
	}
	if m, err := strconv.Atoi(c.QueryParam("m")); err == nil && m >= 1 && m <= 40 {
		v.Module = m
	}
	v.Patients = p.search(v.Query, datamatrixPatients+1)
	if v.More = len(v.Patients) > datamatrixPatients; v.More {
		v.Patients = v.Patients[:datamatrixPatients]
	}
	return v
}

// fields are the inputs of the form, with what was found against each.
func (v datamatrixView) fields(id datamatrix.Identity) []datamatrixField {
	hints := []string{
		v.T("13 caractères et la clé", "13 characters and the key"), "1.2.250.1.213.1.4.10", v.T("séparés par des espaces", "separated by spaces"),
		v.T("A à Z, espace, ' et -", "A to Z, space, ' and -"), "F, M", "JJ-MM-AAAA", v.T("code INSEE, facultatif", "INSEE code, optional"),
	}
	out := []datamatrixField{}
	for i, b := range id.Blocks() {
		f := datamatrixField{Name: "s" + strconv.Itoa(i+1), Label: b.ID + " " + v.Text(b.Name), Value: b.Value, Hint: hints[i], Max: 120}
		if v.Written != nil {
			for _, n := range v.Written.Findings {
				if n.Block == b.ID && n.Level == datamatrix.Erreur {
					f.Findings = append(f.Findings, n)
				}
			}
		}
		out = append(out, f)
	}
	return out
}

// Selected tells whether a patient is the one who was picked.
func (v datamatrixView) Selected(id string) bool { return v.Patient != nil && v.Patient.ID == id }

// Pick is the address that picks a patient.
func (v datamatrixView) Pick(id string) string {
	q := url.Values{"patient": {id}, "m": {strconv.Itoa(v.Module)}}
	if v.Query != "" {
		q.Set("q", v.Query)
	}
	return v.Base + "?" + q.Encode()
}

// imageQuery is the query of a picture's address.
func imageQuery(payload string, module int) template.URL {
	q := url.Values{"p": {base64.RawURLEncoding.EncodeToString([]byte(payload))}, "m": {strconv.Itoa(module)}}
	return template.URL(q.Encode()) //nolint:gosec // base64url and a number
}

// forced is a query with force, for the form that insists.
func forced(q url.Values) url.Values {
	out := url.Values{"force": {"true"}}
	for k, v := range q {
		if k != "force" && k != "lang" {
			out[k] = v
		}
	}
	return out
}

// datamatrixFindings is a list of findings in the person's language.
type datamatrixFindings struct {
	datamatrixView
	Findings []datamatrix.Finding
}

// Of is the same view about a list of findings.
func (v datamatrixView) Of(found []datamatrix.Finding) datamatrixFindings {
	return datamatrixFindings{v, found}
}
