package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/money"
	"arrears/internal/wire"
	"arrears/port"
)

type cashCommand struct {
	Exceptions   cashExceptions   `cmd:"" help:"List what waits for a clerk, best proposal first."`
	Waiting      cashWaiting      `cmd:"" help:"Sum what waits, by kind and currency."`
	Show         cashShow         `cmd:"" help:"Show what waits, with the proposals and why."`
	Take         cashTake         `cmd:"" help:"Take it for half an hour: nobody else may settle it."`
	Release      cashRelease      `cmd:"" help:"Give it back."`
	Apply        cashApply        `cmd:"" help:"Apply a proposal."`
	Reject       cashReject       `cmd:"" help:"Say that a proposal is wrong."`
	Allocate     cashAllocate     `cmd:"" help:"Put the money where it belongs, by hand."`
	Identify     cashIdentify     `cmd:"" help:"Say whose money it is; matching looks at it again."`
	Hold         cashHold         `cmd:"" help:"Hold money that may not be applied; the chase rests all the same."`
	Free         cashFree         `cmd:"" help:"Let held money be applied again."`
	NotOurs      cashNotOurs      `cmd:"" help:"Say that the money is not for us: it holds nobody's notices any more."`
	Resolve      cashResolve      `cmd:"" help:"Say which receipt a return takes back, or that it is settled elsewhere."`
	Rematch      cashRematch      `cmd:"" help:"Look again at what waits, after rules, accounts or customers changed."`
	Applications cashApplications `cmd:"" help:"List which part of which receipt is on which item."`
	Undo         cashUndo         `cmd:"" help:"Take applications of a receipt off their items, or move them."`
	Refund       struct {
		Propose refundPropose `cmd:"" help:"Propose to pay money back; somebody else approves."`
		List    refundList    `cmd:"" help:"List refunds, oldest first."`
		Approve refundApprove `cmd:"" help:"Approve one."`
		Refuse  refundRefuse  `cmd:"" help:"Refuse one."`
		Paid    refundPaid    `cmd:"" help:"Say that the ERP paid it."`
	} `cmd:"" help:"Pay money back."`
	Rules struct {
		List    cashRulesList    `cmd:"" help:"List the versions, newest last."`
		Show    cashRulesShow    `cmd:"" help:"Print a version."`
		Check   cashRulesCheck   `cmd:"" help:"Check a file of rules."`
		Put     cashRulesPut     `cmd:"" help:"Publish a file of rules as the next version."`
		Default cashRulesDefault `cmd:"" help:"Print the shipped rules as a start for one's own."`
	} `cmd:"" help:"Keep the rules of matching."`
	Payers struct {
		List    payersList    `cmd:"" help:"List accounts from which customers pay."`
		Confirm payersConfirm `cmd:"" help:"Say that an account is a customer's."`
		Refuse  payersRefuse  `cmd:"" help:"Say that an account is not a customer's."`
		Remove  payersRemove  `cmd:"" help:"Forget an account of a customer."`
	} `cmd:"" help:"Say from which bank accounts customers pay."`
}

type cashExceptions struct {
	listPage
	Kind     string `enum:",receipt,return,alarm,missing,account" default:"" help:"Only of this kind: receipt, return, alarm, missing or account."`
	Customer string `help:"Only where this is the likely customer, by number or id."`
	Currency string `help:"Only in this currency."`
	Why      string `help:"Only with this code among its reasons, as score_low."`
	Free     bool   `help:"Only what nobody has taken."`
	Closed   bool   `help:"What was settled, instead."`
}

func (l cashExceptions) filter(ctx context.Context, p *wire.Product) (port.CashExceptionFilter, error) {
	f := port.CashExceptionFilter{Kind: l.Kind, Why: strings.ReplaceAll(l.Why, "-", "_"), Free: l.Free, State: choose(l.Closed, "closed", "open")}
	var err error
	if f.Currency, err = optionalCurrency(l.Currency); err != nil {
		return f, err
	}
	f.CustomerID, err = optionalCustomer(ctx, p, l.Customer)
	return f, err
}

// optionalCurrency is a currency that may not be named. Error: money.unknown_currency.
func optionalCurrency(code string) (money.Currency, error) {
	if code == "" {
		return "", nil
	}
	return money.ParseCurrency(code)
}

// optionalCustomer is the id of a customer that may not be named.
func optionalCustomer(ctx context.Context, p *wire.Product, name string) (uuid.NullUUID, error) {
	if name == "" {
		return uuid.NullUUID{}, nil
	}
	customer, err := customerArg{name}.find(ctx, p)
	return someID(customer.ID), err
}

// Run lists the clerks' list.
func (l cashExceptions) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		filter, err := l.filter(ctx, p)
		if err != nil {
			return err
		}
		found, err := p.App.CashExceptions(ctx, operator(), filter, l.page())
		if err != nil {
			return err
		}
		now, err := p.App.Now(ctx)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, e := range found.Items {
			rows = append(rows, []string{
				e.Kind, waits(e), string(e.Currency), fmt.Sprint(app.DaysWaited(e, now)), fmt.Sprint(e.Score), clipped(app.PayerOf(e)), e.ID.String(),
				e.Owner, whyWords(e),
			})
		}
		c.pages([]string{"kind", ">amount", "", ">days", ">score", "payer", "exception", "taken by", "why"}, rows, found.Next)
		return nil
	})
}

// maxName is how much of a name lists show, so that a row fits an ordinary terminal.
const maxName = 32

// clipped is a name as lists show it.
func clipped(name string) string {
	if runes := []rune(name); len(runes) > maxName {
		return string(runes[:maxName-1]) + "…"
	}
	return name
}

// waits is the money that waits, if there is any.
func waits(e port.CashException) string {
	if e.Currency == "" {
		return ""
	}
	return decimal(e.AmountMinor, e.Currency)
}

// whyWords says why something waits.
func whyWords(e port.CashException) string {
	words := make([]string, len(e.Why))
	for n, code := range e.Why {
		words[n] = app.WhyWaits(code)
	}
	return strings.Join(words, "; ")
}

type cashWaiting struct{}

// Run sums what waits.
func (cashWaiting) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		sums, err := p.App.CashWaiting(ctx, operator())
		if err != nil {
			return err
		}
		now, err := p.App.Now(ctx)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, w := range sums {
			minor := ""
			if w.Currency != "" {
				minor = decimal(w.Minor, w.Currency)
			}
			rows = append(rows, []string{
				w.Kind, fmt.Sprint(w.Count), minor, string(w.Currency), w.Since.UTC().Format(time.DateOnly), fmt.Sprint(int(now.Sub(w.Since).Hours() / 24)),
			})
		}
		c.table([]string{"kind", ">how many", ">amount", "", "oldest since", ">days"}, rows, "")
		return nil
	})
}

type cashArg struct {
	Exception uuid.UUID `arg:"" help:"The exception's id."`
}

// on does something with an exception and shows it as it is then.
func (a cashArg) on(ctx context.Context, c *console, act func(p *wire.Product) (app.CashExceptionFile, error)) error {
	return c.opened(ctx, func(p *wire.Product) error {
		f, err := act(p)
		if err != nil {
			return err
		}
		return c.cashException(ctx, p, f)
	})
}

type cashShow struct{ cashArg }

// Run shows an exception.
func (s cashShow) Run(ctx context.Context, c *console) error {
	return s.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		return p.App.CashException(ctx, operator(), s.Exception)
	})
}
