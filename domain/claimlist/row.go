package claimlist

import (
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/intake"
	"arrears/domain/money"
)

// Row is one claim in the normal form: what every profile reads its rows into.
type Row struct {
	Reference      string
	CustomerNumber string // empty: the customer is found by name
	CustomerName   string
	InvoiceNumber  string // empty: about the account
	Kind           dispute.Kind
	Currency       money.Currency
	AmountMinor    int64         // positive
	TakenOn        calendar.Date // none: the list does not say
	Reason         string        // the customer's code
	ReasonWords    string
	// Deleted says that the row does not count: its status says so, or it takes a deduction back.
	Deleted bool
}

// Record is what the reader makes of one row of the list: a claim (Row), or refused (a problem of severity Refused and no Row).
type Record struct {
	Line     int64 // of a CSV list from 1, the header included; of a JSON list the number of the record
	Raw      intake.Raw
	Row      *Row
	Problems []intake.Problem
	// Skip says that the row is a claim and opens no case: it stands in the list twice, or a later row deletes it.
	Skip bool
}

// Refused returns the first problem that refuses the record; ok is false when none does.
func (r *Record) Refused() (p intake.Problem, ok bool) {
	for _, p := range r.Problems {
		if p.Severity == intake.Refused {
			return p, true
		}
	}
	return intake.Problem{}, false
}

// Flag adds something odd to a record that stays accepted.
func (r *Record) Flag(field Field, code, message string) {
	r.Problems = append(r.Problems, intake.Problem{Severity: intake.Suspicious, Field: string(field), Code: code, Message: message})
}

// Refuse adds a reason to refuse the record, which then is no claim.
func (r *Record) Refuse(field Field, code, message string) {
	r.Problems = append(r.Problems, intake.Problem{Severity: intake.Refused, Field: string(field), Code: code, Message: message})
	r.Row = nil
}

// key is what two rows about the same claim have in common: the customer's reference, or all that the row says.
func (r *Row) key() Row {
	if r.Reference == "" {
		whole := *r
		whole.Deleted = false
		return whole
	}
	return Row{
		Reference: dispute.NormalForm(r.Reference), CustomerNumber: dispute.NormalForm(r.CustomerNumber),
		CustomerName: dispute.NormalForm(r.CustomerName), Kind: r.Kind,
	}
}

// settle finds the rows of a list that stand there twice or that another row deletes. A row that is there again with other
// content is refused, and so is the first one: nobody knows which is right.
func settle(records []Record) {
	deleted := map[Row]bool{}
	first := map[Row]int{}
	for i := range records {
		if row := records[i].Row; row != nil && row.Deleted {
			deleted[row.key()] = true
		}
	}
	for i := range records {
		row := records[i].Row
		if row == nil || row.Deleted {
			continue
		}
		key := row.key()
		if deleted[key] {
			records[i].Skip = true
			continue
		}
		earlier, twice := first[key]
		if !twice {
			first[key] = i
			continue
		}
		double(&records[earlier], &records[i], *row)
	}
}

// double deals with a claim that stood in an earlier row.
func double(earlier, again *Record, row Row) {
	if earlier.Row != nil && *earlier.Row == row {
		again.Skip = true
		again.Flag(FieldReference, CodeDuplicateRow, "the same claim stands in the list already")
		return
	}
	const message = "the claim stands in the list twice, with different content"
	if earlier.Row != nil {
		earlier.Refuse(FieldReference, CodeConflictingRow, message)
	}
	again.Refuse(FieldReference, CodeConflictingRow, message)
}
