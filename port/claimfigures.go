package port

import (
	"context"

	"arrears/domain/report"
)

// ClaimFigures reads the rows of the figures of deductions.
type ClaimFigures interface {
	// DeductionRows reads the claims that count in a window: taken up to its end, and taken in it or in the window before, or
	// open, or closed since it began. Void ones count nowhere. Amounts are as they are now; days are in the customer's time zone.
	DeductionRows(ctx context.Context, w report.Window) ([]report.DeductionRow, error)
}
