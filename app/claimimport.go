package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/claimlist"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// ImportClaims is the mode of a load of claims.
const ImportClaims = "claims"

// quarantineBatch is how many rows are put into quarantine in one transaction.
const quarantineBatch = 200

// NewClaimImport is a customer's list of deductions with what whoever loads it states about it.
type NewClaimImport struct {
	Profile  *claimlist.Profile
	File     io.Reader
	Filename string // its base name, for the record
	Source   string // empty: the profile's
	// Customer is the one whose list it is, for lists that do not say; none: each row says.
	Customer uuid.NullUUID
	Currency money.Currency // of rows that state none; empty: the profile's
	// Progress is called after every hundred rows, from the same goroutine; nil: nobody listens.
	Progress func(done, rows int)
}

// ClaimImportReport says what became of the rows of a list. Each row counts once, but for suspicious, which counts others again.
type ClaimImportReport struct {
	RowsRead   int64 `json:"rows_read"`
	Opened     int64 `json:"opened"`     // new cases
	Known      int64 `json:"known"`      // of cases that are there already
	Deleted    int64 `json:"deleted"`    // the list takes them back
	Doubled    int64 `json:"doubled"`    // stand in the list twice
	Refused    int64 `json:"refused"`    // in quarantine
	Suspicious int64 `json:"suspicious"` // deserve a look
	// Currencies sums what the opened cases claim.
	Currencies []ImportCurrency `json:"currencies"`
	Codes      map[string]int64 `json:"codes"` // rows by the code of each problem
	DurationMS int64            `json:"duration_ms"`
	Failed     string           `json:"failed,omitempty"`
}

// ClaimsImported is a load with its report.
type ClaimsImported struct {
	Run    port.ImportRun
	Report ClaimImportReport
}

// LoadClaims opens a case for each row of a customer's list, one transaction each: a load that is interrupted has opened
// some, and loading the list again goes on, because a claim that is there is not opened again. What is refused goes to
// quarantine with line, field and code.
// Errors: access.forbidden, receivable.invalid, customer.not_found, those of claimlist and intake that refuse a whole list.
func (a *App) LoadClaims(ctx context.Context, who access.Principal, in NewClaimImport) (ClaimsImported, error) {
	if err := requireClaims(who); err != nil {
		return ClaimsImported{}, err
	}
	if in.Source == "" {
		in.Source = in.Profile.Source
	}
	var f receivable.Form
	f.Name("source", in.Source, maxSource)
	f.Line("filename", in.Filename, maxFilename)
	if err := f.Err("import"); err != nil {
		return ClaimsImported{}, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return ClaimsImported{}, err
	}
	began := time.Now()
	r, err := a.openClaimImport(ctx, who, id, in)
	if err != nil {
		return ClaimsImported{}, err
	}
	if r.record.State == importDone { // the same idempotent request, done before
		return r.imported()
	}
	err = r.load(ctx)
	r.report.DurationMS = time.Since(began).Milliseconds()
	if err := r.finish(ctx, err); err != nil {
		return ClaimsImported{}, err
	}
	return r.imported()
}

// requireClaims asks for both what loads a file and what opens a case.
func requireClaims(who access.Principal) error {
	if err := access.Require(who, access.ImportsWrite); err != nil {
		return err
	}
	return access.Require(who, access.DisputesWrite)
}

// claimSettings are what a load was told, kept with it so that a quarantined row can be loaded by the same rules later.
type claimSettings struct {
	ProfileText string         `json:"profile_text"`
	Currency    money.Currency `json:"currency,omitempty"`
	Customer    uuid.NullUUID  `json:"customer_id"`
}

// claimLoad is a load under way.
type claimLoad struct {
	app     *App
	who     access.Principal
	in      NewClaimImport
	record  port.ImportRun
	house   port.Installation
	records []claimlist.Record
	digest  []byte
	report  ClaimImportReport
	sums    map[money.Currency]*ImportCurrency
	names   *claimlist.Names
	found   map[claimlist.Row]claimant // customers of rows, by number and name
	times   map[[32]byte]int           // equal rows, for their fingerprints
}

func (a *App) newClaimLoad(who access.Principal, in NewClaimImport) *claimLoad {
	return &claimLoad{
		app: a, who: who, in: in, report: ClaimImportReport{Codes: map[string]int64{}}, sums: map[money.Currency]*ImportCurrency{},
		found: map[claimlist.Row]claimant{}, times: map[[32]byte]int{},
	}
}

// openClaimImport reads the list as a whole and writes the load down.
func (a *App) openClaimImport(ctx context.Context, who access.Principal, id uuid.UUID, in NewClaimImport) (*claimLoad, error) {
	r := a.newClaimLoad(who, in)
	profile := *in.Profile
	if in.Currency != "" {
		profile.Currency = in.Currency
	}
	digest := sha256.New()
	records, err := claimlist.Read(io.TeeReader(in.File, digest), &profile)
	if err != nil {
		return nil, err
	}
	r.records, r.digest, r.report.RowsRead = records, digest.Sum(nil), int64(len(records))
	settings, err := json.Marshal(claimSettings{ProfileText: in.Profile.Text, Currency: in.Currency, Customer: in.Customer})
	if err != nil {
		return nil, err
	}
	return r, a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if r.house, err = tx.Installation(ctx); err != nil {
			return err
		}
		if in.Customer.Valid {
			if _, err := tx.Customer(ctx, in.Customer.UUID); err != nil {
				return err
			}
		}
		there, err := tx.Import(ctx, id)
		if err == nil {
			r.record = there
			return nil
		}
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err := tx.FailImports(ctx, in.Source, in.Filename, now); err != nil {
			return err
		}
		r.record = port.ImportRun{
			ID: id, Profile: in.Profile.Name, Source: in.Source, Filename: in.Filename, Mode: ImportClaims, State: importRunning,
			Settings: settings, CreatedBy: who.ID, CreatedAt: now,
		}
		return tx.InsertImport(ctx, r.record)
	})
}

// load opens the cases row by row.
func (r *claimLoad) load(ctx context.Context) error {
	var waiting []port.QuarantineRow
	for i := range r.records {
		rec := &r.records[i]
		if err := r.row(ctx, rec); err != nil {
			return err
		}
		row, put, err := r.quarantined(rec)
		if err != nil {
			return err
		}
		if put {
			waiting = append(waiting, row)
		}
		if len(waiting) == quarantineBatch {
			if err := r.put(ctx, waiting); err != nil {
				return err
			}
			waiting = nil
		}
		if r.in.Progress != nil && i%100 == 99 {
			r.in.Progress(i+1, len(r.records))
		}
	}
	return r.put(ctx, waiting)
}

// put writes rows into quarantine and the counts as they stand.
func (r *claimLoad) put(ctx context.Context, rows []port.QuarantineRow) error {
	return r.app.write(ctx, func(ctx context.Context, tx port.Tx, _ time.Time) error {
		if err := tx.InsertQuarantine(ctx, rows); err != nil {
			return err
		}
		return r.save(ctx, tx)
	})
}

// quarantined is the row as quarantine keeps it, if it belongs there: listed once, by what refuses it or else by its first
// oddity.
func (r *claimLoad) quarantined(rec *claimlist.Record) (row port.QuarantineRow, put bool, err error) {
	problem, refused := rec.Refused()
	switch {
	case refused:
		r.report.Refused++
	case len(rec.Problems) > 0:
		problem = rec.Problems[0]
		r.report.Suspicious++
	default:
		return row, false, nil
	}
	message := problem.Message
	for _, p := range rec.Problems {
		r.report.Codes[p.Code]++
		if p != problem {
			message += "; " + orElse(p.Field, "row") + ": " + p.Message
		}
	}
	raw, err := json.Marshal(rec.Raw)
	if err != nil {
		return row, false, err
	}
	plain := rec.Raw.Fingerprint(r.in.Source, problem.Code, 0)
	fingerprint := rec.Raw.Fingerprint(r.in.Source, problem.Code, r.times[plain])
	r.times[plain]++
	id, err := uuid.NewV7()
	return port.QuarantineRow{
		ID: id, ImportID: r.record.ID, Line: rec.Line, Field: problem.Field, Code: problem.Code, Message: message, Raw: raw,
		Severity: string(problem.Severity), State: quarantineOpen, Fingerprint: fingerprint[:],
	}, true, err
}

// finish writes how the load ended. A load that failed says so even when its caller has gone.
func (r *claimLoad) finish(ctx context.Context, failed error) error {
	r.record.State, r.record.SHA256 = importDone, r.digest
	action := "import.finished"
	if failed != nil {
		ctx = context.WithoutCancel(ctx)
		action = "import.failed"
		r.record.State, r.record.SHA256, r.report.Failed = importFailed, nil, fault.CodeOf(failed)
	}
	err := r.app.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		r.record.FinishedAt = &now
		if err := r.save(ctx, tx); err != nil {
			return err
		}
		return record(ctx, tx, now, r.who.ID, event{
			action: action, kind: "import", subject: r.record.ID, on: today(now, r.house.TimeZone),
			data: map[string]any{
				"rows_read": r.report.RowsRead, "accepted": r.report.Opened, "changed": int64(0), "unchanged": r.record.Unchanged,
				"refused": r.report.Refused, "suspicious": r.report.Suspicious, "mode": r.record.Mode, "failed": r.report.Failed,
			},
		})
	})
	if failed != nil {
		return failed
	}
	return err
}

// save writes the counts.
func (r *claimLoad) save(ctx context.Context, tx port.Tx) error {
	r.report.Currencies = nil
	for _, c := range slices.Sorted(maps.Keys(r.sums)) {
		r.report.Currencies = append(r.report.Currencies, *r.sums[c])
	}
	text, err := json.Marshal(r.report)
	if err != nil {
		return err
	}
	r.record.Report, r.record.RowsRead, r.record.Accepted = text, r.report.RowsRead, r.report.Opened
	r.record.Unchanged = r.report.Known + r.report.Deleted + r.report.Doubled
	r.record.Refused, r.record.Suspicious = r.report.Refused, r.report.Suspicious
	return tx.UpdateImport(ctx, r.record)
}

// imported is the load as its caller sees it.
func (r *claimLoad) imported() (ClaimsImported, error) {
	out := ClaimsImported{Run: r.record}
	return out, json.Unmarshal(r.record.Report, &out.Report)
}

// problemOf says in a row's words why a case could not be opened; ok is false for faults of ours and of what we need.
func problemOf(err error) (p intake.Problem, ok bool) {
	if err == nil {
		return p, false
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.NotFound, fault.Conflict, fault.TooLarge:
	default:
		return p, false
	}
	p = intake.Problem{Severity: intake.Refused, Code: fault.CodeOf(err), Message: messageOf(err)}
	return p, true
}
