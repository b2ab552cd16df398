package datamatrix_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/datamatrix"
)

// TestDecodeTolerates: what readers and workstations do to a payload.
func TestDecodeTolerates(t *testing.T) {
	t.Parallel()
	good, err := datamatrix.Encode(patient())
	if err != nil {
		t.Fatal(err)
	}
	with := func(sign string) string { return strings.ReplaceAll(good, gs, sign) }
	// French words of the same length are not to be had: what a QWERTY reader
	// types on an AZERTY workstation, character by character.
	azerty := strings.NewReplacer("0", "à", "1", "&", "2", "é", "3", `"`, "4", "'", "5", "(", "6", "-", "7", "è", "8", "_", "9", "ç",
		"-", ")", ".", ":", "M", "?", "A", "Q", "Q", "A", "Z", "W", "W", "Z", gs, "")
	for _, c := range []struct {
		name, payload string
		want          []string
	}{
		{"as it is", good, []string{"s2.test"}},
		{"]d1", "]d1" + good, []string{"aim", "s2.test"}},
		{"]d2 and FNC1", "]d2" + gs + good, []string{"aim.gs1", "gs.debut", "s2.test"}},
		{"]d4", "]d4" + good, []string{"aim.variante", "s2.test"}},
		{"a QR code", "]Q3" + good, []string{"aim.symbologie", "s2.test"}},
		{"end of line", good + "\r\n", []string{"s2.test"}},
		{"spaces, NUL and byte order mark", "\ufeff \t" + good + "\n\x00", []string{"s2.test"}},
		{"<GS>", with("<GS>"), []string{"s2.test", "gs.substitut"}},
		{"{gs}", with("{gs}"), []string{"s2.test", "gs.substitut"}},
		{"␝", with("␝"), []string{"s2.test", "gs.substitut"}},
		{"↔", with("↔"), []string{"s2.test", "gs.substitut"}},
		{`\x1d`, with(`\x1d`), []string{"s2.test", "gs.substitut"}},
		{"^]", with("^]"), []string{"s2.test", "gs.substitut"}},
		{"_x001D_", with("_x001D_"), []string{"s2.test", "gs.substitut"}},
		{"|", with("|"), []string{"s2.test", "gs.substitut"}},
		{"tabulation", with("\t"), []string{"s2.test", "gs.substitut"}},
		{"space", with(" "), []string{"s2.test", "gs.substitut"}},
		{"record separator", with("\x1e"), []string{"s2.test", "gs.substitut"}},
		{"two kinds", strings.Replace(with("␝"), "␝", "|", 1), []string{"s2.test", "gs.substitut", "gs.substitut"}},
		{"lost", with(""), []string{"s2.test", "gs.absent", "gs.absent"}},
		{"lower case", strings.ToLower(good), []string{"casse", "s2.test"}},
		{"AZERTY", azerty.Replace(good), []string{"clavier", "s2.test", "gs.absent", "gs.absent"}},
		{"one more at the end", good + gs, []string{"s2.test", "gs.final"}},
		{"after a fixed field", strings.Replace(good, "S5F", "S5F"+gs, 1), []string{"s2.test", "gs.fixe"}},
		{"after a full field", strings.Replace(good, "S3", gs+"S3", 1), []string{"gs.maximum", "s2.test"}},
		{"doubled", strings.Replace(good, gs+"S4", gs+gs+"S4", 1), []string{"s2.test", "gs.superflu"}},
		{"another order", datamatrix.Header + "S775999S612-04-1985S5FS4SEGURSIM-ORDINAIRE" + gs + "S3ALICE MARIE" + gs + "S21.2.250.1.213.1.4.10S1285047599910178", []string{"bloc.ordre", "s2.test"}},
		{"header of 24", strings.Replace(good, "00", "", 1), []string{"entete.longueur", "s2.test"}},
		{"version 02", strings.Replace(good, "IS01", "IS02", 1), []string{"entete.version", "s2.test"}},
		{"reserved part in use", strings.Replace(good, "IS010", "IS017", 1), []string{"entete.reserve", "s2.test"}},
		{"no header", strings.TrimPrefix(good, datamatrix.Header), []string{"entete.marque", "s2.test"}},
		{"another mark", "XX" + good[2:], []string{"entete.marque", "s2.test"}},
		{"unknown block", good + "S8X", []string{"s2.test", "bloc.inconnu"}},
		{"repeated block", good + "S5M", []string{"s2.test", "bloc.double"}},
		{"stray text", strings.Replace(good, "S4", "ET"+gs+"S4", 1), []string{"s2.test", "bloc.inattendu"}},
		{"stray text after the header", datamatrix.Header + "X" + good[26:], []string{"bloc.inattendu", "s2.test"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			id, found := datamatrix.Decode(c.payload)
			if diff := cmp.Diff(patient(), id); diff != "" {
				t.Errorf("identity (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.want, rules(found)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			for _, f := range found {
				if f.Offset < 0 || f.Offset > len(c.payload) || f.Text.FR == "" || f.Text.EN == "" || strings.Contains(f.Text.FR+f.Text.EN, "%!") {
					t.Errorf("finding %+v", f)
				}
				if f.Block != "" && f.Rule[0] == 's' && !strings.HasSuffix(c.payload[:f.Offset], "S2") && strings.HasPrefix(f.Rule, "s2") && c.name == "as it is" {
					t.Errorf("offset %d is not that of S2's value", f.Offset)
				}
			}
		})
	}
}

// TestDecodeFinds: what is missing, cut, or something else.
func TestDecodeFinds(t *testing.T) {
	t.Parallel()
	good, err := datamatrix.Encode(patient())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, payload string
		want          []string // errors
	}{
		{"nothing", "", []string{"vide"}},
		{"only an identifier", "]d1", []string{"vide"}},
		{"only separators", gs + gs, []string{"autre"}},
		{"only the header", datamatrix.Header, []string{"bloc.aucun"}},
		{"half a header", "IS0100", []string{"entete.longueur"}},
		{"another text", "BONJOUR", []string{"autre"}},
		{"a 2D-Doc", "DC04FR000001123F1636010101FR", []string{"autre"}},
		{"a box of medicine", "010340093000001517270900102TEST", []string{"autre"}},
		{"cut in the birth name", good[:strings.Index(good, "ORDIN")], []string{"bloc.absent", "bloc.absent"}},
		{"cut in the matricule", good[:34], []string{"s1.longueur", "bloc.absent", "bloc.absent", "bloc.absent", "bloc.absent", "bloc.absent"}},
		{"no sex", strings.Replace(good, "S5F", "", 1), []string{"bloc.absent"}},
		{"empty name", strings.Replace(good, "SEGURSIM-ORDINAIRE", "", 1), []string{"s4.longueur"}},
		{"wrong key", strings.Replace(good, "78S2", "79S2", 1), nil},
		{"too long", good + strings.Repeat("A", datamatrix.MaxPayload), []string{"longueur"}},
		{"not UTF-8", strings.Replace(good, "ORDINAIRE", "ORDINA\xcfRE", 1), []string{"s4.alphabet"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, found := datamatrix.Decode(c.payload)
			if diff := cmp.Diff(c.want, rules(found, datamatrix.Erreur)); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			if datamatrix.Failed(found) != (len(c.want) > 0) {
				t.Errorf("Failed: %v", found)
			}
		})
	}
}

// TestOffsets: a finding points into the payload as it was given.
func TestOffsets(t *testing.T) {
	t.Parallel()
	payload := "]d1" + datamatrix.Header + "S1285047599910179S21.2.250.1.213.1.4.10S3ALICE␝S4HÉRAULT␝S5XS612-04-1985"
	_, found := datamatrix.Decode(payload)
	for _, f := range found {
		want := map[string]string{
			"aim": "", "s1.cle": "]d1" + datamatrix.Header + "S1", "s4.alphabet": payload[:strings.Index(payload, "HÉ")],
			"s5.valeur": payload[:strings.Index(payload, "XS6")], "gs.substitut": payload[:strings.Index(payload, "␝")],
			"bloc.facultatif": payload,
		}
		if prefix, ok := want[f.Rule]; ok && f.Offset != len(prefix) {
			t.Errorf("%s at %d, want %d", f.Rule, f.Offset, len(prefix))
		}
	}
	if got := rules(found); !cmp.Equal(got, []string{"aim", "s1.cle", "s2.test", "gs.substitut", "s4.alphabet", "s5.valeur", "bloc.facultatif"}) {
		t.Errorf("findings %v", got)
	}
}

func FuzzDecode(f *testing.F) {
	for _, v := range vectors() {
		f.Add(v.payload)
	}
	for _, s := range []string{"", "]d2" + gs, "IS", "S1", datamatrix.Header + "S3S4S5", "ISà&àà", "\xff\xfe", "is01", "S0" + gs + "S9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		id, found := datamatrix.Decode(payload)
		for _, n := range found {
			if n.Offset < 0 || n.Offset > len(payload) || n.Rule == "" || n.Text.FR == "" || n.Text.EN == "" {
				t.Fatalf("finding %+v", n)
			}
		}
		if datamatrix.Failed(found) {
			return
		}
		// What was read without an error can be written, and says the same.
		again, err := datamatrix.Compose(id)
		if err != nil {
			t.Fatalf("%+v: %v", id, err)
		}
		back, found := datamatrix.Decode(again)
		if diff := cmp.Diff(id, back); diff != "" || datamatrix.Failed(found) {
			t.Fatalf("%s %v", diff, found)
		}
	})
}
