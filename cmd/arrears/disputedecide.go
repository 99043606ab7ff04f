package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/internal/terminal"
	"arrears/internal/wire"
)

type disputeDecide struct {
	Disputes []string `arg:"" help:"The cases, by number or id. The limit tests what several claim together."`
	Kind     string   `required:"" enum:"valid,invalid,partially_valid" help:"valid, invalid or partially_valid."`
	Valid    string   `help:"What is valid, in major units; of one case that is partially valid."`
	Reason   string   `help:"Our reason code; that of the case unless told."`
	Comment  string   `help:"Why."`
	Evidence []string `help:"Ids of the documents cited."`
	Payable  string   `help:"By when the denied part is payable; by the rules unless told."`
	Preview  bool     `help:"Only say what would happen."`
}

// Run decides, or says what would happen. It exits with 4 when a preview refuses a case.
func (d disputeDecide) Run(ctx context.Context, c *console) error {
	payable, err := dateArg(d.Payable)
	if err != nil {
		return err
	}
	if d.Valid != "" && len(d.Disputes) > 1 {
		return fault.New(fault.Invalid, "usage", "--valid belongs to one case; several are valid or invalid as a whole")
	}
	cited, err := ids(d.Evidence)
	if err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		var batch []app.BulkDecision
		for _, name := range d.Disputes {
			one, err := d.decision(ctx, p, name, payable, cited)
			if err != nil {
				return err
			}
			batch = append(batch, one)
		}
		run := p.App.DecideDisputes
		if d.Preview {
			run = p.App.PreviewDecisions
		}
		done, err := run(ctx, operator(), batch)
		if err != nil {
			return err
		}
		return c.decided(done)
	})
}

// decision is what is to be decided on one case.
func (d disputeDecide) decision(ctx context.Context, p *wire.Product, name string, payable calendar.Date, cited []uuid.UUID) (app.BulkDecision, error) {
	none := app.BulkDecision{}
	id, err := disputeArg{name}.find(ctx, p)
	if err != nil {
		return none, err
	}
	file, err := p.App.DisputeCase(ctx, operator(), id)
	if err != nil {
		return none, err
	}
	in := app.NewDecision{
		Kind: dispute.DecisionKind(d.Kind), Reason: orNone(d.Reason, file.Reason), Comment: d.Comment, Evidence: cited, PayableBy: payable,
		Version: file.Version,
	}
	if d.Valid != "" {
		if in.ValidMinor, err = amountArg(d.Valid, file.Currency); err != nil {
			return none, err
		}
		in.DeniedMinor = file.Amounts().UndecidedMinor - in.ValidMinor
	}
	return app.BulkDecision{DisputeID: id, NewDecision: in}, nil
}

// decided shows what became, or would become, of each case.
func (c *console) decided(done []app.BulkDecided) error {
	var rows [][]string
	refused := false
	for _, d := range done {
		state := said(d.State)
		if d.Code != "" {
			refused, state = true, c.out.Paint(terminal.Red, state)
		}
		rows = append(rows, []string{
			fmt.Sprintf("D-%d", d.Number), state, decimal(d.ValidMinor, d.Currency), decimal(d.DeniedMinor, d.Currency), string(d.Currency),
			d.Code, d.Message,
		})
	}
	c.out.Table([]string{"case", "state", ">valid", ">denied", "", "code", "message"}, rows)
	if refused {
		return errFound
	}
	return nil
}

// ids reads ids of the command line.
func ids(texts []string) ([]uuid.UUID, error) {
	var all []uuid.UUID
	for _, text := range texts {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, fault.Newf(fault.Invalid, "usage", "%.60q is not an id", text)
		}
		all = append(all, id)
	}
	return all, nil
}

// concession is an amount of a case that is given up.
type concession struct {
	disputeArg
	Amount  string `help:"In major units; all there is unless told."`
	Reason  string `help:"Our reason code; that of the case unless told."`
	Comment string `help:"Why."`
}

// read fills in what was not told: rest is all there is.
func (g concession) read(file app.DisputeFile, rest int64) (app.Settlement, error) {
	in := app.Settlement{AmountMinor: rest, Reason: g.Reason, Comment: g.Comment}
	if g.Amount == "" {
		return in, nil
	}
	found, err := money.Parse(g.Amount, file.Currency)
	in.AmountMinor = found.Minor()
	return in, err
}

type disputeSettle struct{ concession }

// Run gives an amount up for peace.
func (s disputeSettle) Run(ctx context.Context, c *console) error {
	return s.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		file, err := p.App.DisputeCase(ctx, operator(), id)
		if err != nil {
			return file, err
		}
		sum := file.Amounts()
		in, err := s.read(file, sum.UndecidedMinor+sum.DeniedMinor)
		if err != nil {
			return file, err
		}
		return p.App.SettleDispute(ctx, operator(), id, in)
	})
}

type disputeGiveUp struct{ concession }

// Run writes the denied part off.
func (g disputeGiveUp) Run(ctx context.Context, c *console) error {
	return g.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		file, err := p.App.DisputeCase(ctx, operator(), id)
		if err != nil {
			return file, err
		}
		in, err := g.read(file, file.Amounts().DeniedMinor)
		if err != nil {
			return file, err
		}
		return p.App.GiveUpDispute(ctx, operator(), id, in)
	})
}

type disputeAppeal struct {
	disputeArg
	Amount    string   `help:"In major units; all that was denied unless told."`
	Reason    string   `arg:"" help:"What the customer says."`
	Documents []string `help:"Ids of the new evidence."`
}

// Run notes a customer appeal.
func (a disputeAppeal) Run(ctx context.Context, c *console) error {
	cited, err := ids(a.Documents)
	if err != nil {
		return err
	}
	return a.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		file, err := p.App.DisputeCase(ctx, operator(), id)
		if err != nil {
			return file, err
		}
		minor, err := amountArg(a.Amount, file.Currency)
		if err != nil {
			return file, err
		}
		return p.App.AppealDispute(ctx, operator(), id, app.Appeal{AmountMinor: minor, Reason: a.Reason, Documents: cited})
	})
}

type disputeWithdraw struct {
	disputeArg
	Reason string `arg:"" help:"Why."`
}

// Run notes that the customer takes its claim back.
func (w disputeWithdraw) Run(ctx context.Context, c *console) error {
	return w.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		return p.App.WithdrawDispute(ctx, operator(), id, w.Reason)
	})
}

type disputeReopen struct {
	disputeArg
	Reason string `arg:"" help:"Why."`
}

// Run reopens a closed case.
func (r disputeReopen) Run(ctx context.Context, c *console) error {
	return r.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		return p.App.ReopenDispute(ctx, operator(), id, r.Reason)
	})
}
