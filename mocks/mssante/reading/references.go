package reading

import (
	"cmp"
	"slices"
)

// byReferences is REFERENCES (RFC 5256 §3): messages hang below those that they refer
// to, and what has one subject is gathered.
func byReferences(letters []letter) []*knot {
	all := link(letters)
	var roots []*knot
	for _, k := range all {
		if k.parent == nil {
			roots = append(roots, k)
		}
	}
	roots = prune(roots)
	sortKnots(roots)
	roots = gather(roots)
	sortKnots(roots)
	for _, r := range roots {
		sortBelow(r)
	}
	return roots
}

// link is step 1: parents and children by identifiers. Two messages with one
// identifier are two: the second has none.
func link(letters []letter) []*knot {
	byID := map[string]*knot{}
	var all []*knot
	at := func(id string) *knot {
		k := byID[id]
		if k == nil {
			k = &knot{}
			byID[id] = k
			all = append(all, k)
		}
		return k
	}
	for i := range letters {
		l := &letters[i]
		var k *knot
		if l.id != "" {
			k = at(l.id)
		}
		if k == nil || k.uid != 0 {
			k = &knot{}
			all = append(all, k)
		}
		k.uid, k.date, k.subject, k.reply = l.uid, l.date, l.subject, l.reply

		var before *knot
		for _, ref := range l.refs {
			next := at(ref)
			if before != nil && next.parent == nil && !next.above(before) {
				next.hang(before)
			}
			before = next
		}
		if k.parent != nil { // what others said of it is less than what it says
			k.unhang()
		}
		if before != nil && !k.above(before) {
			k.hang(before)
		}
	}
	return all
}

// above tells whether other is k, or below k: a link would make a circle.
func (k *knot) above(other *knot) bool {
	if len(k.children) == 0 { // most are new: a long thread is not climbed for each
		return k == other
	}
	for o := other; o != nil; o = o.parent {
		if o == k {
			return true
		}
	}
	return false
}

func (k *knot) hang(parent *knot) {
	k.parent = parent
	parent.children = append(parent.children, k)
}

func (k *knot) unhang() {
	siblings := k.parent.children
	if i := slices.Index(siblings, k); i >= 0 {
		k.parent.children = slices.Delete(siblings, i, i+1)
	}
	k.parent = nil
}

// prune is step 3: places without a message go, and their children move up, unless
// that would put several at the root.
func prune(roots []*knot) []*knot {
	var out []*knot
	for _, r := range roots {
		r.pruneBelow()
		switch {
		case r.uid != 0 || len(r.children) > 1:
			out = append(out, r)
		case len(r.children) == 1:
			r.children[0].parent = nil
			out = append(out, r.children[0])
		}
	}
	return out
}

// pruneBelow works from the leaves up, without recursion: a chain of references may be
// as long as the folder.
func (k *knot) pruneBelow() {
	order := []*knot{k}
	for i := 0; i < len(order); i++ {
		order = append(order, order[i].children...)
	}
	for i := len(order) - 1; i >= 0; i-- {
		var kept []*knot
		for _, child := range order[i].children {
			if child.uid != 0 {
				kept = append(kept, child)
				continue
			}
			for _, grandchild := range child.children {
				grandchild.parent = order[i]
				kept = append(kept, grandchild)
			}
		}
		order[i].children = kept
	}
}

// first is the message that stands for a thread: its root, or the earliest below a
// place.
func (k *knot) first() *knot {
	for k.uid == 0 && len(k.children) > 0 {
		k = slices.MinFunc(k.children, compareKnots)
	}
	return k
}

func compareKnots(a, b *knot) int {
	if a.uid == 0 || b.uid == 0 {
		a, b = a.first(), b.first()
	}
	return cmp.Or(a.date.Compare(b.date), cmp.Compare(a.uid, b.uid))
}

func sortKnots(list []*knot) { slices.SortStableFunc(list, compareKnots) }

// gather is step 5: threads of one subject come together.
func gather(roots []*knot) []*knot {
	bySubject := map[string]*knot{}
	for _, r := range roots {
		f := r.first()
		if f.subject == "" {
			continue
		}
		old := bySubject[f.subject]
		if old == nil || old.uid != 0 && r.uid == 0 || old.uid != 0 && old.reply && r.uid != 0 && !r.reply {
			bySubject[f.subject] = r
		}
	}
	var out []*knot
	for _, r := range roots {
		f := r.first()
		main := bySubject[f.subject]
		switch {
		case main == nil || main == r:
			out = append(out, r)
		case main.uid == 0 && r.uid == 0:
			for _, child := range r.children {
				child.hang(main)
			}
		case main.uid == 0 || r.uid != 0 && r.reply && !main.reply:
			r.hang(main)
		default: // both are of one rank: a place above them
			place := &knot{}
			copied := *main
			for _, child := range copied.children {
				child.parent = &copied
			}
			*main = *place
			(&copied).hang(main)
			r.hang(main)
			bySubject[f.subject] = main
		}
	}
	return out
}

// sortBelow is step 6: children by date, on every level.
func sortBelow(root *knot) {
	order := []*knot{root}
	for i := 0; i < len(order); i++ {
		sortKnots(order[i].children)
		order = append(order, order[i].children...)
	}
}
