package datamatrix_test

import (
	"fmt"

	"github.com/segursim/segursim/internal/datamatrix"
)

// A payload is written, drawn, and read back from a scanner that shows the
// separator as <GS> and the kind of code as ]d1.
func Example() {
	payload, err := datamatrix.Encode(datamatrix.Identity{
		Matricule: "285047599910178", OID: datamatrix.OIDTest, GivenNames: "ALICE MARIE", BirthName: "SEGURSIM-ORDINAIRE",
		Sex: "F", BirthDate: "12-04-1985",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(datamatrix.Visible(payload[len(datamatrix.Header):]))

	symbol, err := datamatrix.NewSymbol(payload)
	if err != nil {
		fmt.Println(err)
		return
	}
	picture, err := symbol.PNG(datamatrix.Drawing{Module: 4})
	fmt.Println(symbol.Side(), len(picture) > 0, err)

	id, found := datamatrix.Decode("]d1" + datamatrix.Header + "S1285047599910178S21.2.250.1.213.1.4.10S3ALICE MARIE<GS>S4SEGURSIM-ORDINAIRE<GS>S5FS612-04-1985")
	fmt.Println(id.BirthName, datamatrix.Failed(found))
	for _, f := range found {
		fmt.Println(f.Level, f.Rule, f.Offset)
	}
	// Output:
	// S1285047599910178S21.2.250.1.213.1.4.10S3ALICE MARIE<GS>S4SEGURSIM-ORDINAIRE<GS>S5FS612-04-1985
	// 36 true <nil>
	// SEGURSIM-ORDINAIRE false
	// information aim 0
	// information s2.test 48
	// avertissement gs.substitut 81
	// information bloc.facultatif 124
}
