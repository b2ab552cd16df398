package journal_test

import (
	"context"
	"fmt"

	"github.com/segursim/segursim/internal/journal"
)

func Example() {
	l := journal.New(journal.Options{MaxEntries: 2})
	for _, op := range []string{"authorize", "token", "userinfo"} {
		l.Append(&journal.Entry{Service: "psc", Op: op, Facts: map[string]any{"client": map[string]any{"id": "demo"}}})
	}
	if err := l.Wait(context.Background(), 2); err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range l.Since(0, 0) {
		fmt.Println(e.Seq, e.Op, e.Fact("client.id"))
	}
	fmt.Println("dropped:", l.Stats().Dropped)
	// Output:
	// 2 token demo
	// 3 userinfo demo
	// dropped: 1
}
