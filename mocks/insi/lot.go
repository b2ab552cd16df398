package insi

import (
	"fmt"
	"strconv"
	"time"

	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/tlsi"
)

// maxReference bounds a sender's reference, in bytes.
const maxReference = 100

// lotInput is a lot as it was read.
type lotInput struct {
	refs   []string
	claims []ins.Claim
}

// decodeLot reads a submission: at most Config.Lot.Max identities, each under a
// reference of its own.
func (s *Service) decodeLot(r *tlsi.Request) *tlsi.Fault {
	space, e := s.contract.Lot.Submit.Request.Space, s.contract.Elements
	f, c := read(r.Envelope.Body, shape{space: space, names: []string{e.Individual}, many: []string{e.Individual}, deep: []string{e.Individual}})
	if c != nil {
		return s.refuse(badMessage, *c)
	}
	list := f.kids[e.Individual]
	r.Exchange.Fact("lot", map[string]any{"nombre": len(list)})
	switch {
	case len(list) == 0:
		return s.refuse(lotEmpty, invented("lot.vide", "Le lot ne contient aucun "+e.Individual+".", "The lot holds no "+e.Individual+"."))
	case len(list) > s.config.Lot.Max:
		return s.refuse(lotTooLarge, invented("lot.taille", fmt.Sprintf("%d identités, %d au plus.", len(list), s.config.Lot.Max), fmt.Sprintf("%d identities, %d at most.", len(list), s.config.Lot.Max)))
	}
	var in lotInput
	seen := map[string]bool{}
	for i, el := range list {
		claim, ref, c := s.readClaim(el, space, true)
		if c != nil {
			return s.refuse(badMessage, *c)
		}
		if ref == "" || seen[ref] || len(ref) > maxReference {
			return s.refuse(lotReference, invented("lot.reference", fmt.Sprintf("L'identité n° %d n'a pas de %s à elle, de %d octets au plus.", i+1, e.Reference, maxReference),
				fmt.Sprintf("Identity no. %d has no %s of its own, of at most %d bytes.", i+1, e.Reference, maxReference)))
		}
		seen[ref] = true
		in.refs, in.claims = append(in.refs, ref), append(in.claims, claim)
	}
	r.Input = in
	return nil
}

// submit verifies the identities of a lot, and keeps what it found until the
// time that such a lot takes has passed. An identity of a wrong form is KO: it
// does not have the lot refused.
func (s *Service) submit(r *tlsi.Request) ([]byte, *tlsi.Fault) {
	in := r.Input.(lotInput)
	row := lot{ID: s.world.ID(), Sender: sender(r), Received: r.Now}
	row.Done = r.Now.Add(time.Duration(s.config.Lot.Delay) + time.Duration(len(in.claims))*time.Duration(s.config.Lot.Each))
	row.Kept = row.Done.Add(time.Duration(s.config.Lot.Keep))
	err := s.world.Store.Update(func(tx *store.Txn) error {
		for i, claim := range in.claims {
			row.Items = append(row.Items, verifyItem(tx, in.refs[i], claim))
		}
		return lots.Put(tx, row)
	})
	if err != nil {
		return nil, tlsi.Internal(err)
	}
	s.lotFact(r, row)
	n, e := s.contract.Lot.Submit.Answer, s.contract.Elements
	return s.encode(r, n.Space, group(n.Root, leaf(e.Lot, row.ID), leaf(e.Count, strconv.Itoa(len(row.Items))),
		leaf(e.Submitted, instant(row.Received)), leaf(e.Available, instant(row.Done))))
}

func verifyItem(tx *store.Txn, ref string, claim ins.Claim) lotItem {
	item := lotItem{Ref: ref, Matricule: claim.Matricule}
	if broken := claim.Check(); len(broken) > 0 {
		item.Why = broken[0].FR
		return item
	}
	v := ins.Verify(tx, claim)
	item.OK = v.OK
	for _, t := range v.Why {
		item.Why += string(t) + " "
	}
	return item
}

// decodeFollow and decodeRetrieve read the id of a lot.
func (s *Service) decodeFollow(r *tlsi.Request) *tlsi.Fault {
	return s.decodeLotID(r, s.contract.Lot.Follow.Request.Space)
}

func (s *Service) decodeRetrieve(r *tlsi.Request) *tlsi.Fault {
	return s.decodeLotID(r, s.contract.Lot.Retrieve.Request.Space)
}

func (s *Service) decodeLotID(r *tlsi.Request, space string) *tlsi.Fault {
	f, c := read(r.Envelope.Body, shape{space: space, names: []string{s.contract.Elements.Lot}})
	if c != nil {
		return s.refuse(badMessage, *c)
	}
	id := f.one(s.contract.Elements.Lot)
	r.Input = id
	r.Exchange.Fact("lot", map[string]any{"id": id})
	return nil
}

// findLot is the caller's own lot, as long as it is kept.
func (s *Service) findLot(r *tlsi.Request) (lot, *tlsi.Fault) {
	id := r.Input.(string)
	var row lot
	there := false
	if err := s.world.Store.View(func(tx *store.Txn) error {
		row, there = lots.Get(tx, id)
		return nil
	}); err != nil {
		return row, tlsi.Internal(err)
	}
	switch {
	case !there:
		return row, s.refuse(lotUnknown, invented("lot.inconnu", "Aucun lot « "+id+" » n'a été déposé.", "No lot “"+id+"” was submitted."))
	case row.Sender != sender(r):
		return row, s.refuse(lotNotYours, invented("lot.emetteur", "Le lot a été déposé par "+row.Sender+", l'appel est de "+sender(r)+".", "The lot was submitted by "+row.Sender+", the call is by "+sender(r)+"."))
	case !r.Now.Before(row.Kept):
		return row, s.refuse(lotExpired, invented("lot.expire", "Le lot était disponible jusqu'au "+instant(row.Kept)+".", "The lot was available until "+instant(row.Kept)+"."))
	}
	s.lotFact(r, row)
	return row, nil
}

// follow says how far a lot is.
func (s *Service) follow(r *tlsi.Request) ([]byte, *tlsi.Fault) {
	row, refused := s.findLot(r)
	if refused != nil {
		return nil, refused
	}
	n, e := s.contract.Lot.Follow.Answer, s.contract.Elements
	return s.encode(r, n.Space, group(n.Root, leaf(e.Lot, row.ID), leaf(e.State, s.lotState(row)), leaf(e.Count, strconv.Itoa(len(row.Items))),
		leaf(e.Submitted, instant(row.Received)), leaf(e.Available, instant(row.Done))))
}

// retrieve gives the results of a lot that is done, as often as it is asked.
func (s *Service) retrieve(r *tlsi.Request) ([]byte, *tlsi.Fault) {
	row, refused := s.findLot(r)
	if refused != nil {
		return nil, refused
	}
	if r.Now.Before(row.Done) {
		return nil, s.refuse(lotNotReady, invented("lot.en-cours", "Le lot sera disponible le "+instant(row.Done)+".", "The lot will be available on "+instant(row.Done)+"."))
	}
	n, e := s.contract.Lot.Retrieve.Answer, s.contract.Elements
	root := group(n.Root, leaf(e.Lot, row.ID))
	for _, item := range row.Items {
		root.kids = append(root.kids, group(e.Result, leaf(e.Reference, item.Ref), s.report(s.verdict(item.OK))))
	}
	return s.encode(r, n.Space, root)
}

func (s *Service) lotState(row lot) string {
	if s.now().Before(row.Done) {
		return s.contract.States.Running
	}
	return s.contract.States.Done
}

func (s *Service) lotFact(r *tlsi.Request, row lot) {
	ok := 0
	for _, i := range row.Items {
		if i.OK {
			ok++
		}
	}
	r.Exchange.Fact("lot", map[string]any{"id": row.ID, "etat": s.lotState(row), "nombre": len(row.Items), "ok": ok, "ko": len(row.Items) - ok})
}

// sender is whose the lot is: the structure, or the person.
func sender(r *tlsi.Request) string {
	if r.Access.Structure != "" {
		return r.Access.Structure
	}
	return r.Access.Person
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// invented is the cause of a refusal of our own contract.
func invented(rule, fr, en string) journal.Cause {
	return cause(rule, fr, en, "contrat inventé : contrat-verification.yaml")
}
