package registre

// professionalFixture is a Professional as files write it: an activity may name
// its structure instead of repeating it, and a card or devices that are not
// named are the usual ones.
type professionalFixture struct {
	Identity  `yaml:",inline"`
	Exercices []exerciceFixture `json:"exercices,omitempty"`
	Card      *Card             `json:"carte,omitempty"`
	EIMs      *[]EIM            `json:"eims,omitempty"`
}

type exerciceFixture struct {
	Practice   `yaml:",inline"`
	Activities []activityFixture `json:"activities,omitempty"`
}

type activityFixture struct {
	Activity `yaml:",inline"`
	// In is the Struct_IdNat of the structure that fills the fields left empty.
	In string `json:"structure,omitempty"`
}

// noCard is the type of the card of a person who has none.
const noCard = "aucune"
