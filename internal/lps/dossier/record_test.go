package dossier

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/lps/insi"
)

// zoe is a record, and what INSi knows of her.
func zoe() (Record, insi.Answer) {
	return New("Adrun", "Zoé", "F", "1975-12-31", ""), insi.Answer{Code: insi.Found, Person: &insi.Person{
		Active:  insi.INS{Number: "2751263220749", Key: "74", OID: "1.2.250.1.213.1.4.8"},
		History: []insi.INS{{Number: "1751263220749"}},
		Traits:  insi.Identity{Name: "ADRUN", FirstNames: "ZOE ANNE", Sex: "F", Born: "1975-12-31", Place: "63220"},
	}}
}

// The statuses, from one to the next.
func TestStatus(t *testing.T) {
	t.Parallel()
	receive := func(r *Record) {
		_, a := zoe()
		if err := r.Receive(a); err != nil || !r.Accept() {
			panic("the answer is not taken")
		}
	}
	for name, tc := range map[string]struct {
		do   []func(*Record)
		want Status
		sent bool // the matricule may leave
	}{
		"new":                    {nil, Provisional, false},
		"INSi":                   {[]func(*Record){receive}, Recovered, false},
		"document":               {[]func(*Record){(*Record).Check}, Validated, false},
		"INSi then document":     {[]func(*Record){receive, (*Record).Check}, Qualified, true},
		"document then INSi":     {[]func(*Record){(*Record).Check, receive}, Qualified, true},
		"verified":               {[]func(*Record){receive, (*Record).Check, func(r *Record) { r.Verified(true) }}, Qualified, true},
		"denied":                 {[]func(*Record){receive, (*Record).Check, func(r *Record) { r.Verified(false) }}, Provisional, false},
		"doubtful":               {[]func(*Record){receive, (*Record).Check, func(r *Record) { r.Mark(true, false) }}, Provisional, false},
		"fictive":                {[]func(*Record){(*Record).Check, func(r *Record) { r.Mark(false, true) }}, Provisional, false},
		"doubtful, then checked": {[]func(*Record){func(r *Record) { r.Mark(true, false) }, (*Record).Check}, Provisional, false},
		"no longer doubtful":     {[]func(*Record){receive, func(r *Record) { r.Mark(true, false) }, func(r *Record) { r.Mark(false, false) }}, Provisional, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := zoe()
			for _, f := range tc.do {
				f(&r)
			}
			if _, sent := r.Transmit(); r.Status != tc.want || sent != tc.sent {
				t.Errorf("%s, transmitted %v; want %s, %v", r.Status, sent, tc.want, tc.sent)
			}
			if r.Status == Provisional && (r.INS != nil || r.History != nil) {
				t.Error("a provisional identity kept an INS")
			}
		})
	}
}

// Accepting takes the strict traits, the INS and its history as they came.
func TestAccept(t *testing.T) {
	t.Parallel()
	r, a := zoe()
	if r.Accept() {
		t.Error("nothing was accepted")
	}
	if err := r.Receive(a); err != nil || len(r.Alerts) != 0 {
		t.Fatalf("%v, alerts %v", err, r.Alerts)
	}
	if r.Name != "Adrun" || r.INS != nil {
		t.Error("the record changed before anybody accepted")
	}
	before := r.Copy()
	if !r.Accept() {
		t.Fatal("not accepted")
	}
	if diff := cmp.Diff([]string{"ADRUN", "ZOE ANNE", "F", "1975-12-31", "63220", "2751263220749 74"},
		[]string{r.Name, strings.Join(r.FirstNames, " "), r.Sex, r.Born, r.Place, r.INS.String()}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(r.History) != 1 || r.Proposal != nil {
		t.Errorf("history %v, proposal %v", r.History, r.Proposal)
	}
	if before.INS != nil || before.Proposal == nil || before.FirstNames[0] != "Zoé" {
		t.Error("a copy changed with its original")
	}
	if r.INS.Number = "changed"; a.Person.Active.Number == "changed" {
		t.Error("the record shares the answer's INS")
	}
}

func TestReceiveRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*insi.Identity)
		rule   string
		text   string
	}{
		"day 00":          {func(i *insi.Identity) { i.Born = "1950-03-00" }, "INS/va1.28", "(1950-03-00)"},
		"month 00":        {func(i *insi.Identity) { i.Born = "1950-00-00" }, "INS/va1.28", "1950-00-00"},
		"year 0000":       {func(i *insi.Identity) { i.Born = "0000-01-01" }, "INS/va1.28", "0000"},
		"no date":         {func(i *insi.Identity) { i.Born = "" }, "INS/va1.28", "()"},
		"no name":         {func(i *insi.Identity) { i.Name = " " }, "INS/va1.31", "nom de naissance"},
		"no first name":   {func(i *insi.Identity) { i.FirstNames = "" }, "INS/va1.31", "prénoms"},
		"no sex":          {func(i *insi.Identity) { i.Sex = "" }, "INS/va1.31", "sexe"},
		"year with 00":    {func(i *insi.Identity) { i.Born = "2000-10-20" }, "", ""},
		"only first name": {func(i *insi.Identity) { i.FirstName, i.FirstNames = "ZOE", "" }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, a := zoe()
			tc.change(&a.Person.Traits)
			err := r.Receive(a)
			var refused *Refusal
			if tc.rule == "" {
				if err != nil || r.Proposal == nil {
					t.Errorf("error %v", err)
				}
				return
			}
			if !errors.As(err, &refused) || refused.Rule != tc.rule || !strings.Contains(refused.Text.FR, tc.text) || refused.Text.EN == "" {
				t.Fatalf("error %v, want %s with %q", err, tc.rule, tc.text)
			}
			if r.Proposal != nil || r.Accept() || r.INS != nil || r.Status != Provisional || r.Work != refused.Text {
				t.Errorf("the record took something of it: %+v", r)
			}
		})
	}
}

// Nobody, or several, change nothing.
func TestReceiveNobody(t *testing.T) {
	t.Parallel()
	r, a := zoe()
	if err := r.Receive(a); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{insi.Unknown, insi.Several} {
		if err := r.Receive(insi.Answer{Code: code}); err != nil || r.Proposal != nil || r.INS != nil {
			t.Errorf("%s: %v, %+v", code, err, r.Proposal)
		}
	}
}

// A person must look at what differs.
func TestAlerts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*Record)
		want   string // of the only alert; empty for none
	}{
		"same":          {func(*Record) {}, ""},
		"another name":  {func(r *Record) { r.Name = "A-B" }, "Nom de naissance différent : ADRUN"},
		"first name":    {func(r *Record) { r.FirstNames = []string{"ANNE", "ZOE"} }, "Le premier prénom n'est pas le début de la liste : ZOE ANNE"},
		"a part of it":  {func(r *Record) { r.FirstNames = []string{"ZO"} }, "Le premier prénom n'est pas le début de la liste : ZOE ANNE"},
		"composed":      {func(r *Record) { r.FirstNames = []string{"ZOE-ANNE"} }, ""},
		"sex":           {func(r *Record) { r.Sex = "M" }, "Sexe différent : F"},
		"date":          {func(r *Record) { r.Born = "1975-12-30" }, "Date de naissance différente : 1975-12-31"},
		"place":         {func(r *Record) { r.Place = "75056" }, "Lieu de naissance différent : 63220"},
		"unknown place": {func(r *Record) { r.Place = "" }, ""},
	} {
		r, a := zoe()
		tc.change(&r)
		if err := r.Receive(a); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, al := range r.Alerts {
			got += al.FR
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	r := New("D’Æion", "Cœur Éloïse", "M", "1987-01-25", "2B020")
	want := insi.Query{Name: "D'AEION", FirstNames: []string{"COEUR", "ELOISE"}, Sex: "M", Born: "1987-01-25", Place: "2B020"}
	got, err := r.Query()
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	r.Mark(false, true)
	if _, err := r.Query(); !errors.Is(err, ErrBlocked) {
		t.Errorf("a fictive identity: %v", err)
	}
	for _, bad := range []Record{New("R2D2", "A", "M", "", ""), New("A", "B2", "M", "", "")} {
		if _, err := bad.Query(); err == nil || errors.Is(err, ErrBlocked) {
			t.Errorf("%s %s: %v", bad.Name, bad.FirstNames, err)
		}
	}
}
