package xds

import (
	"fmt"
	"strings"
)

// Parse reads METADATA.XML. Its error is a *[Problem] that says where the XML is not
// a SubmitObjectsRequest; unknown slots and classifications are kept out.
func Parse(b []byte) (*Metadata, error) {
	doc, err := readTree(b)
	if err != nil {
		return nil, err
	}
	root, line := doc.root, doc.line(doc.root.offset)
	switch {
	case root.is("SubmitObjectsRequest"):
	case root.name == "SubmitObjectsRequest":
		return nil, &Problem{Code: "root", Line: line, Text: "the SubmitObjectsRequest is in the namespace " + quote(root.space) + ", not in that of ebXML RegRep 3.0, " + LCM}
	default:
		return nil, &Problem{Code: "root", Line: line, Text: "the root is " + quote(root.name) + " (" + quote(root.space) + "), not a SubmitObjectsRequest"}
	}
	list := root.child("RegistryObjectList")
	if list == nil {
		return nil, &Problem{Code: "root", Line: line, Text: "the SubmitObjectsRequest has no RegistryObjectList"}
	}
	n := 0
	for range list.children() {
		if n++; n > maxList {
			return nil, &Problem{Code: "bounds", Line: line, Text: fmt.Sprintf("the lot has more than %d objects", maxList)}
		}
	}
	r := reader{m: &Metadata{}, doc: doc}
	r.objects(list)
	return r.m, nil
}

// reader turns the tree into metadata.
type reader struct {
	m   *Metadata
	doc *scanner
}

// problem notes what was read over, of an object and at an element; both may be nil.
func (r *reader) problem(code string, o *object, at *element, text string) {
	if len(r.m.Problems) >= maxProblems {
		return
	}
	p := Problem{Code: code, Text: text}
	if at != nil {
		p.Line = r.doc.line(at.offset)
	}
	if o != nil {
		p.Object = clip(o.id)
	}
	r.m.Problems = append(r.m.Problems, p)
}

// An object is a registry object with what classifies and identifies it, whether
// inside of it, as XDS wants, or beside it, as ebRIM also allows.
type object struct {
	*element
	id              string
	classifications []*element
	identifiers     []*element
	node            string // of a RegistryPackage: the classificationNode
}

// objects sorts the list out, then reads each kind.
func (r *reader) objects(list *element) {
	var entries, packages []*object
	var associations, loose []*element
	byID := map[string]*object{}
	for e := range list.children() {
		if !regrep(e.space) {
			r.problem("object", nil, e, "the element "+quote(e.name)+" is not of ebRIM")
			continue
		}
		switch e.name {
		case "ExtrinsicObject", "RegistryPackage":
			o := r.object(e)
			if e.name == "ExtrinsicObject" {
				entries = append(entries, o)
			} else {
				packages = append(packages, o)
			}
			switch {
			case o.id == "":
				r.problem("id", nil, e, "the "+e.name+" has no id")
			case byID[o.id] != nil:
				r.problem("id", o, e, "the id is there twice")
			default:
				byID[o.id] = o
			}
		case "Association":
			associations = append(associations, e)
		case "Classification", "ExternalIdentifier":
			loose = append(loose, e)
		case "ObjectRef": // a local reference: ebRIM 3.0 §2.5 lets it stand here
		default:
			r.problem("object", nil, e, quote(e.name)+" has no place in a lot")
		}
	}
	for _, e := range loose {
		of := "classifiedObject"
		if e.name == "ExternalIdentifier" {
			of = "registryObject"
		}
		o := byID[trim(e.attr(of))]
		switch {
		case o == nil:
			r.problem("object", nil, e, "the "+e.name+" is of "+quote(e.attr(of))+", which is not in the lot")
		case e.name == "Classification":
			o.classifications = append(o.classifications, e)
		default:
			o.identifiers = append(o.identifiers, e)
		}
	}
	r.m.Entries = make([]Entry, 0, len(entries))
	for _, o := range entries {
		r.m.Entries = append(r.m.Entries, r.entry(o))
	}
	if o := r.submissionSet(packages); o != nil {
		r.m.Submission = r.submission(o)
	}
	r.associations(associations, byID)
}

func (r *reader) object(e *element) *object {
	o := &object{element: e, id: trim(e.attr("id"))}
	for c := range e.children() {
		switch {
		case c.is("Classification"):
			if of := trim(c.attr("classifiedObject")); of != o.id {
				r.problem("classification", o, c, "the Classification inside says to be of "+quote(of))
			}
			o.classifications = append(o.classifications, c)
		case c.is("ExternalIdentifier"):
			if of := trim(c.attr("registryObject")); of != o.id {
				r.problem("identifier", o, c, "the ExternalIdentifier inside says to be of "+quote(of))
			}
			o.identifiers = append(o.identifiers, c)
		}
	}
	return o
}

// submissionSet finds the package that is the submission (IHE ITI TF-3 §4.2.1.2).
func (r *reader) submissionSet(packages []*object) *object {
	var sets, plain []*object
	for _, o := range packages {
		for _, c := range o.classifications {
			if n := lower(c.attr("classificationNode")); n != "" {
				o.node = n
			}
		}
		switch o.node {
		case submissionNode:
			sets = append(sets, o)
		case folderNode:
			r.problem("object", o, o.element, "it is a folder, which the French profile does not use")
		default:
			plain = append(plain, o)
		}
	}
	switch {
	case len(sets) > 0:
		if len(sets) > 1 {
			r.problem("submission", sets[1], sets[1].element, fmt.Sprintf("there are %d submission sets; the first counts", len(sets)))
		}
		return sets[0]
	case len(plain) > 0:
		r.problem("submission", plain[0], plain[0].element, "no RegistryPackage is classified as a submission set; the first counts")
		return plain[0]
	}
	r.problem("submission", nil, nil, "there is no submission set")
	return nil
}

// associations reads the links, then looks whether each entry is a member.
func (r *reader) associations(list []*element, byID map[string]*object) {
	members := map[string]bool{}
	set := r.m.Submission.ID
	for _, e := range list {
		o := &object{element: e, id: trim(e.attr("id"))}
		a := Association{ID: o.id, Source: trim(e.attr("sourceObject")), Target: trim(e.attr("targetObject"))}
		a.Type = r.associationType(o, trim(e.attr("associationType")))
		r.slots(o, func(s slot) {
			switch s.name {
			case "SubmissionSetStatus":
				r.single(o, s, &a.Status)
			case "OriginalStatus":
				r.single(o, s, &a.OriginalStatus)
			case "NewStatus":
				r.single(o, s, &a.NewStatus)
			}
		})
		if a.Source == "" || a.Target == "" {
			r.problem("association", o, e, "it has no sourceObject or no targetObject")
		}
		switch {
		case a.Type == HasMember && a.Source == set && set != "":
			members[a.Target] = true
		case a.Type == HasMember:
			r.problem("association", o, e, "the source of HasMember is "+quote(a.Source)+", not the submission set")
		case byID[a.Source] == nil && a.Source != "":
			r.problem("association", o, e, "its source "+quote(a.Source)+" is not in the lot")
		}
		r.m.Associations = append(r.m.Associations, a)
	}
	for i := range r.m.Entries {
		if id := r.m.Entries[i].ID; !members[id] {
			r.problem("member", byID[id], nil, "no HasMember association makes the document "+quote(id)+" a member of the submission set")
		}
	}
}

// associationType takes the short names of XDS.a for the URNs that they became.
func (r *reader) associationType(o *object, s string) string {
	if s == "" {
		r.problem("association", o, o.element, "it has no associationType")
		return ""
	}
	if strings.Contains(s, ":") {
		return s
	}
	for _, t := range []string{HasMember, Replaces, Transforms, Appends, TransformsReplaces, Signs} {
		if strings.HasSuffix(t, ":"+s) {
			r.problem("association", o, o.element, "its type is "+quote(s)+" instead of "+t)
			return t
		}
	}
	r.problem("association", o, o.element, "its type "+quote(s)+" is not a URN")
	return s
}

func trim(s string) string { return strings.Trim(s, " \t\r\n") }

func lower(s string) string { return strings.ToLower(trim(s)) }
