package rehearsal

import (
	"log/slog"
	"path/filepath"
	"time"

	"arrears/config"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/domain/policy"
)

// The codes of rehearsals that cannot begin or go on.
const (
	CodeDates     = "rehearsal.dates"
	CodeApprovals = "rehearsal.approvals"
	CodeNothing   = "rehearsal.nothing"
	CodeHistory   = "rehearsal.history"
	CodeEndless   = "rehearsal.endless"
	CodeStopped   = "rehearsal.stopped"
)

// Approvals says what the made-up supervisor does with what needs approval.
type Approvals string

// The ways to decide.
const (
	Approve Approvals = "approve"
	Reject  Approvals = "reject"
	Wait    Approvals = "wait" // nobody decides: the policy's deadlines do
)

// Options say what is rehearsed. Config is the environment's: its database and engine say on which servers the scratch place
// is made, and nothing else there is touched.
type Options struct {
	Config   config.Config
	File     string
	Profile  *intake.Profile
	Currency money.Currency // of files that state none
	Policies []policy.Policy
	From, To calendar.Date // To none: the last day of the history
	// TimeZone and Calendar are the installation's; UTC and weekends alone unless told.
	TimeZone, Calendar string
	Approvals          Approvals
	Progress           func(Progress)
	Log                *slog.Logger
}

// Progress tells how far a rehearsal is.
type Progress struct {
	Doing     string
	Day       calendar.Date
	Done      int64 // of Total: days played, of all policies
	Total     int64
	Remaining time.Duration // an estimate; 0: none yet
}

// check fills what was not told. Errors: rehearsal.dates, rehearsal.approvals, policy.invalid, calendar's of zone and calendar.
func (o *Options) check() error {
	if o.TimeZone == "" {
		o.TimeZone = "UTC"
	}
	if o.Calendar == "" {
		o.Calendar = "none"
	}
	if o.Approvals == "" {
		o.Approvals = Approve
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Approvals != Approve && o.Approvals != Reject && o.Approvals != Wait {
		return fault.Newf(fault.Invalid, CodeApprovals, "%.20q is not one of approve, reject and wait", string(o.Approvals))
	}
	if o.From.IsZero() || (!o.To.IsZero() && o.To < o.From) {
		return fault.New(fault.Invalid, CodeDates, "a rehearsal begins on a day, and ends on it or later")
	}
	if _, err := calendar.LoadZone(o.TimeZone); err != nil {
		return err
	}
	if _, ok := calendar.Shipped(o.Calendar); !ok {
		return fault.Newf(fault.Invalid, "calendar.unknown", "there is no shipped holiday calendar %.20q", o.Calendar)
	}
	for _, p := range o.Policies {
		if err := policy.Validate(p); err != nil {
			return err
		}
	}
	return nil
}

// filename is the file's name without its folder, for the report.
func (o *Options) filename() string { return filepath.Base(o.File) }
