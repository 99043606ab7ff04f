package report

import "slices"

// AbsentNotKept means a figure of a day that is over: how much was open then is not kept.
const AbsentNotKept = "not_kept_for_past_days"

// WithoutOpen leaves out the figures of what is open at the end of the window: for a window that ended before today, of which
// only today's amounts are known. All others look at what became of claims since, and stand.
func (d Deductions) WithoutOpen() Deductions {
	d.Whole = withoutOpen(d.Whole)
	for _, list := range []*[]Group{&d.ByReason, &d.ByCustomer, &d.ByTeam} {
		*list = slices.Clone(*list)
		for i := range *list {
			(*list)[i].Figures = withoutOpen((*list)[i].Figures)
		}
	}
	return d
}

func withoutOpen(list []Figure) []Figure {
	list = slices.Clone(list)
	open := []string{DDOUndecided, DDODeniedUnpaid, AgeUndecided, AgeUndecidedP90, AgeDenied, AgeDeniedP90}
	for i, f := range list {
		if slices.Contains(open, f.ID) {
			list[i] = Figure{ID: f.ID, Currency: f.Currency, Unit: f.Unit, Absent: AbsentNotKept}
		}
	}
	return list
}
