package pki

import (
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// profilesFile is the name of the catalogue in Options.Profiles.
const profilesFile = "profiles.yaml"

// Title is a text in both languages.
type Title struct {
	FR string `json:"fr" yaml:"fr"`
	EN string `json:"en" yaml:"en"`
}

// profileText is one entry of profiles.yaml.
type profileText struct {
	Name       string     `yaml:"name"`
	Title      Title      `yaml:"title"`
	Kind       Kind       `yaml:"kind"`
	Subject    Subject    `yaml:"subject"`
	Hosts      []string   `yaml:"hosts"`
	Server     bool       `yaml:"server"` // the hosts are those of the simulator
	EKU        []string   `yaml:"eku"`
	Defect     Defect     `yaml:"defect"`
	KeyOf      string     `yaml:"key_of"` // shares the key of another profile
	Provenance Provenance `yaml:"provenance"`
}

// profile is an entry that was checked.
type profile struct {
	profileText
	order *order
	keyOf string
}

// catalogue is profiles.yaml, checked. It is never changed.
type catalogue struct {
	list   []*profile
	byName map[string]*profile
}

// loadCatalogue reads and checks profiles.yaml; an error names the line.
func loadCatalogue(files fs.FS, hosts []string) (*catalogue, error) {
	data, err := fs.ReadFile(files, profilesFile)
	if err != nil {
		return nil, fmt.Errorf("pki: profiles: %w", err)
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, fmt.Errorf("pki: %s: %w", profilesFile, err)
	}
	var doc struct {
		Profiles []profileText `yaml:"profiles"`
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, fmt.Errorf("pki: %s: want one YAML document with a list of profiles", profilesFile)
	}
	if err := yaml.NodeToValue(file.Docs[0].Body, &doc, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("pki: %s: %w", profilesFile, err)
	}
	c := &catalogue{byName: map[string]*profile{}}
	for i, text := range doc.Profiles {
		if err := c.add(text, hosts); err != nil {
			return nil, fmt.Errorf("pki: %s:%d: profile %q: %w", profilesFile, lineOf(file, i), text.Name, err)
		}
	}
	if _, ok := c.byName[serverProfile]; !ok {
		return nil, fmt.Errorf("pki: %s: no profile %q, the certificate of the server", profilesFile, serverProfile)
	}
	return c, nil
}

// lineOf finds the line of the i-th profile.
func lineOf(file *ast.File, i int) int {
	path, err := yaml.PathString(fmt.Sprintf("$.profiles[%d].name", i))
	if err != nil {
		return 0
	}
	node, err := path.FilterFile(file)
	if err != nil || node == nil || node.GetToken() == nil {
		return 0
	}
	return node.GetToken().Position.Line
}

func (c *catalogue) add(text profileText, hosts []string) error {
	switch {
	case !validName(text.Name):
		return fmt.Errorf("name: want a-z, 0-9 and '-'")
	case c.byName[text.Name] != nil:
		return fmt.Errorf("name: given twice")
	case text.Title.FR == "" || text.Title.EN == "":
		return fmt.Errorf("title: want fr and en")
	case text.Provenance.Source == "":
		return fmt.Errorf("provenance: want a source")
	case text.Server && len(text.Hosts) > 0:
		return fmt.Errorf("hosts: not with server")
	}
	switch text.Provenance.Status {
	case confirmed, inferred, "invented":
	default:
		return fmt.Errorf("provenance: status %q is none of confirmed, inferred, invented", text.Provenance.Status)
	}
	if text.KeyOf != "" {
		other, ok := c.byName[text.KeyOf]
		if !ok || other.keyOf != "" {
			return fmt.Errorf("key_of: %q is not an earlier profile with a key of its own", text.KeyOf)
		}
	}
	r := Request{Name: text.Name, Kind: text.Kind, Subject: text.Subject, Hosts: text.Hosts, EKU: text.EKU, Defect: text.Defect}
	if text.Server {
		r.Hosts = hosts
	}
	o, err := r.order()
	if err != nil {
		return err
	}
	p := &profile{profileText: text, order: o, keyOf: text.KeyOf}
	c.list = append(c.list, p)
	c.byName[text.Name] = p
	return nil
}
