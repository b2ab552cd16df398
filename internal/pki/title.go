package pki

// titleOf returns the label that the certificate of a profession carries, from
// TRE_G15; "Chirurgien-Dentiste" is spelled as seen in a certificate. A card in
// training has another label, whose exact form is inferred. Empty for a code
// without a known label: the caller then has to give the title.
func titleOf(k Kind, profession int) string {
	label := professionLabel(profession)
	if label != "" && (k == CPFAuth || k == CPFSign) {
		label += " en formation"
	}
	return label
}

func professionLabel(code int) string {
	switch code {
	case 10:
		return "Médecin"
	case 21:
		return "Pharmacien"
	case 26:
		return "Audioprothésiste"
	case 28:
		return "Opticien-Lunetier"
	case 40:
		return "Chirurgien-Dentiste"
	case 50:
		return "Sage-Femme"
	case 60:
		return "Infirmier"
	case 69:
		return "Infirmier psychiatrique"
	case 70:
		return "Masseur-Kinésithérapeute"
	case 80:
		return "Pédicure-Podologue"
	case 81:
		return "Orthoprothésiste"
	case 86:
		return "Technicien de laboratoire médical"
	case 91:
		return "Orthophoniste"
	case 92:
		return "Orthoptiste"
	case 94:
		return "Ergothérapeute"
	case 95:
		return "Diététicien"
	case 96:
		return "Psychomotricien"
	case 98:
		return "Manipulateur ERM"
	}
	return ""
}
