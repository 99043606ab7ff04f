package calendar

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// shipped builds all calendars once, at first use; they are immutable after that.
var shipped = sync.OnceValue(func() map[string]*Calendar {
	weekend := []time.Weekday{time.Saturday, time.Sunday}
	all := map[string]*Calendar{"none": NewCalendar("none", weekend, nil)}
	for _, c := range slices.Concat(american(), european(), asianPacificAfrican()) {
		all[c.code] = c.calendar()
	}
	return all
})

// Shipped returns the calendar of a code: "none" (weekends only), an ISO 3166 country code with its national public
// holidays, or "TARGET", the euro payment system's closing days. ok is false for codes we hold no data for. Holidays are held
// for FirstHolidayYear to LastHolidayYear. All shipped calendars have Saturday and Sunday as weekend.
func Shipped(code string) (cal *Calendar, ok bool) {
	cal, ok = shipped()[code]
	return cal, ok
}

// ShippedCodes returns the codes of all shipped calendars in alphabetical order.
func ShippedCodes() []string { return slices.Sorted(maps.Keys(shipped())) }
