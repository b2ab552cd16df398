package registre_test

import (
	"fmt"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

func ExampleSeed() {
	db := store.New()
	if err := db.Open(registre.Tables()...); err != nil {
		fmt.Println(err)
		return
	}
	if err := db.Update(func(tx *store.Txn) error { return registre.Seed(tx, fixtures.FS, "") }); err != nil {
		fmt.Println(err)
		return
	}
	_ = db.View(func(tx *store.Txn) error {
		p, ok := registre.FindProfessional(tx, "899700366240")
		_, activity, _ := p.First()
		fmt.Println(ok, p.Name(), "-", activity.RaisonSocialeSite)
		return nil
	})
	// Output: true KIT DOC0036624 - CABINET M DOC0036624
}

func ExampleNIRKey() {
	key, err := registre.NIRKey("160012B020777")
	fmt.Println(key, err)
	// Output: 13 <nil>
}
