package port

import (
	"context"
	"time"

	"arrears/domain/calendar"
)

// Installation is the creditor and what it has decided for everyone: one row.
type Installation struct {
	CreditorName    string
	CreditorAddress string
	RemitTo         string // bank details as printed on notices
	TimeZone        string
	Language        string
	Calendar        string
	FromAddress     string
	ReplyDomain     string
	DefaultPolicy   string
	Version         int64
}

// Settings keeps the installation, its business clock and its counters.
type Settings interface {
	// Installation reads the one row. Error: installation.not_found before it was set up.
	Installation(ctx context.Context) (Installation, error)
	// InsertInstallation writes the one row; inserted is false, and nothing changes, when there is one.
	InsertInstallation(ctx context.Context, in Installation) (inserted bool, err error)
	// UpdateInstallation writes where the stored version is in.Version. Error: installation.changed (precondition).
	UpdateInstallation(ctx context.Context, in Installation) error

	// InsertClock writes the one clock row; inserted is false, and nothing changes, when there is one: kind and rate never
	// change in the life of an installation.
	InsertClock(ctx context.Context, c calendar.Clock) (inserted bool, err error)
	// StepClock moves a stepped clock on. Error: clock.not_stepped; clock.backwards when the position would not grow.
	StepClock(ctx context.Context, position time.Time) error

	// Count adds to a named counter.
	Count(ctx context.Context, name string, n int64) error
	// Counters reads all counters.
	Counters(ctx context.Context) (map[string]int64, error)
}
