package tlsi_test

import (
	"fmt"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
	"github.com/segursim/segursim/internal/tlsi"
)

func ExampleDoor_Handle() {
	w := &sim.World{Shared: &sim.Shared{}, Clock: clock.New(nil), Configure: func(string, any) error { return nil }}
	door, err := tlsi.Of(w)
	if err != nil {
		fmt.Println(err)
		return
	}
	door.Handle(tlsi.Route{
		Service: "insi", Op: sim.Op{Name: "traits", Facts: tlsi.Facts(), Codes: door.Codes()},
		Action: "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite",
		Body:   soap.Name{Space: "http://www.cnamts.fr/INSiRecSans", Local: "RECSANSVITALE"},
		Handle: func(r *tlsi.Request) ([]byte, *tlsi.Fault) {
			return []byte(`<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"/>`), nil
		},
	})
	f, _ := door.Known("desir_550")
	fmt.Println(f.Siram, f.Text)
	// Output:
	// siram_100 Numéro d'autorisation du logiciel inconnu.
}
