package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A day is the customer's, and so is the window: these stories fix the instants, in UTC, at which notices go out.

// morning is a policy of notices that go out from eight o'clock on the customer's clock, Monday to Friday.
const morning = `
key: morning
min_days_between_notices: 1
window: {from: "08:00", to: "17:00"}
stages:
  - {key: l1, moment: due + 1 day, action: notice, template: reminder-1}
  - {key: l2, moment: due + 4 days, action: notice, template: reminder-2}
`

// abroad is an installation with a customer of a zone and a holiday calendar.
func abroad(t *testing.T, start, zone, holidays string) (*world, customer) {
	t.Helper()
	w := begin(t, start)
	w.publish(morning)
	w.byDefault("morning")
	return w, w.customer("abroad", with("time_zone", zone), with("calendar", holidays))
}

func TestTheWindowKeepsItsHourAcrossClockChanges(t *testing.T) {
	t.Parallel()
	const york, berlin = "America/New_York", "Europe/Berlin"
	for _, row := range []struct {
		name, zone, holidays, due, through string
		sent                               []string // before and after the change
	}{
		{"New York in spring", york, "US", "2026-03-05", "2026-03-10", []string{"2026-03-06 13:00", "2026-03-09 12:00"}},
		{"New York in autumn", york, "US", "2026-10-29", "2026-11-03", []string{"2026-10-30 12:00", "2026-11-02 13:00"}},
		{"Berlin in spring", berlin, "DE", "2026-03-26", "2026-03-31", []string{"2026-03-27 07:00", "2026-03-30 06:00"}},
		{"Berlin in autumn", berlin, "DE", "2026-10-22", "2026-10-27", []string{"2026-10-23 06:00", "2026-10-26 07:00"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, c := abroad(t, dayBefore(row.due), row.zone, row.holidays)
			w.owe(c, "A", "100.00 EUR", row.due)
			w.through(row.through)
			var at []string
			for _, line := range w.allSent() {
				at = append(at, line[:len("2006-01-02 15:04")])
			}
			require.Equal(t, row.sent, at)
			w.noErrors()
		})
	}
}

func TestNothingGoesOutOnHolidays(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, zone, holidays, due, sent string }{
		{"Berlin at Easter", "Europe/Berlin", "DE", "2026-04-02", "2026-04-07 06:00"},
		{"New York on Good Friday", "America/New_York", "US", "2026-04-02", "2026-04-03 12:00"},
		{"New York at Thanksgiving", "America/New_York", "US", "2026-11-25", "2026-11-27 13:00"},
		{"Berlin on the same Thursday", "Europe/Berlin", "DE", "2026-11-25", "2026-11-26 07:00"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, c := abroad(t, dayBefore(row.due), row.zone, row.holidays)
			w.owe(c, "A", "100.00 EUR", row.due)
			w.through("2026-12-01")
			require.Equal(t, row.sent+" A "+row.due+" L1 email 100.00/100.00 EUR", w.allSent()[0])
		})
	}
}

// On the evening of the due date in New York it is the next day in Berlin: each customer's day begins by its own clock.
func TestADayBeginsInTheCustomersZone(t *testing.T) {
	t.Parallel()
	w := begin(t, "2026-03-02")
	w.publish(`
key: always
min_days_between_notices: 1
window: {from: "00:00", to: "24:00"}
stages:
  - {key: l1, moment: due + 1 day, action: notice, template: reminder-1}
`)
	w.byDefault("always")
	for _, zone := range []string{"America/New_York", "Europe/Berlin", "Asia/Tokyo", "Pacific/Auckland"} {
		name := zone[len(zone)-4:]
		w.owe(w.customer(name, with("time_zone", zone)), name, "100.00 EUR", "2026-03-02")
	}
	w.through("2026-03-04")
	var order []string
	for _, line := range w.allSent() {
		order = append(order, line[:len("2006-01-02 15")]+line[len("2006-01-02 15:04"):len("2006-01-02 15:04 abcd")])
	}
	require.Equal(t, []string{"2026-03-02 11 land", "2026-03-02 15 okyo", "2026-03-02 23 rlin", "2026-03-03 05 York"}, order)
}

func TestAfterAnOutageOneStep(t *testing.T) {
	t.Parallel()
	w := begin(t, "2026-03-02")
	c := w.customer("debtor") // under the policy that works unconfigured
	inv := w.owe(c, "A", "100.00 EUR", "2026-03-06")
	w.on("2026-03-27") // nothing ran for three weeks: the courtesy, the first and the second reminder have come
	require.Equal(t, []string{"A 2026-03-06 L1 email 100.00/100.00 EUR"}, w.sent("2026-03-27"))
	found := w.read(inv).Items[0]
	require.Equal(t, "reminder-1", found.LastStageDone)
	w.through("2026-03-31")
	require.Len(t, w.allSent(), 1, "three business days lie between two notices")
	w.through("2026-04-01")
	require.Equal(t, []string{"A 2026-03-06 L2 email 100.00/100.00 EUR"}, w.sent("2026-04-01"))
	w.noErrors()
}

func TestACourtesyReminderLapsesAtTheDueDate(t *testing.T) {
	t.Parallel()
	w := begin(t, "2026-03-02")
	c := w.customer("debtor")
	w.owe(c, "A", "100.00 EUR", "2026-03-12")
	late := w.owe(c, "B", "200.00 EUR", "2026-03-14")
	w.through("2026-03-09")
	require.Equal(t, []string{"A 2026-03-12 L0 email 100.00/100.00 EUR"}, w.sent("2026-03-09"))
	require.Equal(t, "courtesy", w.notices()[0].Kind)
	w.on("2026-03-16") // the courtesy of B was missed
	require.Equal(t, "courtesy", w.read(late).Items[0].LastStageDone)
	require.Contains(t, w.actions(late), "step.skipped")
	require.Len(t, w.allSent(), 1)
}
