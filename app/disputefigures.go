package app

import (
	"context"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/report"
	"arrears/port"
)

// CodeBadWindow means days between which no figures are computed.
const CodeBadWindow = "figures.bad_window"

const (
	// figureDays is how long the window is when nobody says where it begins.
	figureDays = 90
	// maxFigureDays bounds it: two years.
	maxFigureDays = 731
)

// DisputeFigures computes the figures of deductions between two days, both included. Without a day on which to end it is
// today, without one on which to begin 90 days in all. Business days are those of the installation's calendar. A window that
// ended before today has no figures of what was open. Errors: access.forbidden, figures.bad_window.
func (a *App) DisputeFigures(ctx context.Context, who access.Principal, w report.Window) (report.Deductions, error) {
	var told report.Deductions
	now, err := a.clock.Now(ctx)
	if err != nil {
		return told, err
	}
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (report.Deductions, error) {
		house, err := tx.Installation(ctx)
		if err != nil {
			return told, err
		}
		on := today(now, house.TimeZone)
		if w.To.IsZero() {
			w.To = on
		}
		if w.From.IsZero() {
			w.From = w.To.AddDays(1 - figureDays)
		}
		if days := w.Days(); days < 1 || days > maxFigureDays || w.To > on {
			return told, fault.Newf(fault.Invalid, CodeBadWindow, "figures are of 1 to %d days that are not in the future", maxFigureDays)
		}
		rows, err := tx.DeductionRows(ctx, w)
		if err != nil {
			return told, err
		}
		told = report.OfDeductions(rows, w, businessDays(house.Calendar))
		if w.To < on {
			told = told.WithoutOpen()
		}
		return told, nil
	})
}
