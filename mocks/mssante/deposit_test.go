package mssante

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/pdfa"
	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// TestDepositDocument: the documents that the simulator sends keep every rule that
// it holds others to, and say what was asked for.
func TestDepositDocument(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document map[string]any
		level    int
		subject  string
		ins      string
	}{
		"biology":     {map[string]any{"patient": alice}, 3, "XDM/1.0/DDM+CR d'examens biologiques", "O"},
		"level 1":     {map[string]any{"patient": alice, "level": "1", "type": "34112-3"}, 1, "XDM/1.0/DDM+CR hospitalier", "O"},
		"unqualified": {map[string]any{"patient": alice, "qualified": false}, 3, "XDM/1.0/DDM+CR d'examens biologiques", "N"},
		"replacement": {map[string]any{"patient": alice, "replaces": "2.25.1234567890"}, 3, "[Annule et remplace] XDM/1.0/DDM+CR d'examens biologiques", "O"},
		"imaging":     {map[string]any{"patient": alice, "type": "18748-4", "text": "Rien à signaler."}, 3, "XDM/1.0/DDM+CR d'imagerie médicale", "O"},
		"results":     {map[string]any{"patient": alice, "results": []any{map[string]any{"code": "2345-7", "name": "Glucose", "value": "1.02", "unit": "g/L", "interpretation": "N", "range": "0.70 - 1.10"}}}, 3, "XDM/1.0/DDM+CR d'examens biologiques", "O"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, nil)
			out := d.do("deposer", map[string]any{"from": labBAL, "to": []any{kitBAL}, "document": c.document, "reply_to": labBAL, "receipt": true})
			for _, f := range out["findings"].([]linter.Finding) {
				if f.Rule == "mss.metadata.patient-absent" && c.ins == "N" {
					continue // as it must be
				}
				if f.Level != linter.Information {
					t.Errorf("%s %s: %s [%s %q]", f.Level, f.Rule, f.Text.EN, f.Part, f.Excerpt)
				}
			}
			m := d.inbox(kitBAL)[0]
			if got := m.Header.Get("Subject"); !strings.HasPrefix(got, c.subject) || m.Header.Get("X-MSS-INS") != c.ins {
				t.Errorf("subject %q, X-MSS-INS %q", got, m.Header.Get("X-MSS-INS"))
			}
			files := m.Attachments()
			if len(files) != 2 || files[0].Filename != "IHE_XDM.zip" || !strings.HasSuffix(files[1].Filename, ".pdf") {
				t.Fatalf("attachments: %v", files)
			}
			zip, _ := files[0].Decode()
			archive, err := xdm.Read(zip, xdm.Limits{})
			if err != nil || len(archive.Problems) > 0 {
				t.Fatalf("archive: %v, %v", err, archive.Problems)
			}
			content := archive.Subsets[0].Documents[0]
			doc, err := cda.Parse(content.Content)
			if err != nil || doc.Level != c.level {
				t.Fatalf("level %d, %v", doc.Level, err)
			}
			if pdf, _ := files[1].Decode(); len(pdfa.Check(pdf)) > 0 {
				t.Errorf("PDF/A-1: %v", pdfa.Check(pdf))
			}
			if replaced, asked := doc.Replaces.Root, c.document["replaces"]; asked != nil && replaced != asked {
				t.Errorf("replaces %q", replaced)
			}
			change := archive.Subsets[0].Metadata.Changes()[0]
			if want := map[bool]xds.Action{true: xds.Replace, false: xds.Add}[c.document["replaces"] != nil]; change.Action != want {
				t.Errorf("change = %+v", change)
			}
			_, ins := doc.Patient.IDs[0].Root, doc.Patient.IDs[0].Extension
			if (ins == strings.ToUpper(strings.TrimSuffix(d.address(alice), "@"+patientDomain))) != (c.ins == "O") {
				t.Errorf("the patient is named %q", ins)
			}
		})
	}
}

// TestDepositCritical: the case of BIO/va1.01: a level 3 report with its PDF and an HH
// result.
func TestDepositCritical(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.do("deposer", map[string]any{"from": labBAL, "to": kitBAL, "document": map[string]any{"patient": alice, "pdf": "CR de biologie\nPotassium 6.8"}})
	zip, _ := d.inbox(kitBAL)[0].Attachments()[0].Decode()
	archive, err := xdm.Read(zip, xdm.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := cda.Parse(archive.Subsets[0].Documents[0].Content)
	if err != nil {
		t.Fatal(err)
	}
	critical := false
	for _, s := range doc.Sections {
		critical = critical || slices.ContainsFunc(s.Observations, func(o cda.Observation) bool { return o.Interpretation == "HH" })
	}
	if doc.Level != 3 || doc.PDF == nil || !critical {
		t.Errorf("level %d, PDF %d bytes, critical %v", doc.Level, len(doc.PDF), critical)
	}
}

// TestDeposit: what a deposit is refused for, and what its parameters do.
func TestDeposit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in      map[string]any
		refused string
	}{
		"no sender":             {map[string]any{"to": kitBAL}, "bad-address"},
		"an unknown sender":     {map[string]any{"from": "x@medecin.segursim.test", "to": kitBAL}, "bal-unknown"},
		"a patient":             {map[string]any{"from": "1@" + patientDomain, "to": kitBAL}, "patient-sender"},
		"a closed sender":       {map[string]any{"from": kitClosed, "to": kitBAL}, "bal-closed"},
		"nobody":                {map[string]any{"from": robertBAL}, "5.5.1"},
		"outside":               {map[string]any{"from": robertBAL, "to": outside}, "5.7.1"},
		"not a list":            {map[string]any{"from": robertBAL, "to": 7.5e3, "attachments": "x"}, "bad-value"},
		"attachments":           {map[string]any{"from": robertBAL, "to": kitBAL, "attachments": "x"}, "bad-attachment"},
		"an attachment's bytes": {map[string]any{"from": robertBAL, "to": kitBAL, "attachments": []any{map[string]any{"nom": "a", "contenu": "%"}}}, "bad-attachment"},
		"an attachment's name":  {map[string]any{"from": robertBAL, "to": kitBAL, "attachments": []any{map[string]any{"nom": "../a", "contenu": ""}}}, "bad-attachment"},
		"a document":            {map[string]any{"from": robertBAL, "to": kitBAL, "document": "x"}, "bad-document"},
		"a document's field":    {map[string]any{"from": robertBAL, "to": kitBAL, "document": map[string]any{"patien": alice}}, "bad-document"},
		"a document's patient":  {map[string]any{"from": robertBAL, "to": kitBAL, "document": map[string]any{"patient": "x"}}, "patient-unknown"},
		"a document's type":     {map[string]any{"from": robertBAL, "to": kitBAL, "document": map[string]any{"patient": alice, "type": "x"}}, "bad-document"},
		"a document's level":    {map[string]any{"from": robertBAL, "to": kitBAL, "document": map[string]any{"patient": alice, "level": 2.0}}, "bad-document"},
		"what it replaces":      {map[string]any{"from": robertBAL, "to": kitBAL, "document": map[string]any{"patient": alice, "replaces": "1..2"}}, "bad-document"},
		"a raw message":         {map[string]any{"from": robertBAL, "to": kitBAL, "raw": "\n"}, "5.6.0"},
		"a subject":             {map[string]any{"from": robertBAL, "to": kitBAL, "subject": []any{}}, "bad-value"},
		"a line end":            {map[string]any{"from": robertBAL, "to": kitBAL, "nil": "x\r\nBcc: y"}, "bad-message"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, nil)
			_, err := d.try("deposer", c.in)
			if code := refusalCode(t, err); code != c.refused {
				t.Errorf("refused with %s, want %s", code, c.refused)
			}
			if got := d.subjects(kitBAL); len(got) != 0 {
				t.Errorf("sent: %v", got)
			}
		})
	}
	t.Run("all parameters", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, nil)
		d.do("deposer", map[string]any{
			"from": strings.ToUpper(robertBAL[:6]) + robertBAL[6:], "to": []any{kitBAL}, "cc": otherBAL, "reply_to": labBAL, "subject": "Où est-ce ?", "text": "Ici.", "html": "<p>Ici.</p>",
			"attachments": []any{map[string]any{"nom": "a.txt", "contenu": base64.StdEncoding.EncodeToString([]byte("texte"))}}, "receipt": true,
			"in_reply_to": "<un@x.test>", "nil": "NIL9", "mes": "FIN", "notify": "SUCCESS",
		})
		m := d.inbox(kitBAL)[0]
		got := map[string]string{}
		for _, h := range []string{"From", "Cc", "Reply-To", "Subject", "In-Reply-To", "References", "X-MSS-NIL", "X-MSS-MES", "Disposition-Notification-To"} {
			got[h] = m.Header.Get(h)
		}
		want := map[string]string{
			"From": "Dr_Robert_SPECIALISTE0021889 <" + robertBAL + ">", "Cc": otherBAL, "Reply-To": labBAL, "Subject": "Où est-ce ?", "In-Reply-To": "<un@x.test>", "References": "<un@x.test>",
			"X-MSS-NIL": "NIL9", "X-MSS-MES": "FIN", "Disposition-Notification-To": "<" + robertBAL + ">",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := d.subjects(otherBAL); len(got) != 1 {
			t.Errorf("the copy: %v", got)
		}
		if got := d.subjects(robertBAL); !slices.Contains(got, "Successful Mail Delivery Report") {
			t.Errorf("the sender got %v", got)
		}
		if got := d.do("counters", map[string]any{"nil": "NIL9"})["total"].(tally); got.Pro != 1 {
			t.Errorf("counters = %+v", got)
		}
	})
}
