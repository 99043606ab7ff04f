package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/port"
)

const (
	// taskSnapshot is the kind of the tasks that a snapshot opens.
	taskSnapshot = "snapshot_difference"
	// snapshotTasks bounds how many tasks one snapshot opens: a list that is cut in half is one problem, not thousands.
	snapshotTasks = 500
	// snapshotListed bounds what a report lists; its counts are complete.
	snapshotListed = 1000
	// snapshotPage is how many open invoices are read at once.
	snapshotPage = 5000
)

// SnapshotReport says how a full list compares with what is open here. Nothing is closed by it: a list cannot say whether
// an invoice was paid, credited or left out.
type SnapshotReport struct {
	AsOf         calendar.Date        `json:"as_of"`
	Controlled   bool                 `json:"controlled"` // the source stated control totals
	Missing      int64                `json:"missing"`    // open here and not in the list
	MissingList  []SnapshotMissing    `json:"missing_list"`
	Differing    int64                `json:"differing"` // customers and currencies that do not tie out
	Differences  []SnapshotDifference `json:"differences"`
	Tasks        int64                `json:"tasks"` // asked for; those that were opened before stay
	TasksLeftOut int64                `json:"tasks_left_out"`
}

// SnapshotMissing is an invoice that is open here and closed, or left out, in the source.
type SnapshotMissing struct {
	InvoiceID uuid.UUID      `json:"invoice_id"`
	Number    string         `json:"number"`
	Currency  money.Currency `json:"currency"`
	OpenMinor int64          `json:"open_minor"`
	customer  uuid.UUID
}

// SnapshotSum is how many invoices are open and what they sum to.
type SnapshotSum struct {
	Count    int64 `json:"count"`
	SumMinor int64 `json:"sum_minor"`
}

// SnapshotDifference is a customer and currency that does not tie out. Explained means that the missing invoices are all of
// the difference.
type SnapshotDifference struct {
	CustomerNumber string         `json:"customer_number"`
	Currency       money.Currency `json:"currency"`
	Stated         SnapshotSum    `json:"stated"` // by control totals, else by the list itself
	Listed         SnapshotSum    `json:"listed"` // by the list's rows
	Here           SnapshotSum    `json:"here"`
	Explained      bool           `json:"explained"`
	customer       uuid.UUID
}

// tieOut compares what is open here with the list and its control totals, and opens a task for each difference.
func (r *importRun) tieOut(ctx context.Context) error {
	report := &SnapshotReport{AsOf: r.cut, Controlled: len(r.controls) > 0, MissingList: []SnapshotMissing{}, Differences: []SnapshotDifference{}}
	r.report.Snapshot = report
	here := map[intake.ControlKey]port.OpenSum{}
	var missing []SnapshotMissing
	gone := map[intake.ControlKey]SnapshotSum{}
	err := r.app.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		sums, err := tx.OpenSums(ctx, r.in.Source)
		if err != nil {
			return err
		}
		numbers := map[uuid.UUID]string{}
		for _, s := range sums {
			here[intake.ControlKey{CustomerNumber: s.Number, Currency: s.Currency}] = s
			numbers[s.CustomerID] = s.Number
		}
		return r.eachMissing(ctx, tx, func(m SnapshotMissing) {
			report.Missing++
			key := intake.ControlKey{CustomerNumber: numbers[m.customer], Currency: m.Currency}
			gone[key] = SnapshotSum{gone[key].Count + 1, gone[key].SumMinor + m.OpenMinor}
			if len(missing) < snapshotListed {
				missing = append(missing, m)
			}
		})
	})
	if err != nil {
		return err
	}
	report.MissingList = append(report.MissingList, missing...)
	differences := r.differences(here, gone)
	report.Differing = int64(len(differences))
	report.Differences = append(report.Differences, differences[:min(len(differences), snapshotListed)]...)
	return r.openTasks(ctx, report, differences)
}

// eachMissing calls fn for every invoice of the source that is open here and was in no row of the list, in order.
func (r *importRun) eachMissing(ctx context.Context, tx port.Tx, fn func(SnapshotMissing)) error {
	var after uuid.UUID
	for {
		page, err := tx.OpenInvoices(ctx, r.in.Source, after, snapshotPage)
		if err != nil {
			return err
		}
		for _, o := range page {
			if o.InvoiceDate <= r.cut && !r.listed(o.Number) {
				fn(SnapshotMissing{InvoiceID: o.ID, Number: o.Number, Currency: o.Currency, OpenMinor: o.OpenMinor, customer: o.CustomerID})
			}
		}
		if len(page) < snapshotPage {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// differences lists what does not tie out, by customer and currency.
func (r *importRun) differences(here map[intake.ControlKey]port.OpenSum, gone map[intake.ControlKey]SnapshotSum) []SnapshotDifference {
	keys := map[intake.ControlKey]struct{}{}
	for key := range here {
		keys[key] = struct{}{}
	}
	for key := range r.stated {
		keys[key] = struct{}{}
	}
	for key := range r.controls {
		keys[key] = struct{}{}
	}
	order := slices.SortedFunc(maps.Keys(keys), func(a, b intake.ControlKey) int {
		return cmp.Or(cmp.Compare(a.CustomerNumber, b.CustomerNumber), cmp.Compare(a.Currency, b.Currency))
	})
	var list []SnapshotDifference
	for _, key := range order {
		d := SnapshotDifference{
			CustomerNumber: key.CustomerNumber, Currency: key.Currency, customer: here[key].CustomerID,
			Listed: sumOf(r.stated[key]), Here: SnapshotSum{here[key].Count, here[key].SumMinor},
		}
		d.Stated = d.Listed
		if len(r.controls) > 0 {
			d.Stated = sumOf(r.controls[key])
		}
		if d.Here == d.Stated && d.Listed == d.Stated {
			continue
		}
		left := SnapshotSum{d.Here.Count - gone[key].Count, d.Here.SumMinor - gone[key].SumMinor}
		d.Explained = left == d.Stated && d.Listed == d.Stated
		list = append(list, d)
	}
	return list
}

func sumOf(c intake.Control) SnapshotSum { return SnapshotSum{c.Count, c.SumMinor} }

// openTasks asks for a look at each missing invoice, and at each customer whose difference they do not explain. The same
// difference asks once a month.
func (r *importRun) openTasks(ctx context.Context, report *SnapshotReport, differences []SnapshotDifference) error {
	var tasks []casework.Task
	month := r.cut.String()[:len("2006-01")]
	for _, m := range report.MissingList {
		tasks = append(tasks, casework.Task{
			Dedupe:     fmt.Sprintf("snapshot/%s/%s/missing/%s", r.in.Source, month, m.InvoiceID),
			CustomerID: someID(m.customer), InvoiceID: someID(m.InvoiceID),
			Summary: fmt.Sprintf("Invoice %s is open here with %s and is not in the list of %s as of %s. Find out whether it was paid, credited or left out.",
				m.Number, money.Of(m.OpenMinor, m.Currency), r.in.Source, r.cut),
		})
	}
	for _, d := range differences {
		if d.Explained {
			continue
		}
		tasks = append(tasks, casework.Task{
			Dedupe:     fmt.Sprintf("snapshot/%s/%s/sum/%s/%s", r.in.Source, month, d.CustomerNumber, d.Currency),
			CustomerID: someID(d.customer),
			Summary: fmt.Sprintf("Customer %s does not tie out with %s as of %s: stated %d open, %s; in the list %d, %s; here %d, %s.",
				d.CustomerNumber, r.in.Source, r.cut, d.Stated.Count, money.Of(d.Stated.SumMinor, d.Currency),
				d.Listed.Count, money.Of(d.Listed.SumMinor, d.Currency), d.Here.Count, money.Of(d.Here.SumMinor, d.Currency)),
		})
	}
	if over := len(tasks) - snapshotTasks; over > 0 {
		tasks, report.TasksLeftOut = tasks[:snapshotTasks], int64(over)
	}
	report.TasksLeftOut += report.Missing - int64(len(report.MissingList))
	report.Tasks = int64(len(tasks))
	return r.app.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		for _, t := range tasks {
			t.Kind, t.Role, t.DueOn = taskSnapshot, string(access.Collector), today(now, r.house.TimeZone)
			if err := openTask(ctx, tx, now, r.who.ID, t); err != nil {
				return err
			}
		}
		return nil
	})
}
