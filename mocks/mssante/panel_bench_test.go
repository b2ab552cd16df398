package mssante

import (
	"fmt"
	"testing"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// BenchmarkPanelMail opens the newest page of a folder of 100,000 messages, and
// searches it to its end.
func BenchmarkPanelMail(b *testing.B) {
	f := openFront(b, "storage: {quota: 1000000000, total: 2000000000}")
	const n = 100_000
	for from := 0; from < n; from += 10_000 {
		err := f.s.mail.Update(func(tx *store.Txn) error {
			for i := range 10_000 {
				raw := fmt.Sprintf("From: <a%d@b.test>\r\nSubject: Message %d\r\n\r\n.", from+i, from+i)
				if _, err := f.s.mail.Append(tx, kitBAL, mailbox.Inbox, []byte(raw), nil, morning); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for name, query := range map[string]string{"newest": "", "middle": "&before=50000", "search": "&q=introuvable", "message": "&message=99999"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if p := f.get("courrier?bal=" + kitBAL + query); p.status != 200 {
					b.Fatal(p.status)
				}
			}
		})
	}
}
