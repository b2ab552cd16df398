package console

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// ClockView is the simulated clock.
type ClockView struct {
	Now    time.Time `json:"now" doc:"simulated time"`
	Wall   time.Time `json:"wall" doc:"real time"`
	Offset string    `json:"offset" doc:"simulated minus real time, such as 2m0s"`
	Frozen bool      `json:"frozen"`
	Timers int       `json:"timers" doc:"timers of the simulated world that wait"`
}

// ClockChange is the body of POST /api/clock: exactly one of its fields.
type ClockChange struct {
	Advance *string `json:"advance,omitempty" doc:"a duration such as 2m or 1h30m, negative to go back"`
	Set     *string `json:"set,omitempty" doc:"an instant, RFC 3339"`
	Freeze  *bool   `json:"freeze,omitempty" doc:"true stops time, false lets it run again"`
	Reset   *bool   `json:"reset,omitempty" doc:"true returns to running real time; timers stay"`
}

// The years that a simulated clock may show: RFC 3339 has four digits, and tokens
// count from 1970.
const (
	firstYear = 1970
	lastYear  = 9990
)

func (c *Console) clockView() ClockView {
	s, wall := c.deps.World.Clock.State(), c.deps.World.Clock.Wall()
	return ClockView{
		Now: s.Now, Wall: wall, Offset: s.Now.Sub(wall).Truncate(time.Millisecond).String(),
		Frozen: s.Frozen, Timers: s.Timers,
	}
}

func (c *Console) getClock(e echo.Context) error { return answer(e, http.StatusOK, c.clockView()) }

func (c *Console) postClock(e echo.Context) error {
	var in ClockChange
	if err := decodeJSON(e, &in, false); err != nil {
		return err
	}
	if err := c.changeClock(in); err != nil {
		return err
	}
	return answer(e, http.StatusOK, c.clockView())
}

// changeClock applies exactly one change.
func (c *Console) changeClock(in ClockChange) error {
	given := 0
	for _, set := range []bool{in.Advance != nil, in.Set != nil, in.Freeze != nil, in.Reset != nil} {
		if set {
			given++
		}
	}
	if given != 1 {
		return refuse(http.StatusBadRequest, "one_change",
			"Exactement un champ est attendu : advance, set, freeze ou reset.", "Exactly one field is wanted: advance, set, freeze or reset.")
	}
	clock := c.deps.World.Clock
	switch {
	case in.Advance != nil:
		d, err := time.ParseDuration(*in.Advance)
		if err != nil {
			return refusef(http.StatusBadRequest, "invalid_duration",
				"« %s » n'est pas une durée telle que 90s, 2m ou 1h30m.", "“%s” is not a duration such as 90s, 2m or 1h30m.", *in.Advance)
		}
		if err := shows(clock.Now().Add(d)); err != nil {
			return err
		}
		clock.Advance(d)
	case in.Set != nil:
		t, err := time.Parse(time.RFC3339, *in.Set)
		if err != nil {
			return refusef(http.StatusBadRequest, "invalid_instant",
				"« %s » n'est pas un instant tel que 2026-01-15T09:00:00+01:00.", "“%s” is not an instant such as 2026-01-15T09:00:00+01:00.", *in.Set)
		}
		if err := shows(t); err != nil {
			return err
		}
		clock.Set(t)
	case in.Freeze != nil:
		clock.Freeze(*in.Freeze)
	case !*in.Reset:
		return refuse(http.StatusBadRequest, "invalid_field", "reset veut true.", "reset wants true.")
	default:
		// Not clock.Reset, which would also forget the timers of running sessions.
		clock.Freeze(false)
		clock.Set(clock.Wall())
	}
	return nil
}

func shows(t time.Time) error {
	if y := t.UTC().Year(); y < firstYear || y > lastYear {
		return refusef(http.StatusBadRequest, "out_of_range",
			"L'horloge va de %d à %d.", "The clock goes from %d to %d.", firstYear, lastYear)
	}
	return nil
}
