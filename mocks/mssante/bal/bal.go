package bal

import (
	"strings"
	"time"

	"github.com/segursim/segursim/internal/store"
)

// A Kind is the type of a BAL (NOS TRE_R257), or that of a patient's mailbox, which
// is ours.
type Kind string

// The kinds.
const (
	Personal       Kind = "PER"
	Organisational Kind = "ORG"
	Applicative    Kind = "APP"
	Cabinet        Kind = "CAB"
	Patient        Kind = "PAT"
)

// A State is whether a BAL receives and opens.
type State string

// The states.
const (
	Active       State = "active"
	Closed       State = "fermee"       // by its holder or its operator
	Opposed      State = "opposee"      // the patient refused Mon espace santé
	Inaccessible State = "inaccessible" // unused for 45 days
)

// A BAL is a mailbox of the espace de confiance.
type BAL struct {
	// Address is the row's id, in lower case.
	Address string `json:"adresse"`
	Kind    Kind   `json:"type"`
	// Label is the intitulé: what a From field shows.
	Label string `json:"intitule"`
	// Holders and Delegates are the national identifiers of the professionals who
	// may open it: as theirs, or on behalf of their holders.
	Holders   []string `json:"titulaires"`
	Delegates []string `json:"delegues"`
	// Structure is a Struct_IdNat.
	Structure string `json:"structure"`
	// Certificates are the common names of the ORG AUTH_CLI that open a BAL
	// applicative.
	Certificates []string `json:"certificats"`
	// Patient is the id in the registre, for a patient's mailbox.
	Patient     string `json:"patient"`
	ListeRouge  bool   `json:"listeRouge"`
	Description string `json:"description"`
	State       State  `json:"etat"`
	// Quota in bytes; 0 means the default.
	Quota int64 `json:"quota"`
	// Created and Used are in simulated time; Used is the last opening or sending.
	Created time.Time `json:"cree"`
	Used    time.Time `json:"utilisee"`
	// Warned is when its holders were told that it would become inaccessible; zero,
	// or before Used, when they were not.
	Warned time.Time `json:"prevenue"`
}

// Domain is the part after the @.
func (b *BAL) Domain() string { return DomainOf(b.Address) }

// DomainOf returns the domain of an address, in lower case.
func DomainOf(address string) string {
	_, d, _ := strings.Cut(address, "@")
	return strings.ToLower(d)
}

// A Domain of the espace de confiance.
type Domain struct {
	Name     string `json:"nom"` // id, in lower case
	Label    string `json:"description"`
	Operator string `json:"operateur"` // id of an Operator
}

// An Operator serves domains.
type Operator struct {
	ID      string `json:"id"`
	Name    string `json:"nom"`
	DN      string `json:"dnCertificat"` // DNCertificatOperateur of the liste blanche
	Contact string `json:"contact"`
	Support string `json:"support"`
}

// The tables. The values describe, they hold no row; they are never assigned.
var (
	BALs = store.Define("mssante_bal",
		store.By("id", func(b *BAL) string { return b.Address }),
		store.Index[BAL]{Name: "personne", Key: func(b *BAL) []string { return append(append([]string{}, b.Holders...), b.Delegates...) }},
		store.By("structure", func(b *BAL) string { return b.Structure }))
	Domains   = store.Define("mssante_domaines", store.By("id", func(d *Domain) string { return d.Name }))
	Operators = store.Define("mssante_operateurs", store.By("id", func(o *Operator) string { return o.ID }))
	Epochs    = store.Define("mssante_epoque", store.By("id", func(e *Epoch) string { return e.ID }))
)

// Tables are the package's part of the store.
func Tables() []store.Schema { return []store.Schema{BALs, Domains, Operators, Epochs} }
