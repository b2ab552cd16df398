package clock_test

import (
	"fmt"
	"time"

	"github.com/segursim/segursim/internal/clock"
)

func Example() {
	c := clock.New(nil)
	defer c.Close()
	c.Freeze(true)
	c.Set(time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC))
	c.AfterFunc(2*time.Minute, func() { fmt.Println("expired") })
	c.Advance(time.Minute)
	fmt.Println(c.Now().Format(time.TimeOnly))
	c.Advance(time.Minute)
	fmt.Println(c.Now().Format(time.TimeOnly))
	// Output:
	// 09:01:00
	// expired
	// 09:02:00
}
