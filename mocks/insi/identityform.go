package insi

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
)

// identityForm is the form of an identity: what is in the base, or what was typed.
type identityForm struct {
	New bool // the identity is not in the base yet
	url.Values
}

// The fields of the form that are texts of an identity, named as in the fixtures.
func identityTexts() []string {
	return []string{
		"nomNaissance", "sexe", "dateNaissance", "lieuNaissance", "deces", "dmp", "ouvrantDroit", "nomUtilise", "prenomUtilise", "remarque",
	}
}

// formOf fills the form with an identity.
func formOf(p registre.Patient) identityForm {
	f := identityForm{Values: url.Values{}}
	for name, value := range map[string]string{
		"id": p.ID, "nomNaissance": p.BirthName, "prenoms": strings.Join(p.GivenNames, ", "), "sexe": p.Sex, "dateNaissance": p.BirthDate,
		"lieuNaissance": p.BirthPlace, "deces": p.Death, "dmp": string(p.Record), "ouvrantDroit": p.Holder, "nomUtilise": p.UsedName,
		"prenomUtilise": p.UsedGivenName, "remarque": p.Note, "matricule": p.INS.Matricule, "cle": p.INS.Key, "oid": p.INS.OID,
	} {
		f.Set(name, value)
	}
	if p.Rank > 0 {
		f.Set("rang", strconv.Itoa(p.Rank))
	}
	for _, m := range p.Marks {
		f.Add("marqueurs", string(m))
	}
	var lines []string
	for _, h := range p.History {
		fields := []string{h.Matricule, h.Key, h.OID, h.From, h.To}
		for i, s := range fields {
			if s == "" {
				fields[i] = "-"
			}
		}
		for len(fields) > 3 && fields[len(fields)-1] == "-" {
			fields = fields[:len(fields)-1]
		}
		lines = append(lines, strings.Join(fields, " "))
	}
	f.Set("historique", strings.Join(lines, "\n"))
	return f
}

// formFrom reads the form that was sent.
func formFrom(c echo.Context) (identityForm, error) {
	values, err := c.FormParams()
	if err != nil {
		return identityForm{}, fmt.Errorf("insi: form: %w", err)
	}
	return identityForm{New: values.Get("new") != "", Values: values}, nil
}

// body is the form as the action set-identity takes it.
func (f identityForm) body() (map[string]any, error) {
	text := func(name string) string { return strings.TrimSpace(f.Get(name)) }
	body := map[string]any{
		"id": text("id"), "prenoms": text("prenoms"), "marqueurs": f.marks(),
		"ins": map[string]any{"matricule": text("matricule"), "cle": text("cle"), "oid": text("oid")},
	}
	for _, name := range identityTexts() {
		body[name] = text(name)
	}
	rank := 0
	if s := text("rang"); s != "" {
		var err error
		if rank, err = strconv.Atoi(s); err != nil {
			return nil, actionError(sim.BadRequest, "bad_identity", "rang « "+s+" » : un chiffre de 1 à 9", "rank “"+s+"”: a digit from 1 to 9")
		}
	}
	body["rang"] = rank
	former := []map[string]any{}
	for i, line := range strings.Split(f.Get("historique"), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) > 5 {
			return nil, actionError(sim.BadRequest, "bad_identity", fmt.Sprintf("historique, ligne %d : matricule, clé, OID, début, fin", i+1),
				fmt.Sprintf("history, line %d: matricule, key, OID, begin, end", i+1))
		}
		one := map[string]any{}
		for i, name := range []string{"matricule", "cle", "oid", "dateDeb", "dateFin"} {
			if i < len(fields) && fields[i] != "-" {
				one[name] = fields[i]
			}
		}
		former = append(former, one)
	}
	body["historique"] = former
	return body, nil
}

func (f identityForm) marks() []string { return slices.Clone(f.Values["marqueurs"]) }

// A markView is a box to tick.
type markView struct {
	Mark, Label string
	On          bool
}

// Marks are the marks as boxes, in the person's language.
func (v identityView) Marks() []markView {
	labels := map[registre.Mark][2]string{
		registre.MarkHomonym:     {"homonyme", "homonym"},
		registre.MarkDoubtful:    {"douteuse", "doubtful"},
		registre.MarkFictitious:  {"fictive", "fictitious"},
		registre.MarkDiscordant:  {"discordante : la pièce d’identité dit autre chose", "discordant: the identity document says otherwise"},
		registre.MarkWrongKey:    {"clé fausse gardée telle quelle", "wrong key kept as it is"},
		registre.MarkNoBirthName: {"INSi répond un nom de naissance vide", "INSi answers an empty birth name"},
		registre.MarkNoGivenName: {"INSi répond des prénoms vides", "INSi answers empty first names"},
	}
	var out []markView
	for _, m := range registre.Marks() {
		on := v.Form != nil && slices.Contains(v.Form.marks(), string(m))
		out = append(out, markView{Mark: string(m), Label: v.T(labels[m][0], labels[m][1]), On: on})
	}
	return out
}

// A choice is an option of a select.
type choice struct{ Value, Label string }

// Choices are the options of a field.
func (v identityView) Choices(field string) []choice {
	switch field {
	case "sexe":
		return []choice{{"F", "F"}, {"M", "M"}, {"I", v.T("I, qu’INSi ne répond jamais", "I, which INSi never answers")}}
	case "oid":
		return []choice{
			{registre.OIDTest, v.T("test", "test") + " (…4.10)"},
			{registre.OIDNIR, "NIR (…4.8)"},
			{registre.OIDNIA, "NIA (…4.9)"},
			{registre.OIDDemo, v.T("démonstration", "demonstration") + " (…4.11)"},
		}
	case "dmp":
		return []choice{
			{string(registre.RecordAbsent), v.T("inexistant", "none")},
			{string(registre.RecordEmpty), v.T("vide", "empty")},
			{string(registre.RecordOpen), v.T("ouvert", "open")},
			{string(registre.RecordClosed), v.T("fermé", "closed")},
		}
	}
	return nil
}
