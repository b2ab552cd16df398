package message

import "testing"

// FuzzPlainMailbox: the short way gives what the parser gives.
func FuzzPlainMailbox(f *testing.F) {
	for _, s := range []string{"a@x.test", "<a.b@x.test>", "A B <a@x.test>", "A  B <a@x.test>", "A.B <a@x.test>", "<a@x.test", "a b@x", " <a@x>", "a@x ", "<>", "@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := plainMailbox(s)
		if !ok {
			return
		}
		list, err := addressList(s)
		if err != nil || len(list) != 1 || list[0].Name != got.Name || wireAddress(list[0].Address) != got.Address {
			t.Errorf("%q: %+v, the parser gives %v, %v", s, got, list, err)
		}
	})
}
