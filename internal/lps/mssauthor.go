package lps

import (
	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/lps/mss"
)

// biologist is who signs the documents of the scripts: made up, in the ranges of
// tests.
func biologist() mss.Author {
	return mss.Author{
		ID: "899990000137", Family: "SEGURSIM-BIO9000013", Given: "ELIE", Structure: "LABORATOIRE TEST SEGURSIM", StructID: "10B9000033",
		Software:  "LPS témoin SEGURSIM",
		Specialty: cda.Code{Code: "G15_21/G", System: "1.2.250.1.213.1.1.4.5", Display: "Pharmacien - Biologiste (G)"},
		Facility:  cda.Code{Code: "SA25", System: "1.2.250.1.71.4.2.4", Display: "Laboratoire de biologie médicale"},
	}
}

// results are those of a first report, or of a corrected one.
func results(potassium, interpretation string) []cda.Observation {
	loinc := func(code, name string) cda.Code {
		return cda.Code{Code: code, System: "2.16.840.1.113883.6.1", Display: name}
	}
	return []cda.Observation{
		{Code: loinc("2823-3", "Potassium"), Value: potassium, Unit: "mmol/L", Interpretation: interpretation, Range: "3.5 - 5.1"},
		{Code: loinc("2160-0", "Créatinine"), Value: "84", Unit: "umol/L", Interpretation: "N", Range: "45 - 84"},
	}
}
