package insi

import (
	_ "embed" // the invented contract
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
)

// contractFile is the invented contract of the verification.
//
//go:embed contrat-verification.yaml
var contractFile []byte

// contract holds every name of the verification: actions, namespaces, elements,
// codes. Its own file documents it.
type contract struct {
	Unitary exchangeNames `yaml:"unitaire"`
	Lot     struct {
		Submit   exchangeNames `yaml:"depot"`
		Follow   exchangeNames `yaml:"suivi"`
		Retrieve exchangeNames `yaml:"retrait"`
	} `yaml:"lot"`
	Elements elementNames `yaml:"elements"`
	Results  struct {
		OK contractCR `yaml:"ok"`
		KO contractCR `yaml:"ko"`
	} `yaml:"resultats"`
	States struct {
		Running string `yaml:"en_cours"`
		Done    string `yaml:"termine"`
	} `yaml:"etats"`
}

type exchangeNames struct {
	Action  string      `yaml:"action"`
	Request rootElement `yaml:"requete"`
	Answer  rootElement `yaml:"reponse"`
}

type rootElement struct {
	Space string `yaml:"espace"`
	Root  string `yaml:"racine" check:"element"`
}

type contractCR struct {
	Code  string `yaml:"code"`
	Label string `yaml:"libelle"`
}

type elementNames struct {
	Individual string `yaml:"individu" check:"element"`
	INS        string `yaml:"ins" check:"element"`
	Matricule  string `yaml:"matricule" check:"element"`
	Number     string `yaml:"numero" check:"element"`
	Key        string `yaml:"cle" check:"element"`
	Type       string `yaml:"type" check:"element"`
	OID        string `yaml:"oid" check:"element"`
	Traits     string `yaml:"traits" check:"element"`
	Name       string `yaml:"nom" check:"element"`
	Given      string `yaml:"prenom" check:"element"`
	GivenList  string `yaml:"liste_prenoms" check:"element"`
	Sex        string `yaml:"sexe" check:"element"`
	Date       string `yaml:"date" check:"element"`
	Place      string `yaml:"lieu" check:"element"`
	Report     string `yaml:"compte_rendu" check:"element"`
	Code       string `yaml:"code" check:"element"`
	Label      string `yaml:"libelle" check:"element"`
	Reference  string `yaml:"reference" check:"element"`
	Lot        string `yaml:"lot" check:"element"`
	Count      string `yaml:"nombre" check:"element"`
	State      string `yaml:"etat" check:"element"`
	Submitted  string `yaml:"date_depot" check:"element"`
	Available  string `yaml:"date_disponibilite" check:"element"`
	Result     string `yaml:"resultat" check:"element"`
}

// loadContract reads the contract: the embedded one, or the user's file.
func loadContract(file string) (contract, error) {
	name, raw := "contrat-verification.yaml", contractFile
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return contract{}, fmt.Errorf("insi: verification_contract: %w", err)
		}
		name, raw = file, b
	}
	c, err := parseContract(raw)
	if err != nil {
		return c, fmt.Errorf("insi: verification_contract: %s: %w", name, err)
	}
	return c, nil
}

// parseContract decodes a contract strictly and refuses one with a hole in it,
// or with two operations that nothing tells apart.
func parseContract(raw []byte) (contract, error) {
	var c contract
	if err := yaml.UnmarshalWithOptions(raw, &c, yaml.DisallowUnknownField()); err != nil {
		return c, fmt.Errorf("%s", yaml.FormatError(err, false, true))
	}
	if err := complete("", reflect.ValueOf(c)); err != nil {
		return c, err
	}
	actions, roots := map[string]bool{}, map[rootElement]bool{}
	for _, x := range c.exchanges() {
		if actions[x.Action] {
			return c, fmt.Errorf("two operations have the action %q", x.Action)
		}
		if roots[x.Request] {
			return c, fmt.Errorf("two operations have the request {%s}%s", x.Request.Space, x.Request.Root)
		}
		actions[x.Action], roots[x.Request] = true, true
	}
	if c.Results.OK.Code == c.Results.KO.Code {
		return c, fmt.Errorf("resultats: ok and ko have the same code %q", c.Results.OK.Code)
	}
	return c, nil
}

func (c *contract) exchanges() []exchangeNames {
	return []exchangeNames{c.Unitary, c.Lot.Submit, c.Lot.Follow, c.Lot.Retrieve}
}

// complete refuses an empty text anywhere, and a name that no element can have.
func complete(path string, v reflect.Value) error {
	if v.Kind() == reflect.String {
		return nil
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		at := strings.TrimPrefix(path+"."+f.Tag.Get("yaml"), ".")
		switch field := v.Field(i); {
		case field.Kind() == reflect.Struct:
			if err := complete(at, field); err != nil {
				return err
			}
		case field.String() == "":
			return fmt.Errorf("%s is missing", at)
		case f.Tag.Get("check") == "element" && !elementName(field.String()):
			return fmt.Errorf("%s: %q is no name of an element", at, field.String())
		}
	}
	return nil
}
