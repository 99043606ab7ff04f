package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/census"
)

// Workflows is what a census asks the engine.
type Workflows interface {
	// RunningWorkflows lists the ids of a page of running workflows by the engine's index, which lags by seconds. An empty
	// next ends the list.
	RunningWorkflows(ctx context.Context, page []byte) (ids []string, next []byte, err error)
	// Runs asks the engine itself whether the workflow runs now; one whose start is delayed does.
	Runs(ctx context.Context, workflowID string) (bool, error)
}

// Census is one run of the proof.
type Census struct {
	ID           uuid.UUID
	Reason       census.Reason
	AskedBy      string
	State        census.State
	BusinessDate calendar.Date
	AskedAt      time.Time // business instants
	StartedAt    *time.Time
	FinishedAt   *time.Time
	TookMS       int64 // real milliseconds
	// Part and After are where it stands: the last row that was looked at.
	Part     census.Part
	After    uuid.UUID
	LookedAt map[census.Part]int64 // rows
	Found    map[string]int64      // by check; notes too
	Counters map[string]int64      // as they stood at the end
	Engine   bool                  // the engine's workflows were compared
	Raised   int64
	Resolved int64
	Repaired int64
}

// CensusPage is what looking at some rows came to.
type CensusPage struct {
	Rows  int
	Last  uuid.UUID // of the rows; zero when there is none left
	Found []census.Finding
}

// Looked is an active case, a live claim or a notice under way, as the census compares it with the engine.
type Looked struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	InvoiceID  uuid.NullUUID
	Kind       string // of its workflow: invoice, deduction, dispute or notice
}

// NightPlan is when the next night's work is due.
type NightPlan struct {
	Date calendar.Date
	At   time.Time // business instant
}

// Night is the work of one business date.
type Night struct {
	Date       calendar.Date
	StartedAt  time.Time
	FinishedAt *time.Time
	Missed     int // nights before it that were never run
	CensusID   uuid.UUID
	SnapshotOn calendar.Date // zero: it took none
	Purged     int64
}

// Censuses keeps nights, censuses and what they found.
type Censuses interface {
	// LockNightly locks the row of the nightly work and reads its plan; first is written where there is none yet.
	LockNightly(ctx context.Context, first NightPlan) (NightPlan, error)
	// SetNightly moves the plan on.
	SetNightly(ctx context.Context, plan NightPlan) error
	// NudgeNightly leaves a nudge for the nightly workflow, to be delivered after so long at the earliest.
	NudgeNightly(ctx context.Context, after time.Duration) error
	// Verified reads up to which link of the record's chain has been verified; SetVerified notes it.
	Verified(ctx context.Context) (position int64, hash []byte, err error)
	SetVerified(ctx context.Context, position int64, hash []byte) error

	// BeginNight writes the night unless it is there, and reads it.
	BeginNight(ctx context.Context, n Night) (Night, error)
	// EndNight writes what the night came to.
	EndNight(ctx context.Context, n Night) error
	// LastNight reads the latest; a zero Date means that there is none.
	LastNight(ctx context.Context) (Night, error)

	// InsertCensus writes a new one.
	InsertCensus(ctx context.Context, c Census) error
	// UpdateCensus writes where one stands and what it came to.
	UpdateCensus(ctx context.Context, c Census) error
	// Census reads one. Error: census.not_found.
	Census(ctx context.Context, id uuid.UUID) (Census, error)
	// AskedCensuses reads those that wait for a worker, and those that a worker began and has not ended, oldest first, at most
	// 10.
	AskedCensuses(ctx context.Context) ([]Census, error)
	// AbandonCensuses marks those that were begun longer ago than the bound and never ended.
	AbandonCensuses(ctx context.Context, longer time.Duration) error
	// ListCensuses lists, newest first.
	ListCensuses(ctx context.Context, p Page) (Paged[Census], error)
	// ListFindings lists what a census found, by check and subject.
	ListFindings(ctx context.Context, id uuid.UUID, p Page) (Paged[census.Finding], error)
	// InsertFindings writes findings; those that are there stay.
	InsertFindings(ctx context.Context, id uuid.UUID, list []census.Finding) error
	// OpenFindings reads the keys of the findings for which a task is open.
	OpenFindings(ctx context.Context) ([]string, error)
	// ResolveFindings closes the tasks of findings that the census did not find again, but for those of the given checks,
	// with their audit entries, and returns how many.
	ResolveFindings(ctx context.Context, id uuid.UUID, keep []string, now time.Time) (int64, error)

	// CensusPage looks at the rows of a part after an id, at most limit.
	CensusPage(ctx context.Context, part census.Part, after uuid.UUID, limit int, b census.Bounds) (CensusPage, error)
	// CensusRow looks at one row of a part.
	CensusRow(ctx context.Context, part census.Part, id uuid.UUID, b census.Bounds) ([]census.Finding, error)
	// CensusWhole looks at what has no rows.
	CensusWhole(ctx context.Context, b census.Bounds) ([]census.Finding, error)
	// Looked lists active cases, live claims or notices under way whose workflow has been told all: no nudge waits for it. By id, after an
	// id, at most limit.
	Looked(ctx context.Context, part census.Part, after uuid.UUID, limit int) ([]Looked, error)
	// Strays names those of the workflow ids to which no case, no claim and no notice belongs.
	Strays(ctx context.Context, workflowIDs []string) ([]string, error)

	// PurgeAnswers deletes at most limit answers of idempotent requests that are older than keep, and returns how many.
	PurgeAnswers(ctx context.Context, keep time.Duration, limit int) (int64, error)
}
