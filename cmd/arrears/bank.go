package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type bankCommand struct {
	Files      bankFiles      `cmd:"" help:"List files, newest last."`
	Show       bankShow       `cmd:"" help:"Show what became of a file: the report of its load."`
	Problems   bankProblems   `cmd:"" help:"List what is wrong or odd about a file."`
	Statements bankStatements `cmd:"" help:"List statements, with what their totals prove."`
	Entries    bankEntries    `cmd:"" help:"List payments on our accounts, with what became of them."`
	Override   bankOverride   `cmd:"" help:"Believe a statement that contradicts itself: its payments are matched again."`
	Accounts   bankAccounts   `cmd:"" help:"List our bank accounts."`
	Confirm    bankConfirm    `cmd:"" help:"Confirm that an account is ours: until then nothing on it is applied by itself."`
	Proof      bankProof      `cmd:"" help:"Compare an account's days with the record: the cash proof."`
}

// listPage is which part of a list to show.
type listPage struct {
	After string `help:"Go on after this page."`
	Limit int    `default:"50" help:"How many to show."`
}

func (l listPage) page() port.Page {
	return port.Page{After: l.After, Limit: min(max(l.Limit, 1), port.MaxLimit)}
}

// someID is an id that was named, or none.
func someID(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }

type bankFiles struct {
	listPage
	State string `enum:",received,loading,done,refused" default:"" help:"Only in this state: received, loading, done or refused."`
}

// Run lists files.
func (l bankFiles) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		found, err := p.App.ListBankFiles(ctx, operator(), port.BankFileFilter{State: l.State}, l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, f := range found.Items {
			n := f.Counts
			rows = append(rows, []string{
				f.ID.String(), f.CreatedAt.UTC().Format("2006-01-02 15:04"), f.Filename, f.Format, f.State, fmt.Sprint(n.Payments), fmt.Sprint(n.Applied),
				fmt.Sprint(n.Proposed), fmt.Sprint(n.Unidentified + n.Held), alarmed(n),
			})
		}
		c.pages([]string{"file", "received", "name", "format", "state", ">payments", ">applied", ">proposed", ">waiting", ""}, rows, found.Next)
		return nil
	})
}

// alarmed says that a file contradicts itself or could not be read as a whole.
func alarmed(n port.BankCounts) string {
	if n.Alarms+n.Refusals > 0 {
		return "alarm"
	}
	return ""
}

type bankFileArg struct {
	File uuid.UUID `arg:"" help:"The file's id."`
}

type bankShow struct{ bankFileArg }

// Run shows the report of a load, as far as it is.
func (s bankShow) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		f, err := p.App.BankFile(ctx, operator(), s.File)
		if err != nil {
			return err
		}
		return c.bankReport(ctx, p, f)
	})
}

type bankProblems struct {
	bankFileArg
	listPage
}

// Run lists problems.
func (l bankProblems) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		found, err := p.App.ListBankProblems(ctx, operator(), l.File, l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, x := range found.Items {
			rows = append(rows, []string{fmt.Sprint(x.Line), string(x.Severity), x.Field, x.Code, x.Message})
		}
		c.pages([]string{">line", "severity", "field", "code", "what"}, rows, found.Next)
		return nil
	})
}

type bankStatements struct {
	listPage
	File    uuid.UUID `help:"Only of this file, by its id."`
	Account string    `help:"Only of this account of ours, by IBAN, number or id."`
	Proof   string    `enum:",proven,unproven,alarm,overridden" default:"" help:"Only with this proof: proven, unproven, alarm or overridden."`
	From    string    `help:"Only those that end on this day or later."`
	To      string    `help:"Only those that end on this day or before."`
}

// Run lists statements.
func (l bankStatements) Run(ctx context.Context, c *console) error {
	from, to, err := span(l.From, l.To)
	if err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		filter := port.BankStatementFilter{FileID: someID(l.File), Proof: l.Proof, From: from, To: to}
		names, err := accountNames(ctx, p)
		if err != nil {
			return err
		}
		if l.Account != "" {
			account, err := findAccount(ctx, p, l.Account)
			if err != nil {
				return err
			}
			filter.AccountID = someID(account.ID)
		}
		found, err := p.App.ListBankStatements(ctx, operator(), filter, l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, s := range found.Items {
			rows = append(rows, []string{
				s.ID.String(), names[s.AccountID.UUID], said(string(s.Told.Kind)), s.Told.To.String(), fmt.Sprint(s.Credits), decimal(s.CreditMinor, s.Told.Currency),
				fmt.Sprint(s.Debits), decimal(s.DebitMinor, s.Told.Currency), string(s.Told.Currency), s.Proof,
			})
		}
		c.pages([]string{"statement", "account", "kind", "to", ">credits", ">sum", ">debits", ">sum", "", "proof"}, rows, found.Next)
		return nil
	})
}

// span reads two days, either of which may be left out.
func span(from, to string) (first, last calendar.Date, err error) {
	if first, err = dateArg(from); err != nil {
		return 0, 0, err
	}
	last, err = dateArg(to)
	return first, last, err
}

type bankEntries struct {
	listPage
	File      uuid.UUID `help:"Only those that this file tells of, by its id."`
	Statement uuid.UUID `help:"Only those that this statement tells of, by its id."`
	Account   string    `help:"Only on this account of ours, by IBAN, number or id."`
	Outcome   string    `enum:",applied,proposed,unidentified,held,debit,returned,return_open,return-open,detailed" default:"" help:"Only with this outcome: applied, proposed, unidentified, held, debit, returned, return_open or detailed."`
	From      string    `help:"Only booked on this day or later."`
	To        string    `help:"Only booked on this day or before."`
}

// Run lists payments.
func (l bankEntries) Run(ctx context.Context, c *console) error {
	from, to, err := span(l.From, l.To)
	if err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		filter := port.BankEntryFilter{FileID: someID(l.File), StatementID: someID(l.Statement), Outcome: strings.ReplaceAll(l.Outcome, "-", "_"), From: from, To: to}
		if l.Account != "" {
			account, err := findAccount(ctx, p, l.Account)
			if err != nil {
				return err
			}
			filter.AccountID = someID(account.ID)
		}
		found, err := p.App.ListBankEntries(ctx, operator(), filter, l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, e := range found.Items {
			rows = append(rows, []string{e.BookedOn.String(), signed(e), string(e.Currency), clipped(e.Payer), orNone(e.Reference, e.EndToEnd), said(e.Outcome), e.ID.String()})
		}
		c.pages([]string{"booked", ">amount", "", "who", "reference", "outcome", "payment"}, rows, found.Next)
		return nil
	})
}

// signed is an amount as the account sees it.
func signed(e port.BankEntry) string {
	if e.Credit {
		return decimal(e.Minor, e.Currency)
	}
	return decimal(-e.Minor, e.Currency)
}

type bankOverride struct {
	Statement uuid.UUID `arg:"" help:"The statement's id."`
	Reason    string    `required:"" help:"Why it is to be believed, for the record."`
}

// Run overrides the alarm of a statement.
func (o bankOverride) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		s, err := p.App.OverrideStatement(ctx, operator(), o.Statement, o.Reason)
		if err != nil {
			return err
		}
		c.out.Line(c.out.Paint(terminal.Green, s.Proof) + "  what of it waited for that is matched again")
		return nil
	})
}

type bankAccounts struct{ listPage }

// Run lists our accounts.
func (l bankAccounts) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		found, err := p.App.ListBankAccounts(ctx, operator(), l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, a := range found.Items {
			proven := ""
			if !a.ProvenOn.IsZero() {
				proven = decimal(a.ProvenMinor, a.Currency)
			}
			rows = append(rows, []string{a.Key, a.Account.Name, string(a.Currency), choose(a.Confirmed, "ours", "not confirmed"), proven, a.ProvenOn.String(), a.ID.String()})
		}
		c.pages([]string{"account", "name", "currency", "", ">proven balance", "on", "id"}, rows, found.Next)
		return nil
	})
}

type bankConfirm struct {
	Account string `arg:"" help:"The account's IBAN, or its number with --bank, or its id."`
	Bank    string `help:"BIC or clearing code of the bank, with a number that is no IBAN."`
	Name    string `help:"Whose account it is, as the bank has it."`
}

// Run confirms an account, entering it when no file has told of it yet.
func (k bankConfirm) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		told, err := k.told(ctx, p)
		if err != nil {
			return err
		}
		a, err := p.App.ConfirmBankAccount(ctx, operator(), told)
		if err != nil {
			return err
		}
		c.out.Line(c.out.Paint(terminal.Green, "ours") + "  " + a.Key + ": what comes on it may be applied by itself")
		return nil
	})
}

// told is the account as files name it: that of one that is there, else as it was written.
func (k bankConfirm) told(ctx context.Context, p *wire.Product) (remittance.Account, error) {
	if k.Bank != "" {
		return remittance.Account{Other: k.Account, Bank: k.Bank, Name: k.Name}, nil
	}
	there, err := findAccount(ctx, p, k.Account)
	switch {
	case err == nil:
		there.Account.Name = orNone(k.Name, there.Account.Name)
		return there.Account, nil
	case fault.KindOf(err) != fault.NotFound || uuid.Validate(k.Account) == nil: // what has the form of an id is no IBAN
		return remittance.Account{}, err
	}
	return remittance.Account{IBAN: k.Account, Name: k.Name}, nil
}
