package ins_test

import (
	"fmt"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

func ExampleMatch() {
	db := store.New()
	if err := db.Open(registre.Tables()...); err != nil {
		fmt.Println(err)
		return
	}
	err := db.Update(func(tx *store.Txn) error { return registre.Seed(tx, fixtures.FS, "") })
	if err != nil {
		fmt.Println(err)
		return
	}
	leonardo := ins.Traits{BirthName: "DE VINCI", GivenNames: []string{"LEONARDO"}, Sex: "M", BirthDate: "2014-02-01"}
	_ = db.View(func(tx *store.Txn) error {
		r := ins.Match(tx, leonardo)
		fmt.Println(r.Code, r.Code.Label())
		leonardo.BirthPlace = "63220"
		r = ins.Match(tx, leonardo)
		fmt.Println(r.Code, r.Code.Label(), r.Patient.INS.Full())
		return nil
	})
	// Output:
	// 02 Plusieurs identites trouvees
	// 00 OK 114026399906159
}

func ExampleTraits_Check() {
	asked := ins.Traits{BirthName: "D'ÆION", GivenNames: []string{"Cœur"}, Sex: "M", BirthDate: "25/01/1987"}
	for _, refused := range asked.Check() {
		fmt.Println(refused.FR)
	}
	// Output:
	// NomNaissance « D'ÆION » : « Æ » : ni accent, ni ligature, les capitales A à Z seulement (caractère 3).
	// Prenom « Cœur » : « œ » : ni accent, ni ligature, les capitales A à Z seulement (caractère 2).
	// DateNaissance « 25/01/1987 » : une date s'écrit AAAA-MM-JJ, 00 pour un mois ou un jour inconnu.
}

func ExampleGenerate() {
	people, err := ins.Generate(3, ins.Seed("exemple"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for p := range people {
		fmt.Println(p.BirthName, p.FirstGivenName, p.BirthDate, p.BirthPlace, p.INS.Full(), registre.ValidNIR(p.INS.Full()))
	}
	// Output:
	// FICTIFFUVOLU TOUZEX 1983-02-04 41955 183024195500110 true
	// FICTIFKLIFEDRE LOTOURIX 1981-03-04 58952 281035895200193 true
	// FICTIFFUVOLU BROUTATUS 2004-08-29 06951 104080695100195 true
}
