package pki

// ProfileInfo describes one named certificate, without making it.
type ProfileInfo struct {
	Name       string     `json:"name"`
	Title      Title      `json:"title"`
	Kind       Kind       `json:"kind"`
	Issuer     string     `json:"issuer"`  // short name of the authority
	Subject    string     `json:"subject"` // as openssl -nameopt RFC2253 prints it
	Defect     Defect     `json:"defect,omitempty"`
	Provenance Provenance `json:"provenance"`
}

// Profiles lists the named certificates in the order of profiles.yaml.
func (p *PKI) Profiles() []ProfileInfo {
	out := make([]ProfileInfo, 0, len(p.catalogue.list))
	for _, prof := range p.catalogue.list {
		subject, err := RFC2253(prof.order.name)
		if err != nil { // cannot be: it was encoded here
			subject = err.Error()
		}
		out = append(out, ProfileInfo{
			Name: prof.Name, Title: prof.Title, Kind: prof.Kind, Issuer: prof.order.issuer,
			Subject: subject, Defect: prof.Defect, Provenance: prof.Provenance,
		})
	}
	return out
}
