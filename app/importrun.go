package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"hash/maphash"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/internal/failpoint"
	"arrears/port"
)

// The states of a load.
const (
	importRunning = "running"
	importDone    = "done"
	importFailed  = "failed"
)

// importTries bounds how often a batch is tried that another writer got in the way of.
const importTries = 4

// importRun is one load under way. What it remembers of the file is bounded by rows and customers: a hash per invoice number
// and a few words per customer.
type importRun struct {
	app    *App
	who    access.Principal
	in     NewImport
	record port.ImportRun
	reader *intake.Reader
	digest hash.Hash
	cut    calendar.Date // the date at which the file is cut
	house  port.Installation

	known    directory
	numbers  map[uint64]struct{} // hashes of the invoice numbers seen in the file
	seed     maphash.Seed
	repeated map[[32]byte]int // how often an equal row went to quarantine
	outliers intake.Outliers
	controls map[intake.ControlKey]intake.Control
	stated   map[intake.ControlKey]intake.Control // what the file's rows sum to
	sums     map[money.Currency]*ImportCurrency
	report   ImportReport
}

// openImport reads the header, and only then makes the record of the load: a file that is refused as a whole leaves none.
func (a *App) openImport(ctx context.Context, who access.Principal, id uuid.UUID, in NewImport) (*importRun, error) {
	r := newImportRun(a, who, in)
	if err := a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error { return r.prepare(ctx, tx, now) }); err != nil {
		return nil, err
	}
	options := intake.Options{AsOf: in.AsOf, Currency: in.Currency, Today: r.cut}
	reader, err := intake.NewReader(io.TeeReader(in.File, r.digest), in.Profile, options)
	if err != nil {
		return nil, err
	}
	r.reader = reader
	return r, a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error { return r.begin(ctx, tx, now, id) })
}

func newImportRun(a *App, who access.Principal, in NewImport) *importRun {
	r := &importRun{
		app: a, who: who, in: in, digest: sha256.New(), seed: maphash.MakeSeed(),
		known: newDirectory(in.Profile), numbers: map[uint64]struct{}{}, repeated: map[[32]byte]int{},
		controls: map[intake.ControlKey]intake.Control{}, stated: map[intake.ControlKey]intake.Control{},
		sums: map[money.Currency]*ImportCurrency{},
	}
	for _, c := range in.Controls {
		r.controls[c.Key()] = c
	}
	r.report.Codes = map[string]int64{}
	return r
}

// prepare reads what a load needs to know of the installation and of the customers that are there.
func (r *importRun) prepare(ctx context.Context, tx port.Tx, now time.Time) error {
	house, err := tx.Installation(ctx)
	if err != nil {
		return err
	}
	r.house, r.cut = house, r.in.AsOf
	if r.cut.IsZero() {
		r.cut = today(now, house.TimeZone)
	}
	return r.known.fill(ctx, tx, r.in.Source)
}

// begin makes the record of the load, or finds the one that the same idempotent request made before.
func (r *importRun) begin(ctx context.Context, tx port.Tx, now time.Time, id uuid.UUID) error {
	there, err := tx.Import(ctx, id)
	if err == nil {
		r.record = there
		return nil
	}
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	settings, err := r.in.settings()
	if err != nil {
		return err
	}
	if err := tx.FailImports(ctx, r.in.Source, r.in.Filename, now); err != nil {
		return err
	}
	r.record = port.ImportRun{
		ID: id, Profile: r.in.Profile.Name, Source: r.in.Source, Filename: r.in.Filename, Mode: r.in.Mode, AsOf: r.in.AsOf,
		State: importRunning, Settings: settings, CreatedBy: r.who.ID, CreatedAt: now,
	}
	return tx.InsertImport(ctx, r.record)
}

// load reads the file to its end, a window at a time, and ties a snapshot out.
func (r *importRun) load(ctx context.Context) error {
	if err := failpoint.Hit(failpoint.ImportBegan); err != nil {
		return err
	}
	for {
		records, last, err := r.next()
		if err != nil {
			return err
		}
		if err := r.window(ctx, r.first(records)); err != nil {
			return err
		}
		if err := failpoint.Hit(failpoint.ImportAfterBatch); err != nil {
			return err
		}
		if err := r.tell(ctx); err != nil {
			return err
		}
		if last {
			break
		}
	}
	if r.in.Mode == ImportSnapshot {
		return r.tieOut(ctx)
	}
	return nil
}

// next reads the rows of one window; last is true at the end of the file.
func (r *importRun) next() (records []intake.Record, last bool, err error) {
	for len(records) < importWindow {
		rec, err := r.reader.Next()
		if errors.Is(err, io.EOF) {
			return records, true, nil
		}
		if err != nil {
			return nil, false, err
		}
		records = append(records, rec)
	}
	return records, false, nil
}

// batch loads rows in one transaction. When another writer entered one of the invoices in between, it is tried again and
// then finds them. Batches of one window run at the same time: they only read what the load remembers.
func (r *importRun) batch(ctx context.Context, rows []*importRow) (*batch, error) {
	for try := 1; ; try++ {
		var b *batch
		err := r.app.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
			b = newBatch(r, tx, now, rows)
			return b.run(ctx)
		})
		if err == nil {
			return b, nil
		}
		if kind := fault.KindOf(err); try == importTries || (kind != fault.Conflict && kind != fault.Precondition) {
			return nil, err
		}
	}
}

// finish writes how the load ended. A load that failed says so even when its caller has gone.
func (r *importRun) finish(ctx context.Context, failed error) error {
	r.record.State, r.record.SHA256 = importDone, r.digest.Sum(nil)
	if failed != nil {
		ctx = context.WithoutCancel(ctx)
		r.record.State, r.record.SHA256, r.report.Failed = importFailed, nil, fault.CodeOf(failed)
	}
	if err := failpoint.Hit(failpoint.ImportBeforeFinish); err != nil {
		return errors.Join(failed, err)
	}
	err := r.app.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		r.record.FinishedAt = &now
		if err := r.save(ctx, tx); err != nil {
			return err
		}
		action := "import.finished"
		if failed != nil {
			action = "import.failed"
		}
		return record(ctx, tx, now, r.who.ID, event{
			action: action, kind: "import", subject: r.record.ID, on: today(now, r.house.TimeZone),
			data: map[string]any{
				"rows_read": r.report.RowsRead, "accepted": r.report.Accepted, "changed": r.report.Changed,
				"unchanged": r.report.Unchanged, "refused": r.report.Refused, "suspicious": r.report.Suspicious,
				"mode": r.record.Mode, "failed": r.report.Failed,
			},
		})
	})
	return errors.Join(failed, err)
}

// save writes the counts as they stand.
func (r *importRun) save(ctx context.Context, tx port.Tx) error {
	r.report.RowsRead = r.reader.Rows()
	r.report.Currencies = nil
	for _, c := range slices.Sorted(maps.Keys(r.sums)) {
		r.report.Currencies = append(r.report.Currencies, *r.sums[c])
	}
	text, err := json.Marshal(r.report)
	if err != nil {
		return err
	}
	r.record.Report = text
	r.record.RowsRead, r.record.Accepted, r.record.Changed = r.report.RowsRead, r.report.Accepted, r.report.Changed
	r.record.Unchanged, r.record.Refused, r.record.Suspicious = r.report.Unchanged, r.report.Refused, r.report.Suspicious
	return tx.UpdateImport(ctx, r.record)
}

// imported is the load as its caller sees it.
func (r *importRun) imported() (Imported, error) {
	out := Imported{Run: r.record, Report: r.report}
	return out, json.Unmarshal(r.record.Report, &out.Report)
}
