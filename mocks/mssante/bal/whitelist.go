package bal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// Namespace is that of the liste blanche (ansforge/MSS-liste-blanche).
const Namespace = "https://listeblanche.mssante.fr/schema"

// A Whitelist is the list of the domains of the espace de confiance. One domain
// may be there several times, with other certificates, and names have mixed case:
// both were seen (ansforge/MSS-liste-blanche).
type Whitelist struct {
	Generated time.Time
	Entries   []Entry
}

// An Entry lets an operator's certificate send and receive for a domain.
type Entry struct {
	Name        string
	Description string
	DN          string // DNCertificatOperateur
	Contact     string
	Support     string
	Updated     time.Time
}

// The elements, in the order of the schema.
type listXML struct {
	XMLName   xml.Name   `xml:"https://listeblanche.mssante.fr/schema ListeBlancheMSSante"`
	Generated string     `xml:"DateDeGeneration"`
	Domains   *entryList `xml:"ListeDomaines"`
}

type entryList struct {
	Entries []entryXML `xml:"Domaine"`
}

type entryXML struct {
	Name        string `xml:"Nom"`
	Description string `xml:"Description"`
	DN          string `xml:"DNCertificatOperateur"`
	Contact     string `xml:"ResponsableContact"`
	Support     string `xml:"SupportContact"`
	Updated     string `xml:"DateMAJ"`
}

func dateTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// XML writes the list.
func (w Whitelist) XML() ([]byte, error) {
	doc := listXML{Generated: dateTime(w.Generated), Domains: &entryList{}}
	for _, e := range w.Entries {
		doc.Domains.Entries = append(doc.Domains.Entries, entryXML{e.Name, e.Description, e.DN, e.Contact, e.Support, dateTime(e.Updated)})
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return nil, fmt.Errorf("bal: liste blanche: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// maxEntries bounds a list that is read: the real one has some 8,700.
const maxEntries = 100_000

// ReadWhitelist reads a list, strictly enough to be served as one: the root and
// its namespace, its date, a name and a certificate for each domain. A DateMAJ that
// is no xs:dateTime is read as the zero time.
func ReadWhitelist(src []byte) (Whitelist, error) {
	var doc listXML
	if err := xml.Unmarshal(src, &doc); err != nil {
		return Whitelist{}, fmt.Errorf("bal: liste blanche: %w", err)
	}
	if doc.Domains == nil {
		return Whitelist{}, fmt.Errorf("bal: liste blanche: no ListeDomaines")
	}
	if n := len(doc.Domains.Entries); n > maxEntries {
		return Whitelist{}, fmt.Errorf("bal: liste blanche: %d domains, at most %d", n, maxEntries)
	}
	w := Whitelist{}
	var err error
	if w.Generated, err = time.Parse(time.RFC3339, strings.TrimSpace(doc.Generated)); err != nil {
		return Whitelist{}, fmt.Errorf("bal: liste blanche: DateDeGeneration: %w", err)
	}
	for i, e := range doc.Domains.Entries {
		name, dn := strings.TrimSpace(e.Name), strings.TrimSpace(e.DN)
		if name == "" || dn == "" {
			return Whitelist{}, fmt.Errorf("bal: liste blanche: Domaine %d: Nom or DNCertificatOperateur is missing", i+1)
		}
		updated, _ := time.Parse(time.RFC3339, strings.TrimSpace(e.Updated)) // nothing depends on it
		w.Entries = append(w.Entries, Entry{name, e.Description, dn, e.Contact, e.Support, updated})
	}
	return w, nil
}

// Names are the domains of the list, in lower case.
func (w Whitelist) Names() map[string]bool {
	out := make(map[string]bool, len(w.Entries))
	for _, e := range w.Entries {
		out[strings.ToLower(e.Name)] = true
	}
	return out
}

// Checksum is what the file beside the list holds: SHA-256 in hexadecimal, lower
// case (verified on the published mirror).
func Checksum(list []byte) string {
	sum := sha256.Sum256(list)
	return hex.EncodeToString(sum[:])
}
