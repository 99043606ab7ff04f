package figures

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/devstack/internal/statement"
	"arrears/domain/calendar"
	"arrears/domain/remittance"
	"arrears/port"
)

// cash measures the load of a bank's file whose payments name their invoices, from its bytes to applied receipts, beside plain
// statements that write the same rows over one connection and commit as often.
func (b *Bench) cash(ctx context.Context) ([]measure.Row, error) {
	var ours, plain measure.Series
	n := b.Size.Payments
	for range b.Size.Rounds {
		if err := b.loadAndRepeat(ctx, collect(&ours, b.perSecond("ours", n)), collect(&plain, b.perSecond("plain", n))); err != nil {
			return nil, err
		}
	}
	return []measure.Row{{
		What: "payments of a bank file recorded and applied", Unit: "/s", Ours: ours, Limit: plain, AtLeast: 0.25,
		Note: "plain INSERTs and UPDATEs of the same entries, receipts, applications, items and audit entries over one connection",
	}}, nil
}

// loadAndRepeat loads a file into a fresh installation, takes its rows away again, and writes them plainly.
func (b *Bench) loadAndRepeat(ctx context.Context, ours, plain func(time.Duration, error) error) error {
	h, err := b.Servers.NewHouse(ctx, plant.HouseOptions{})
	if err != nil {
		return err
	}
	defer h.Close(ctx)
	p := plant.Portfolio{Invoices: b.Size.Payments, Each: 7, Due: calendar.DateOf(time.Now(), time.UTC).AddDays(-10)}
	if err := h.Load(ctx, p); err != nil {
		return err
	}
	if err := confirmAccount(ctx, h); err != nil {
		return err
	}
	due, err := debtsLike(ctx, h, "")
	if err != nil {
		return err
	}
	rows, err := beginWritten(ctx, h)
	if err != nil {
		return err
	}
	defer rows.close()
	if err := ours(loadBankFile(ctx, h, due)); err != nil {
		return err
	}
	if err := rows.take(ctx); err != nil {
		return err
	}
	return plain(rows.repeat(ctx))
}

// ourAccount is the account of the benchmark's statements.
func ourAccount() string { return statement.IBAN("DE", 370400440532013000) }

func confirmAccount(ctx context.Context, h *plant.House) error {
	_, err := h.Product.App.ConfirmBankAccount(ctx, plant.Clerk, remittance.Account{IBAN: ourAccount()})
	return err
}

// paidInFull is a statement in which every debt is paid to the cent.
func paidInFull(due []debt) []byte {
	s := statementOf(calendar.DateOf(time.Now(), time.UTC))
	for i, d := range due {
		s.Bookings = append(s.Bookings, bookingOf(i, d))
	}
	return s.Bytes()
}

func statementOf(today calendar.Date) statement.Statement {
	return statement.Statement{Account: ourAccount(), Currency: "EUR", On: today, Sequence: 1, Opening: 1_000_000_00}
}

// bookingOf pays a debt from the customer's own account: one that differs from time to time would need a person's look.
func bookingOf(i int, d debt) statement.Booking {
	account := fnv.New32a()
	_, _ = account.Write([]byte(d.name)) // a hash never fails
	return statement.Booking{
		Minor: d.minor, Payer: d.name, Account: statement.IBAN("DE", int64(account.Sum32())), Reference: fmt.Sprintf("B%08d", i),
		EndToEnd: fmt.Sprintf("E%08d", i), Text: "Invoice " + d.number,
	}
}

func receive(ctx context.Context, h *plant.House, file []byte) (port.BankFile, error) {
	return h.Product.App.ReceiveBankFile(ctx, plant.Clerk, app.NewBankFile{Filename: "statement.xml", Source: "api", Content: bytes.NewReader(file)})
}

// loadBankFile times the load, both readings of the file, in this process. Everything must be applied.
func loadBankFile(ctx context.Context, h *plant.House, due []debt) (time.Duration, error) {
	f, err := receive(ctx, h, paidInFull(due))
	if err != nil {
		return 0, err
	}
	began := time.Now()
	err = h.Product.App.LoadBankFile(ctx, f.ID, func() {})
	took := time.Since(began)
	if err != nil {
		return took, err
	}
	return took, allApplied(ctx, h, f.ID, len(due))
}

func allApplied(ctx context.Context, h *plant.House, id uuid.UUID, n int) error {
	f, err := h.Product.App.BankFile(ctx, plant.Clerk, id)
	if err == nil && f.Counts.Applied != int64(n) {
		var why string
		err = h.SQL.QueryRow(ctx, `SELECT coalesce(string_agg(DISTINCT array_to_string(why, ' '), ', '), '') FROM cash_exceptions`).Scan(&why)
		err = errors.Join(fmt.Errorf("%d of %d payments were applied, the others not because of: %s", f.Counts.Applied, n, why), err)
	}
	return err
}
