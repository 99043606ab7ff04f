package app

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash/maphash"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/intake"
	"arrears/port"
)

// importFate is what becomes of a row.
type importFate int

const (
	fateUndecided importFate = iota
	fateAccepted
	fateChanged
	fateUnchanged
	fateRefused
	fateNotYet
	fateControl
)

// importRow is one row on its way through a batch.
type importRow struct {
	intake.Record
	again    bool // its number stood in an earlier row of the file
	found    int  // how many of the problems the file itself shows
	first    importFate
	fate     importFate
	customer uuid.UUID
}

// first looks at rows once, before any transaction: what only the file can tell, in the file's order.
func (r *importRun) first(records []intake.Record) []*importRow {
	rows := make([]*importRow, len(records))
	for i, rec := range records {
		row := &importRow{Record: rec}
		r.look(row)
		row.found, row.first = len(row.Problems), row.fate
		rows[i] = row
	}
	return rows
}

// reset forgets what a batch found out that was not committed.
func (row *importRow) reset() {
	row.Problems, row.fate, row.customer = row.Problems[:row.found], row.first, uuid.Nil
}

func (r *importRun) look(row *importRow) {
	if row.Control != nil {
		row.fate = fateControl
		r.controls[row.Control.Key()] = *row.Control
		return
	}
	if row.Row != nil && !row.Row.AsOf(r.cut) {
		row.fate = fateNotYet
		return
	}
	if row.Number != "" {
		key := maphash.String(r.seed, row.Number)
		_, row.again = r.numbers[key]
		r.numbers[key] = struct{}{}
	}
	if row.Row == nil {
		row.fate = fateRefused
		return
	}
	in := row.Row
	if r.outliers.Add(in.CustomerKey(), in.Currency, in.AmountMinor) {
		row.Flag(intake.FieldAmount, intake.CodeAmountOutlier, "it is more than twenty times what this customer's invoices in the file are on average")
	}
	if r.known.otherName(in.CustomerNumber, in.CustomerName) {
		row.Flag(intake.FieldCustomerName, intake.CodeNumberSeveralNames, "the customer is known under another name")
	}
	if r.in.Mode == ImportSnapshot && !row.again && in.Settled.IsZero() && in.OpenMinor > 0 {
		key := intake.ControlKey{CustomerNumber: in.CustomerKey(), Currency: in.Currency}
		sum := r.stated[key]
		sum.CustomerNumber, sum.Currency = key.CustomerNumber, key.Currency
		sum.Count++
		sum.SumMinor += in.OpenMinor
		r.stated[key] = sum
	}
}

// count takes over what a batch did, after its commit.
func (r *importRun) count(b *batch) {
	for _, row := range b.rows {
		if row.fate != fateNotYet {
			for _, p := range row.Problems {
				r.report.Codes[p.Code]++
			}
		}
		r.countRow(row)
	}
	r.report.NewCustomers += int64(len(b.made))
	r.known.add(b.made...)
	for key, times := range b.repeated {
		r.repeated[key] = times
	}
}

func (r *importRun) countRow(row *importRow) {
	switch row.fate {
	case fateAccepted:
		r.report.Accepted++
	case fateChanged:
		r.report.Changed++
	case fateUnchanged:
		r.report.Unchanged++
	case fateRefused:
		r.report.Refused++
		return
	case fateNotYet:
		r.report.NotYet++
		return
	case fateControl:
		r.report.Controls++
		return
	}
	if len(row.Problems) > 0 {
		r.report.Suspicious++
	}
	sum := r.sums[row.Row.Currency]
	if sum == nil {
		sum = &ImportCurrency{Currency: row.Row.Currency}
		r.sums[row.Row.Currency] = sum
	}
	sum.Rows++
	sum.AmountMinor += row.Row.AmountMinor
	if row.fate == fateAccepted {
		sum.AcceptedMinor += row.Row.AmountMinor
	}
}

// quarantined makes the rows that go to quarantine: refused ones, and accepted ones that deserve a look.
func (b *batch) quarantined() ([]port.QuarantineRow, error) {
	var list []port.QuarantineRow
	for _, row := range b.rows {
		if len(row.Problems) == 0 || row.fate == fateNotYet {
			continue
		}
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		raw, err := json.Marshal(row.Raw)
		if err != nil {
			return nil, err
		}
		problem := worst(row.Problems)
		mark := b.fingerprint(row, problem)
		list = append(list, port.QuarantineRow{
			ID: id, ImportID: b.load.record.ID, Line: row.Line, Field: problem.Field, Code: problem.Code,
			Message: messages(problem, row.Problems), Raw: raw, Severity: string(problem.Severity), State: "open", Fingerprint: mark[:],
		})
	}
	return list, nil
}

// fingerprint identifies the row among equal ones of the file, whose number it counts.
func (b *batch) fingerprint(row *importRow, p intake.Problem) [32]byte {
	first := row.Raw.Fingerprint(b.load.record.Source, p.Code, 0)
	times, counted := b.repeated[first]
	if !counted {
		times = b.load.repeated[first]
	}
	b.repeated[first] = times + 1
	if times == 0 {
		return first
	}
	return sha256.Sum256(binary.BigEndian.AppendUint64(first[:], uint64(times)))
}

// worst is the problem by which a row is listed: the first that refuses it, else the first.
func worst(problems []intake.Problem) intake.Problem {
	for _, p := range problems {
		if p.Severity == intake.Refused {
			return p
		}
	}
	return problems[0]
}

// messages tells the problem that a row is listed by, and then the others with their fields.
func messages(listed intake.Problem, all []intake.Problem) string {
	texts := []string{listed.Message}
	for _, p := range all {
		if p != listed {
			texts = append(texts, firstOf(p.Field, "row")+": "+p.Message)
		}
	}
	return strings.Join(texts, "; ")
}

// listed reports whether an invoice's number stood in a row of the file, a refused one included.
func (r *importRun) listed(number string) bool {
	_, ok := r.numbers[maphash.String(r.seed, number)]
	return ok
}
