package mssante

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// maxBoxes is how many BAL a page lists.
const maxBoxes = 50

// boxesView is the page of the boîtes aux lettres.
type boxesView struct {
	Groups   []boxGroup
	Total    int
	Shown    int
	Page     int
	Next     int // page; 0 for none
	Previous int // page plus one; 0 for none
	Domains  []bal.Domain
	One      *boxDetail // the BAL asked for
	Unknown  bool       // it is none
	Client   clientView
}

// boxGroup is a domain with its BAL.
type boxGroup struct {
	Domain, Label, Operator string
	Boxes                   []boxRow
}

// boxRow is a BAL as the page lists it.
type boxRow struct {
	bal.BAL
	Now            bal.State // its state at this moment
	People         []personName
	Messages       uint32 // in INBOX
	Unseen         uint32
	Used, Quota    int64
	Percent        int
	Here           bool
	InaccessibleAt time.Time
}

type personName struct{ ID, Name string }

// boxDetail is one BAL with what can be done to it.
type boxDetail struct {
	boxRow
	Delegated []personName
	Place     string // of the structure
	Folders   []mailbox.Folder
	Receipts  *manner // what answers requests for receipts; nil for nobody
}

func (p *panel) mountBoxes(g *echo.Group) {
	g.GET("", func(c echo.Context) error { return p.page(c, p.boxes(c)) })
	g.GET("/live", func(c echo.Context) error {
		return p.live(c, func() (any, error) { return p.boxes(c), nil }, "list", "detail")
	})
	g.POST("/etat", p.boxState)
	g.POST("/delegation", p.boxDelegate)
	g.POST("/accuses", p.boxReceipts)
	g.POST("/quota", p.boxQuota)
}

// boxFilter is what the page is asked to list.
type boxFilter struct{ typed, kind, state, domain string }

func (f boxFilter) keeps(s *Service, tx *store.Txn, b *bal.BAL) bool {
	switch {
	case f.kind != "" && string(b.Kind) != f.kind, f.domain != "" && b.Domain() != f.domain:
		return false
	case f.state == "rouge" && !b.ListeRouge, f.state != "" && f.state != "rouge" && string(s.stateOf(tx, *b)) != f.state:
		return false
	case f.typed == "":
		return true
	}
	return strings.Contains(b.Address, f.typed) || strings.Contains(strings.ToLower(b.Label), f.typed) ||
		slices.ContainsFunc(append(append([]string{}, b.Holders...), b.Delegates...), func(id string) bool {
			return strings.HasPrefix(id, f.typed) || strings.Contains(strings.ToLower(nameOf(tx, id)), f.typed)
		})
}

// nameOf is a professional's name, or the identifier where nobody has it.
func nameOf(tx *store.Txn, id string) string {
	if p, ok := personOf(tx, id); ok {
		return p.Name()
	}
	return id
}

func (p *panel) boxes(c echo.Context) boxesView {
	f := boxFilter{strings.ToLower(strings.TrimSpace(c.QueryParam("q"))), c.QueryParam("kind"), c.QueryParam("state"), strings.ToLower(c.QueryParam("domain"))}
	address := strings.ToLower(c.QueryParam("bal"))
	v := boxesView{Page: pageNumber(c)}
	_ = p.s.world.Store.View(func(tx *store.Txn) error {
		var found []bal.BAL
		for b := range bal.BALs.All(tx) {
			if f.keeps(p.s, tx, &b) {
				found = append(found, b)
			}
		}
		slices.SortStableFunc(found, func(a, b bal.BAL) int {
			patient := func(x bal.BAL) int {
				if x.Kind == bal.Patient {
					return 1
				}
				return 0
			}
			return cmp.Or(cmp.Compare(patient(a), patient(b)), cmp.Compare(a.Domain(), b.Domain()), cmp.Compare(a.Address, b.Address))
		})
		v.Total = len(found)
		from := min((v.Page-1)*maxBoxes, len(found))
		to := min(from+maxBoxes, len(found))
		v.Shown = to - from
		if to < len(found) {
			v.Next = v.Page + 1
		}
		if v.Page > 1 {
			v.Previous = v.Page - 1
		}
		for _, b := range found[from:to] {
			p.group(tx, &v, b, address)
		}
		for d := range bal.Domains.All(tx) {
			v.Domains = append(v.Domains, d)
		}
		if b, ok := bal.BALs.Get(tx, address); ok {
			v.One = p.detail(tx, b)
		}
		return nil
	})
	v.Unknown = address != "" && v.One == nil
	v.Client = p.client(c, v.One)
	return v
}

// group adds a BAL to its domain's.
func (p *panel) group(tx *store.Txn, v *boxesView, b bal.BAL, here string) {
	row := p.row(tx, b)
	row.Here = b.Address == here
	if n := len(v.Groups); n == 0 || v.Groups[n-1].Domain != b.Domain() {
		g := boxGroup{Domain: b.Domain()}
		if d, ok := bal.Domains.Get(tx, b.Domain()); ok {
			g.Label, g.Operator = d.Label, d.Operator
			if o, ok := bal.Operators.Get(tx, d.Operator); ok {
				g.Operator = o.Name
			}
		}
		v.Groups = append(v.Groups, g)
	}
	last := &v.Groups[len(v.Groups)-1]
	last.Boxes = append(last.Boxes, row)
}

// maxNamed bounds the people that a row names.
const maxNamed = 4

func (p *panel) row(tx *store.Txn, b bal.BAL) boxRow {
	row := boxRow{BAL: b, Now: p.s.stateOf(tx, b), Used: p.s.mail.Used(tx, b.Address), Quota: p.s.gate.limit(tx, b.Address)}
	for i, id := range b.Holders {
		if i == maxNamed {
			break
		}
		row.People = append(row.People, personName{id, nameOf(tx, id)})
	}
	if f, ok := p.s.mail.Folder(tx, b.Address, mailbox.Inbox); ok {
		row.Messages, row.Unseen = f.Count, f.Unseen
	}
	if row.Quota > 0 {
		row.Percent = int(min(100, row.Used*100/row.Quota))
	}
	if end, ok := p.s.unusedAt(epochOf(tx), b); ok {
		row.InaccessibleAt = end
	}
	return row
}

func (p *panel) detail(tx *store.Txn, b bal.BAL) *boxDetail {
	d := &boxDetail{boxRow: p.row(tx, b), Folders: p.s.mail.Folders(tx, b.Address)}
	d.People = nil
	for _, id := range b.Holders {
		d.People = append(d.People, personName{id, nameOf(tx, id)})
	}
	for _, id := range b.Delegates {
		d.Delegated = append(d.Delegated, personName{id, nameOf(tx, id)})
	}
	if st, ok := registre.FindStructure(tx, b.Structure); ok {
		d.Place = st.RaisonSocialeSite
	}
	if m, ok := manners.Get(tx, b.Address); ok {
		d.Receipts = &m
	}
	return d
}

// More tells how many holders a row does not name.
func (r boxRow) More() int { return len(r.Holders) - len(r.People) }

// Patients tells whether the mailbox is a patient's.
func (r boxRow) Patients() bool { return r.Kind == bal.Patient }

// Receipted tells whether the BAL answers so when a receipt is asked for.
func (d boxDetail) Receipted(mode string) bool { return d.Receipts != nil && d.Receipts.Mode == mode }

// Coded tells whether it answers with that code.
func (d boxDetail) Coded(code string) bool { return d.Receipts != nil && d.Receipts.Code == code }

// kindText is a type of BAL in words (TRE_R257).
func kindText(k bal.Kind) journal.Text {
	switch k {
	case bal.Personal:
		return journal.Text{FR: "personnelle", EN: "personal"}
	case bal.Organisational:
		return journal.Text{FR: "organisationnelle", EN: "organisational"}
	case bal.Applicative:
		return journal.Text{FR: "applicative", EN: "applicative"}
	case bal.Cabinet:
		return journal.Text{FR: "de cabinet", EN: "of a practice"}
	case bal.Patient:
		return journal.Text{FR: "d'usager", EN: "patient’s"}
	}
	return journal.Text{FR: string(k), EN: string(k)}
}

// KindText is a type of BAL in words.
func (d panelData) KindText(k bal.Kind) string { return d.Text(kindText(k)) }

// StateText is a state in words.
func (d panelData) StateText(s bal.State) string {
	switch s {
	case bal.Active:
		return d.T("active", "active")
	case bal.Closed:
		return d.T("fermée", "closed")
	case bal.Opposed:
		return d.T("opposition", "objection")
	case bal.Inaccessible:
		return d.T("inaccessible", "inaccessible")
	}
	return string(s)
}
