package app

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"arrears/domain/claimlist"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/port"
)

// claimant is the customer that a row is of, or why there is none.
type claimant struct {
	id      uuid.UUID
	problem intake.Problem
}

// row does what one row of the list says. What cannot be is noted at the row; the error is that of a load that cannot go on.
func (r *claimLoad) row(ctx context.Context, rec *claimlist.Record) error {
	switch {
	case rec.Row == nil:
		return nil
	case rec.Skip && len(rec.Problems) > 0:
		r.report.Doubled++
		return nil
	case rec.Skip:
		r.report.Deleted++
		return nil
	}
	customer, err := r.customer(ctx, *rec.Row)
	if err != nil {
		return err
	}
	if customer.problem.Code != "" {
		rec.Refuse(claimlist.Field(customer.problem.Field), customer.problem.Code, customer.problem.Message)
		return nil
	}
	err = r.claim(ctx, rec, customer.id)
	if problem, ours := problemOf(err); ours {
		rec.Refuse("", problem.Code, problem.Message)
		return nil
	}
	return err
}

// claim opens the case of a row unless it is there already.
func (r *claimLoad) claim(ctx context.Context, rec *claimlist.Record, customer uuid.UUID) error {
	row := rec.Row
	id := claimID(r.in.Source, customer, *row)
	there, known, err := r.known(ctx, id, customer, *row)
	if err != nil {
		return err
	}
	if row.Deleted {
		r.report.Deleted++
		if known && !there.State.Ended() {
			rec.Flag(claimlist.FieldStatus, claimlist.CodeDeletedButOpen, fmt.Sprintf("the list takes it back, and its case D-%d is open", there.Number))
		}
		return nil
	}
	if known {
		r.report.Known++
		if sum := there.Amounts().ClaimedMinor; there.ClaimedWhole != row.AmountMinor && sum != row.AmountMinor {
			rec.Flag(claimlist.FieldAmount, claimlist.CodeAmountDiffers, fmt.Sprintf("its case D-%d claims another amount", there.Number))
		}
		return nil
	}
	if err := r.open(ctx, id, customer, rec); err != nil {
		return err
	}
	r.report.Opened++
	sum := r.sums[row.Currency]
	if sum == nil {
		sum = &ImportCurrency{Currency: row.Currency}
		r.sums[row.Currency] = sum
	}
	sum.Rows++
	sum.AmountMinor += row.AmountMinor
	sum.AcceptedMinor += row.AmountMinor
	return nil
}

func (r *claimLoad) open(ctx context.Context, id, customer uuid.UUID, rec *claimlist.Record) error {
	row := rec.Row
	in := NewDispute{
		Kind: row.Kind, CustomerID: customer, Currency: row.Currency, AmountMinor: row.AmountMinor, CustomerReason: row.Reason,
		CustomerWords: row.ReasonWords, ClaimReference: row.Reference, Source: r.in.Source, TakenOn: row.TakenOn,
	}
	if row.InvoiceNumber != "" {
		in.Parts = []NewDisputePart{{InvoiceNumber: row.InvoiceNumber, AmountMinor: row.AmountMinor}}
	}
	key := fmt.Sprintf("import/%s/%d", r.record.ID, rec.Line)
	_, err := r.app.OpenDispute(port.WithIdempotencyID(ctx, key, id), r.who, in)
	return err
}

// known finds the case that an earlier load of the list, or a person, opened for the claim.
func (r *claimLoad) known(ctx context.Context, id, customer uuid.UUID, row claimlist.Row) (d dispute.Dispute, known bool, err error) {
	err = r.app.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		d, err = tx.Dispute(ctx, id)
		if err == nil || fault.KindOf(err) != fault.NotFound || row.Reference == "" {
			return err
		}
		filter := port.DisputeFilter{CustomerID: someID(customer), Reference: row.Reference, Kind: row.Kind, Currency: row.Currency}
		found, err := tx.ListDisputes(ctx, filter, port.Page{Limit: port.MaxLimit})
		if err != nil {
			return err
		}
		for _, there := range found.Items {
			if !there.SplitFrom.Valid { // the parts of a split claim are counted by the claim itself
				d = there
				return nil
			}
		}
		return fault.New(fault.NotFound, "dispute.not_found", "there is no such case")
	})
	if fault.KindOf(err) == fault.NotFound {
		return d, false, nil
	}
	return d, err == nil, err
}

// claimID is the id of a row's case: the same whenever the row is loaded, and among its neighbours by the day it was taken.
func claimID(source string, customer uuid.UUID, row claimlist.Row) uuid.UUID {
	told := []string{source, customer.String(), string(row.Kind), string(row.Currency), dispute.NormalForm(row.Reference)}
	if row.Reference == "" {
		told = append(told, row.InvoiceNumber, fmt.Sprint(row.AmountMinor), row.Reason, row.ReasonWords)
	}
	h := sha256.New()
	for _, part := range told {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	id := uuid.UUID(h.Sum(nil)[:16])
	var millis [8]byte
	if !row.TakenOn.IsZero() {
		binary.BigEndian.PutUint64(millis[:], uint64(max(row.TakenOn.Time(time.UTC).UnixMilli(), 0)))
	}
	copy(id[:6], millis[2:])
	id[6] = 0x70 | id[6]&0x0f
	id[8] = 0x80 | id[8]&0x3f
	return id
}

// customer finds whose claim a row is: by the number, by a spelling that a correction taught, or by the name as we write it.
func (r *claimLoad) customer(ctx context.Context, row claimlist.Row) (claimant, error) {
	key := claimlist.Row{CustomerNumber: row.CustomerNumber, CustomerName: row.CustomerName}
	if found, known := r.found[key]; known {
		return found, nil
	}
	var found claimant
	err := r.app.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		var err error
		found, err = r.seek(ctx, tx, row)
		return err
	})
	if err == nil {
		r.found[key] = found
	}
	return found, err
}

func (r *claimLoad) seek(ctx context.Context, tx port.Tx, row claimlist.Row) (claimant, error) {
	if row.CustomerNumber != "" {
		found, err := tx.ListCustomers(ctx, port.CustomerFilter{Number: row.CustomerNumber}, port.Page{Limit: 2})
		if err != nil {
			return claimant{}, err
		}
		switch len(found.Items) {
		case 1:
			return r.checked(found.Items[0].ID), nil
		case 2:
			return refusedClaimant(claimlist.FieldCustomerNumber, claimlist.CodeAmbiguousName, "several sources have a customer of this number"), nil
		}
	}
	for _, spelling := range []string{row.CustomerNumber, row.CustomerName} {
		id, err := learnt(ctx, tx, spelling)
		if err != nil {
			return claimant{}, err
		}
		if id != uuid.Nil {
			return r.checked(id), nil
		}
	}
	if row.CustomerName == "" {
		return refusedClaimant(claimlist.FieldCustomerNumber, claimlist.CodeUnknownCustomer, "there is no customer of this number"), nil
	}
	if err := r.learnNames(ctx, tx); err != nil {
		return claimant{}, err
	}
	match := r.names.Find(row.CustomerName)
	switch match.Code {
	case "":
		return r.checked(match.ID), nil
	case claimlist.CodeAmbiguousName:
		return refusedClaimant(claimlist.FieldCustomerName, match.Code, "several customers have this name: give the number"), nil
	}
	message := "there is no customer of this name"
	if match.Hint != "" {
		message += "; the nearest is " + match.Hint
	}
	return refusedClaimant(claimlist.FieldCustomerName, match.Code, message), nil
}

func refusedClaimant(f claimlist.Field, code, message string) claimant {
	return claimant{problem: intake.Problem{Severity: intake.Refused, Field: string(f), Code: code, Message: message}}
}

// checked refuses another customer than the one whose list it is.
func (r *claimLoad) checked(id uuid.UUID) claimant {
	if r.in.Customer.Valid && r.in.Customer.UUID != id {
		return refusedClaimant(claimlist.FieldCustomerNumber, claimlist.CodeCustomerDiffers, "the list was said to be another customer's")
	}
	return claimant{id: id}
}

// learnt is the customer that a correction gave to a spelling; none when there was no such correction.
func learnt(ctx context.Context, tx port.Tx, spelling string) (uuid.UUID, error) {
	form := dispute.NormalForm(spelling)
	if form == "" {
		return uuid.Nil, nil
	}
	found, err := tx.Aliases(ctx, aliasCustomer, []string{form})
	return found[form].CustomerID.UUID, err
}

// aliasCustomer is the kind of aliases that mean a customer.
const aliasCustomer = "customer"

// maxNames bounds how many customers a load compares names with; beyond that lists need numbers.
const maxNames = 50_000

// learnNames reads the names of all customers, once and only when a list has no numbers.
func (r *claimLoad) learnNames(ctx context.Context, tx port.Tx) error {
	if r.names != nil {
		return nil
	}
	names := claimlist.NewNames()
	page := port.Page{Limit: port.MaxLimit}
	for read := 0; read < maxNames; {
		found, err := tx.ListCustomers(ctx, port.CustomerFilter{}, page)
		if err != nil {
			return err
		}
		for _, c := range found.Items {
			names.Add(c.ID, c.Name)
		}
		read += len(found.Items)
		if page.After = found.Next; page.After == "" {
			break
		}
	}
	r.names = names
	return nil
}

// messageOf is what an error says to people.
func messageOf(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return ""
	}
	text := f.Message
	for _, field := range f.Fields {
		text += "; " + field.Path + ": " + field.Message
	}
	return text
}
