package mssante

import "time"

// paris is an instant in the legal time of metropolitan France, without the
// machine's tables of time zones: UTC+1, and UTC+2 from the last Sunday of March
// to that of October, at 01:00 UTC (directive 2000/84/CE).
func paris(t time.Time) time.Time {
	t = t.UTC()
	change := func(m time.Month) time.Time {
		last := time.Date(t.Year(), m, 31, 1, 0, 0, 0, time.UTC)
		return last.AddDate(0, 0, -int(last.Weekday()))
	}
	offset := 3600
	if !t.Before(change(time.March)) && t.Before(change(time.October)) {
		offset = 7200
	}
	return t.In(time.FixedZone("", offset))
}
