package xds

// An Action is what a lot asks to be done with a document. The values are those of
// OBX-11 in the CI-SIS messages to which a PFI turns the mail (volet Transmission au
// LPS d'un document CDA provenant d'un courriel MSSanté).
type Action string

// The actions.
const (
	Add     Action = "F"
	Replace Action = "C"
	Delete  Action = "D"
)

// A Change is one action of a lot.
type Change struct {
	Action Action
	// Entry is the index in Metadata.Entries; -1 for a deletion that comes without
	// the metadata of its document.
	Entry int
	// Target is the entryUUID of the document replaced or deleted; empty for an
	// addition.
	Target string
}

// Changes reads what the lot asks for: one change for each entry, in their order,
// then the deletions that name a document without its metadata.
//
//   - Replacement is an RPLC (or XFRM_RPLC) association from the entry to the
//     entryUUID of the old document (IHE ITI TF-3 §4.2.2.2; the DMP does so too).
//   - Deletion has no published form in METADATA.XML. The reading taken here is
//     inferred from the DMP's transaction TD3.3c: an entry whose availabilityStatus
//     is Deleted, or an UpdateAvailabilityStatus association whose NewStatus is.
func (m *Metadata) Changes() []Change {
	replaced := map[string]string{} // entry to the document that it replaces
	deleted := map[string]bool{}    // entryUUIDs named by an association
	for _, a := range m.Associations {
		switch {
		case a.Type == Replaces || a.Type == TransformsReplaces:
			if replaced[a.Source] == "" {
				replaced[a.Source] = a.Target
			}
		case a.Type == UpdatesStatus && a.NewStatus == Deleted:
			deleted[a.Target] = true
		}
	}
	var changes []Change
	for i, e := range m.Entries {
		target := replaced[e.ID]
		switch {
		case e.Availability == Deleted || deleted[e.ID]:
			delete(deleted, e.ID)
			if target == "" {
				target = e.ID
			}
			delete(deleted, target)
			changes = append(changes, Change{Delete, i, target})
		case target != "":
			changes = append(changes, Change{Replace, i, target})
		default:
			changes = append(changes, Change{Action: Add, Entry: i})
		}
	}
	for _, a := range m.Associations {
		if a.Type == UpdatesStatus && deleted[a.Target] {
			delete(deleted, a.Target)
			changes = append(changes, Change{Delete, -1, a.Target})
		}
	}
	return changes
}
