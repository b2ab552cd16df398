package bal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/mocks/mssante/bal"
)

func sample() bal.Whitelist {
	at := time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)
	return bal.Whitelist{Generated: at, Entries: []bal.Entry{
		{Name: "Medecin.segursim.test", Description: "Médecins & <test>", DN: "CN=a.test,OU=10B9000017,O=HOPITAL,ST=Puy-de-Dôme (63),C=FR", Contact: "a@a.test", Support: "b@a.test", Updated: at},
		{Name: "medecin.segursim.test", DN: "CN=b.test", Updated: at},
	}}
}

// TestWhitelistXML: the elements and their order, as on the published list.
func TestWhitelistXML(t *testing.T) {
	t.Parallel()
	got, err := sample().XML()
	if err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>
<ListeBlancheMSSante xmlns="https://listeblanche.mssante.fr/schema">
  <DateDeGeneration>2026-01-15T00:00:00Z</DateDeGeneration>
  <ListeDomaines>
    <Domaine>
      <Nom>Medecin.segursim.test</Nom>
      <Description>Médecins &amp; &lt;test&gt;</Description>
      <DNCertificatOperateur>CN=a.test,OU=10B9000017,O=HOPITAL,ST=Puy-de-Dôme (63),C=FR</DNCertificatOperateur>
      <ResponsableContact>a@a.test</ResponsableContact>
      <SupportContact>b@a.test</SupportContact>
      <DateMAJ>2026-01-15T00:00:00Z</DateMAJ>
    </Domaine>
    <Domaine>
      <Nom>medecin.segursim.test</Nom>
      <Description></Description>
      <DNCertificatOperateur>CN=b.test</DNCertificatOperateur>
      <ResponsableContact></ResponsableContact>
      <SupportContact></SupportContact>
      <DateMAJ>2026-01-15T00:00:00Z</DateMAJ>
    </Domaine>
  </ListeDomaines>
</ListeBlancheMSSante>
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	back, err := bal.ReadWhitelist(got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), back); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
	if names := back.Names(); len(names) != 1 || !names["medecin.segursim.test"] {
		t.Errorf("names %v", names)
	}
	if sum := bal.Checksum([]byte("abc")); sum != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("checksum of abc: %s", sum) // FIPS 180-4's example
	}
}

// FuzzReadWhitelist: what is accepted has names and certificates, and is written
// and read again alike.
func FuzzReadWhitelist(f *testing.F) {
	src, err := sample().XML()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(src)
	f.Add([]byte(strings.Replace(string(src), "xmlns=", "xmlns:x=", 1)))
	f.Fuzz(func(t *testing.T, src []byte) {
		w, err := bal.ReadWhitelist(src)
		if err != nil {
			return
		}
		for _, e := range w.Entries {
			if e.Name == "" || e.DN == "" {
				t.Errorf("accepted %+v", e)
			}
		}
		again, err := w.XML()
		if err != nil {
			t.Fatal(err)
		}
		back, err := bal.ReadWhitelist(again)
		if err != nil {
			t.Fatalf("not read again: %v\n%s", err, again)
		}
		if len(back.Entries) != len(w.Entries) {
			t.Errorf("%d entries, then %d", len(w.Entries), len(back.Entries))
		}
	})
}
