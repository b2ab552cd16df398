package cda

// people writes who the document is of, by and kept by.
func (d *Document) people(w *writer) {
	d.Patient.write(w)
	for _, a := range d.Authors {
		w.start("author")
		w.leaf("time", "value", a.Time)
		w.start("assignedAuthor")
		a.identity(w)
		if a.Family != "" {
			a.person(w, "assignedPerson")
		} else {
			w.start("assignedAuthoringDevice")
			w.text("manufacturerModelName", a.Software)
			w.text("softwareName", a.Software)
			w.end()
		}
		a.organisation(w, Code{})
		w.end()
		w.end()
	}

	w.start("custodian")
	w.start("assignedCustodian")
	w.start("representedCustodianOrganization")
	w.id("id", d.Custodian)
	w.text("name", d.CustodianName)
	unknown(w, "telecom", "addr")
	w.end()
	w.end()
	w.end()

	w.start("legalAuthenticator")
	w.leaf("time", "value", d.Authenticator.Time)
	w.leaf("signatureCode", "code", "S")
	d.Authenticator.entity(w, Code{})
	w.end()
}

func (p *Patient) write(w *writer) {
	w.start("recordTarget")
	w.start("patientRole")
	for _, id := range p.IDs {
		w.id("id", id)
	}
	unknown(w, "addr", "telecom")
	w.start("patient", "classCode", "PSN")
	w.start("name")
	w.text("family", p.BirthName, "qualifier", "BR")
	w.text("given", p.GivenNames)
	w.text("given", p.FirstName, "qualifier", "BR")
	w.text("family", p.UsedName, "qualifier", "CL")
	w.end()
	label := map[string]string{"M": "Masculin", "F": "Féminin", "UN": "Indifférencié"}[p.Sex]
	w.code("administrativeGenderCode", Code{Code: p.Sex, System: "2.16.840.1.113883.5.1", Display: label})
	w.leaf("birthTime", "value", p.BirthDate)
	if p.BirthPlace != "" {
		w.start("birthplace")
		w.start("place")
		w.start("addr")
		w.text("county", p.BirthPlace)
		w.end()
		w.end()
		w.end()
	}
	w.end()
	w.end()
	w.end()
}

// unknown writes elements whose value is not known.
func unknown(w *writer, names ...string) {
	for _, name := range names {
		w.leaf(name, "nullFlavor", "UNK")
	}
}

// identity writes what an assigned author and an assigned entity start with.
func (p *Participant) identity(w *writer) {
	w.id("id", p.ID)
	w.code("code", p.Code)
	unknown(w, "addr", "telecom")
}

func (p *Participant) person(w *writer, name string) {
	if p.Family == "" {
		return
	}
	w.start(name)
	w.start("name")
	w.text("given", p.Given)
	w.text("family", p.Family)
	w.end()
	w.end()
}

// organisation writes the one that the participant acts for, with its practice
// setting if there is one to tell.
func (p *Participant) organisation(w *writer, practice Code) {
	if p.OrgID == (II{}) && p.Organisation == "" && practice == (Code{}) {
		return
	}
	w.start("representedOrganization")
	w.id("id", p.OrgID)
	w.text("name", p.Organisation)
	unknown(w, "telecom", "addr")
	w.code("standardIndustryClassCode", practice)
	w.end()
}

func (p *Participant) entity(w *writer, practice Code) {
	w.start("assignedEntity")
	p.identity(w)
	p.person(w, "assignedPerson")
	p.organisation(w, practice)
	w.end()
}

// context writes the act, what the document replaces, and the encounter.
func (d *Document) context(w *writer) {
	w.start("documentationOf")
	w.start("serviceEvent")
	w.code("code", d.act())
	if d.Level == 3 && d.Code.Code == biologyType {
		w.leaf("lab:statusCode", "code", "completed")
	}
	w.start("effectiveTime")
	w.leaf("low", "value", d.ServiceLow)
	if d.ServiceHigh != "" {
		w.leaf("high", "value", d.ServiceHigh)
	}
	w.end()
	w.start("performer", "typeCode", "PRF")
	w.start("time")
	w.leaf("high", "value", d.Performer.Time)
	w.end()
	d.Performer.entity(w, d.Practice)
	w.end()
	w.end()
	w.end()

	if d.Replaces != (II{}) {
		w.start("relatedDocument", "typeCode", "RPLC")
		w.start("parentDocument")
		w.id("id", d.Replaces)
		w.leaf("versionNumber", "value", number(d.Version-1))
		w.end()
		w.end()
	}

	w.start("componentOf")
	w.start("encompassingEncounter")
	w.start("effectiveTime")
	w.leaf("low", "value", d.ServiceLow)
	w.end()
	if responsible := d.Authenticator; responsible.ID.Root == professionals && responsible.Code.Code != "" {
		w.start("responsibleParty")
		responsible.entity(w, Code{})
		w.end()
	}
	w.start("location")
	w.start("healthCareFacility")
	w.id("id", d.Performer.OrgID)
	w.code("code", d.Facility)
	w.end()
	w.end()
	w.end()
	w.end()
}

// act is what was done: for biology the discipline of the first chapter, else what the
// document is of.
func (d *Document) act() Code {
	if d.Code.Code == biologyType {
		for _, s := range d.Sections {
			if len(s.Observations) > 0 {
				return chapter(s)
			}
		}
	}
	return d.Code
}
