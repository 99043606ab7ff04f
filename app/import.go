package app

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// The modes of a load.
const (
	// ImportDelta loads what is new or changed; what the file does not name stays as it is.
	ImportDelta = "delta"
	// ImportSnapshot loads a full list of what is open in the source; what it does not name is closed there.
	ImportSnapshot = "snapshot"
)

// CodeImportMode means a mode that is neither delta nor snapshot, or control totals without a snapshot.
const CodeImportMode = "import.bad_mode"

// NewImport is a file of invoices with what whoever loads it states about it.
type NewImport struct {
	Profile  *intake.Profile
	File     io.Reader
	Filename string // its base name, for the record
	Source   string // empty: the profile's
	Mode     string // empty: delta
	// AsOf cuts the file: later invoices are not yet there, later settlements not yet known. None: today.
	AsOf      calendar.Date
	Currency  money.Currency // of files that state none
	Controls  []intake.Control
	Customers CustomerDefaults
	// Progress is called after every few thousand rows, from the same goroutine; nil: nobody listens.
	Progress func(ImportProgress)

	parts int // transactions at the same time; 0: as many as suit the machine
}

// CustomerDefaults are given to customers that a file makes known, where the file itself says nothing. A country's own come
// first, then these, then the profile's, then the installation's.
type CustomerDefaults struct {
	Language  string                     `json:"language,omitempty"`
	TimeZone  string                     `json:"time_zone,omitempty"`
	Country   string                     `json:"country,omitempty"`
	Countries map[string]CountryDefaults `json:"countries,omitempty"` // by ISO 3166 alpha-2 code
}

// CountryDefaults are given to customers of one country.
type CountryDefaults struct {
	Language string `json:"language,omitempty"`
	TimeZone string `json:"time_zone,omitempty"`
	Calendar string `json:"calendar,omitempty"`
}

// ImportProgress says how far a load is.
type ImportProgress struct {
	Rows  int64 // read so far
	Bytes int64 // of the file, read so far
	ImportCounts
}

// ImportCounts say what became of rows. Every row read counts once, but for suspicious, which counts accepted ones again.
type ImportCounts struct {
	Accepted   int64 `json:"accepted"`   // new invoices
	Changed    int64 `json:"changed"`    // known ones that the file changed
	Unchanged  int64 `json:"unchanged"`  // known ones that stayed as they are
	Refused    int64 `json:"refused"`    // in quarantine
	NotYet     int64 `json:"not_yet"`    // of a date after as-of
	Controls   int64 `json:"controls"`   // control totals
	Suspicious int64 `json:"suspicious"` // accepted, changed or unchanged rows that deserve a look
}

// ImportReport says what a load did.
type ImportReport struct {
	RowsRead int64 `json:"rows_read"`
	ImportCounts
	NewCustomers int64            `json:"new_customers"`
	Currencies   []ImportCurrency `json:"currencies"`
	Codes        map[string]int64 `json:"codes"` // rows by the code of each problem
	Snapshot     *SnapshotReport  `json:"snapshot,omitempty"`
	DurationMS   int64            `json:"duration_ms"` // real time
	Failed       string           `json:"failed,omitempty"`
}

// ImportCurrency sums the rows of one currency that are in: accepted, changed or unchanged.
type ImportCurrency struct {
	Currency      money.Currency `json:"currency"`
	Rows          int64          `json:"rows"`
	AmountMinor   int64          `json:"amount_minor"`
	AcceptedMinor int64          `json:"accepted_minor"` // of new invoices
}

// Imported is a load with its report.
type Imported struct {
	Run    port.ImportRun
	Report ImportReport
}

// Import loads a file of invoices, batch by batch, each in a transaction of its own and some at the same time: a load that is
// interrupted has done all of some batches and nothing of the others, and loading the file again goes on where it stopped. Loading it a second
// time changes nothing. Refused rows go to quarantine with line, field and code.
// Errors: access.forbidden, import.bad_mode, receivable.invalid, those of intake that refuse a whole file, policy.not_found.
func (a *App) Import(ctx context.Context, who access.Principal, in NewImport) (Imported, error) {
	if err := access.Require(who, access.ImportsWrite); err != nil {
		return Imported{}, err
	}
	if err := in.check(); err != nil {
		return Imported{}, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return Imported{}, err
	}
	began := time.Now()
	run, err := a.openImport(ctx, who, id, in)
	if err != nil {
		return Imported{}, err
	}
	if run.record.State == importDone { // the same idempotent request, done before
		return run.imported()
	}
	err = run.load(ctx)
	run.report.DurationMS = time.Since(began).Milliseconds()
	if err := run.finish(ctx, err); err != nil {
		return Imported{}, err
	}
	return run.imported()
}

func (in *NewImport) check() error {
	if in.Mode == "" {
		in.Mode = ImportDelta
	}
	if in.Mode != ImportDelta && in.Mode != ImportSnapshot {
		return fault.Fields(CodeImportMode, "the mode is not known", fault.Field{Path: "mode", Code: CodeImportMode, Message: "must be delta or snapshot"})
	}
	if in.Mode == ImportDelta && len(in.Controls) > 0 {
		return fault.Fields(CodeImportMode, "control totals belong to a snapshot", fault.Field{Path: "control_totals", Code: CodeImportMode, Message: "only a snapshot has control totals"})
	}
	if in.Source == "" {
		in.Source = in.Profile.Source
	}
	if in.parts == 0 {
		in.parts = partsHere()
	}
	var f receivable.Form
	f.Name("source", in.Source, maxSource)
	f.Line("filename", in.Filename, maxFilename)
	return f.Err("import")
}

// What is kept of a load is bounded as in other records.
const (
	maxSource   = 100
	maxFilename = 300
)

// importSettings are what a load was told, kept with it so that a quarantined row can be loaded by the same rules later.
type importSettings struct {
	ProfileText string           `json:"profile_text"`
	Currency    money.Currency   `json:"currency,omitempty"`
	Customers   CustomerDefaults `json:"customers"`
}

func (in *NewImport) settings() ([]byte, error) {
	return json.Marshal(importSettings{ProfileText: in.Profile.Text, Currency: in.Currency, Customers: in.Customers})
}

// ImportRun shows a load. Errors: access.forbidden, import.not_found.
func (a *App) ImportRun(ctx context.Context, who access.Principal, id uuid.UUID) (port.ImportRun, error) {
	return lookup(ctx, a, who, access.ImportsRead, func(ctx context.Context, tx port.Tx) (port.ImportRun, error) {
		return tx.Import(ctx, id)
	})
}

// ListImports lists loads, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListImports(ctx context.Context, who access.Principal, page port.Page) (port.Paged[port.ImportRun], error) {
	return lookup(ctx, a, who, access.ImportsRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.ImportRun], error) {
		return tx.ListImports(ctx, page)
	})
}
