package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type disputeCommand struct {
	Open         disputeOpen         `cmd:"" help:"Open a deduction or a dispute."`
	ShortPayment disputeShortPayment `cmd:"" help:"Record a receipt that was shortened by a claim."`
	List         disputeList         `cmd:"" help:"List cases."`
	Worklist     disputeWorklist     `cmd:"" help:"List what to work on, in order, and why in that order."`
	Figures      disputeFigures      `cmd:"" help:"Tell the figures of deductions: days outstanding, decisions, recovery."`
	Show         disputeShow         `cmd:"" help:"Show a case."`
	Timeline     disputeTimeline     `cmd:"" help:"Tell what happened to a case, in words."`
	Triage       disputeTriage       `cmd:"" help:"Sort a case: reason, owner, team, priority."`
	Evidence     struct {
		Request evidenceRequest `cmd:"" help:"Ask a team for a document."`
		Answer  evidenceAnswer  `cmd:"" help:"Say where a piece of evidence stands."`
	} `cmd:"" help:"Gather evidence."`
	Attach     disputeAttach     `cmd:"" help:"Store a document with a case."`
	Met        disputeMet        `cmd:"" help:"Note that what a deadline asks for has happened: the carrier was asked, the limitation is stayed."`
	Ask        disputeAsk        `cmd:"" help:"Note that the customer was asked for something."`
	Reply      disputeReply      `cmd:"" help:"Note that the customer answered."`
	Decide     disputeDecide     `cmd:"" help:"Decide one case, or several together: valid, invalid or partially valid."`
	Approve    disputeApprove    `cmd:"" help:"Approve what somebody else proposed on a case."`
	Refuse     disputeRefuse     `cmd:"" help:"Refuse what is proposed on a case."`
	Submit     disputeSubmit     `cmd:"" help:"Note that a denial was submitted to the customer."`
	Answer     disputeAnswer     `cmd:"" help:"Note what the customer said to a denial."`
	Appeal     disputeAppeal     `cmd:"" help:"Note a customer appeal."`
	Split      disputeSplit      `cmd:"" help:"Split a claim by reasons."`
	Merge      disputeMerge      `cmd:"" help:"Link cases that belong together."`
	Link       disputeLink       `cmd:"" help:"Judge a suspected duplicate."`
	Settle     disputeSettle     `cmd:"" help:"Give up an amount for peace."`
	GiveUp     disputeGiveUp     `cmd:"" help:"Write off what is denied and does not come back."`
	Withdraw   disputeWithdraw   `cmd:"" help:"Note that the customer takes its claim back."`
	Reopen     disputeReopen     `cmd:"" help:"Reopen a closed case."`
	Import     disputeImport     `cmd:"" help:"Load a customer's list of deductions."`
	Profiles   disputeProfiles   `cmd:"" help:"List the shipped profiles of such lists."`
	Quarantine disputeQuarantine `cmd:"" help:"List the rows of a load that need a person."`
	Correct    disputeCorrect    `cmd:"" help:"Load a row in quarantine again, with what it should have said."`
	Export     disputeExport     `cmd:"" help:"Write a list of cases as CSV."`
	Package    disputePackage    `cmd:"" help:"Write what goes to a customer's portal: claim, decision, evidence."`
	Codes      disputeCodes      `cmd:"" help:"List reason codes."`
	Rules      disputeRules      `cmd:"" help:"Check, publish and print triage rules."`
	Limits     disputeLimits     `cmd:"" help:"List approval limits, or set one."`
}

// disputeArg names a case as people do.
type disputeArg struct {
	Dispute string `arg:"" help:"The case's number, as D-12 or 12, or its id."`
}

// find returns the id of the case. Error: dispute.not_found.
func (d disputeArg) find(ctx context.Context, p *wire.Product) (uuid.UUID, error) {
	if id, err := uuid.Parse(d.Dispute); err == nil {
		return id, nil
	}
	text := strings.TrimPrefix(strings.TrimPrefix(d.Dispute, "D-"), "d-")
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number <= 0 {
		return uuid.Nil, fault.Newf(fault.NotFound, "dispute.not_found", "%.60q is neither a number nor an id of a case", d.Dispute)
	}
	found, err := p.App.ListDisputes(ctx, operator(), port.DisputeFilter{Number: number}, port.Page{Limit: 1})
	if err != nil {
		return uuid.Nil, err
	}
	if len(found.Items) == 0 {
		return uuid.Nil, fault.Newf(fault.NotFound, "dispute.not_found", "there is no case D-%d", number)
	}
	return found.Items[0].ID, nil
}

// on does something to the case and shows it as it is then.
func (d disputeArg) on(ctx context.Context, c *console, act func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error)) error {
	return c.opened(ctx, func(p *wire.Product) error {
		id, err := d.find(ctx, p)
		if err != nil {
			return err
		}
		file, err := act(p, id)
		if err != nil {
			return err
		}
		c.dispute(file.Dispute)
		return nil
	})
}

// customerArg names a customer as people do.
type customerArg struct {
	Customer string `required:"" help:"The customer's number or id."`
}

// find returns the customer. Errors: customer.not_found, customer.ambiguous.
func (a customerArg) find(ctx context.Context, p *wire.Product) (receivable.Customer, error) {
	if id, err := uuid.Parse(a.Customer); err == nil {
		return p.App.Customer(ctx, operator(), id)
	}
	found, err := p.App.ListCustomers(ctx, operator(), port.CustomerFilter{Number: a.Customer}, port.Page{Limit: 2})
	if err != nil {
		return receivable.Customer{}, err
	}
	switch len(found.Items) {
	case 0:
		return receivable.Customer{}, fault.Newf(fault.NotFound, "customer.not_found", "there is no customer %.60q", a.Customer)
	case 1:
		return found.Items[0], nil
	}
	return receivable.Customer{}, fault.Newf(fault.Conflict, "customer.ambiguous", "several sources have a customer %.60q: give its id", a.Customer)
}

// amountArg reads an amount in major units, 0 where none is given.
func amountArg(text string, currency money.Currency) (int64, error) {
	if text == "" {
		return 0, nil
	}
	found, err := money.Parse(text, currency)
	return found.Minor(), err
}

// dateArg reads a date, none where none is given.
func dateArg(text string) (calendar.Date, error) {
	if text == "" {
		return 0, nil
	}
	return calendar.ParseDate(text)
}

// claimArgs are what a customer says of a claim.
type claimArgs struct {
	Reason    string `help:"The customer's own reason code."`
	Words     string `help:"What the customer says, in its words."`
	Reference string `help:"The customer's number of the claim."`
}

type disputeOpen struct {
	customerArg
	claimArgs
	Kind     string `enum:"deduction,dispute" default:"deduction" help:"deduction: the money was withheld. dispute: contested before it is paid."`
	Amount   string `required:"" help:"Amount in major units."`
	Currency string `default:"EUR" help:"Its currency."`
	Invoice  string `help:"Number of the invoice it is about; without one it is about the account."`
	TakenOn  string `help:"Day on which it was taken; today unless told."`
}

// Run opens a case.
func (o disputeOpen) Run(ctx context.Context, c *console) error {
	currency, err := money.ParseCurrency(o.Currency)
	if err != nil {
		return err
	}
	minor, err := amountArg(o.Amount, currency)
	if err != nil {
		return err
	}
	taken, err := dateArg(o.TakenOn)
	if err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		customer, err := o.find(ctx, p)
		if err != nil {
			return err
		}
		in := app.NewDispute{
			Kind: dispute.Kind(o.Kind), CustomerID: customer.ID, Currency: currency, AmountMinor: minor, CustomerReason: o.Reason,
			CustomerWords: o.Words, ClaimReference: o.Reference, Source: "command_line", TakenOn: taken,
		}
		if o.Invoice != "" {
			in.Parts = []app.NewDisputePart{{InvoiceNumber: o.Invoice, AmountMinor: minor}}
		}
		made, err := p.App.OpenDispute(ctx, operator(), in)
		if err != nil {
			return err
		}
		c.dispute(made)
		return nil
	})
}

type disputeShortPayment struct {
	customerArg
	claimArgs
	Number    string `required:"" help:"Number of the receipt."`
	Source    string `default:"bank" help:"Its source."`
	Paid      string `required:"" help:"What arrived, in major units."`
	Claim     string `required:"" help:"What was withheld, in major units."`
	Currency  string `default:"EUR" help:"The currency of both."`
	Invoice   string `required:"" help:"Number of the invoice that was shortened."`
	ValueDate string `required:"" help:"Value date of the receipt, YYYY-MM-DD."`
}

// Run records the receipt, applies it and opens the case.
func (s disputeShortPayment) Run(ctx context.Context, c *console) error {
	currency, err := money.ParseCurrency(s.Currency)
	if err != nil {
		return err
	}
	paid, err := amountArg(s.Paid, currency)
	if err != nil {
		return err
	}
	claim, err := amountArg(s.Claim, currency)
	if err != nil {
		return err
	}
	valued, err := dateArg(s.ValueDate)
	if err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		customer, err := s.find(ctx, p)
		if err != nil {
			return err
		}
		_, made, err := p.App.RecordShortPayment(ctx, operator(), app.ShortPayment{
			Receipt: app.NewReceipt{
				Source: s.Source, Number: s.Number, CustomerID: uuid.NullUUID{UUID: customer.ID, Valid: true}, Currency: currency, AmountMinor: paid,
				ValueDate: valued, Applications: []app.ReceiptApplication{{InvoiceNumber: s.Invoice, AmountMinor: paid}},
			},
			Claims: []app.ShortPaymentClaim{{
				InvoiceNumber: s.Invoice, AmountMinor: claim, CustomerReason: s.Reason, CustomerWords: s.Words, ClaimReference: s.Reference,
			}},
		})
		if err != nil {
			return err
		}
		for _, d := range made {
			c.dispute(d)
		}
		return nil
	})
}

// dispute shows where a case and its money stand.
func (c *console) dispute(d dispute.Dispute) {
	sum := d.Amounts()
	rows := []terminal.Row{
		{Name: "case", Value: fmt.Sprintf("D-%d (%s), %s%s", d.Number, d.Kind, said(string(d.State)), outcome(d))},
		{Name: "id", Value: d.ID.String()},
		{Name: "reason", Value: orNone(said(d.Reason), "unknown")},
		{Name: "claimed", Value: amount(sum.ClaimedMinor, d.Currency)},
	}
	for _, place := range []struct {
		name  string
		minor int64
	}{
		{"undecided", sum.UndecidedMinor}, {"credit due", sum.CreditDueMinor}, {"credited", sum.CreditedMinor},
		{"written off", sum.WrittenOffMinor}, {"repaid", sum.RepaidMinor}, {"denied", sum.DeniedMinor}, {"withdrawn", sum.WithdrawnMinor},
	} {
		if place.minor > 0 {
			rows = append(rows, terminal.Row{Name: place.name, Value: amount(place.minor, d.Currency)})
		}
	}
	if !d.PayableBy.IsZero() {
		rows = append(rows, terminal.Row{Name: "payable by", Value: d.PayableBy.String()})
	}
	c.out.List(rows)
}

func outcome(d dispute.Dispute) string {
	if d.Outcome == "" {
		return ""
	}
	return ": " + said(string(d.Outcome))
}

// said is a code as words.
func said(code string) string { return strings.ReplaceAll(code, "_", " ") }

func orNone(text, none string) string {
	if text == "" {
		return none
	}
	return text
}
