package activities_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/activities"
	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/internal/testkit/pump"
	"arrears/port"
	"arrears/workflows/contract"
)

// fakeLoads is a load as the test says.
type fakeLoads struct {
	done   bool
	err    error
	loaded int
}

func (f *fakeLoads) BankFileDone(context.Context, uuid.UUID) (bool, error) { return f.done, f.err }

func (f *fakeLoads) LoadBankFile(_ context.Context, _ uuid.UUID, alive func()) error {
	alive()
	f.loaded++
	return f.err
}

func TestABankFileIsLookedAtAndLoaded(t *testing.T) {
	t.Parallel()
	f := &fakeLoads{}
	b := &activities.Banks{Loads: f}
	next, err := b.ReviewBankFile(t.Context(), contract.Step{})
	require.NoError(t, err)
	require.Equal(t, contract.Next{Now: contract.LoadBankFile}, next)
	next, err = b.LoadBankFile(t.Context(), contract.Step{})
	require.NoError(t, err)
	require.Equal(t, contract.Next{Closed: true}, next)
	require.Equal(t, 1, f.loaded)

	f.done = true
	next, err = b.ReviewBankFile(t.Context(), contract.Step{})
	require.NoError(t, err)
	require.Equal(t, contract.Next{Closed: true}, next)

	f.err = errors.New("no database")
	_, err = b.ReviewBankFile(t.Context(), contract.Step{})
	require.ErrorIs(t, err, f.err)
	next, err = b.LoadBankFile(t.Context(), contract.Step{})
	require.ErrorIs(t, err, f.err)
	require.Equal(t, contract.Next{}, next)
}

// credited is a statement of one credit on an account of which nobody has said that it is ours.
func credited(p *pump.Pump, amount, text string) string {
	on := strings.ReplaceAll(p.Today().String()[2:], "-", "")
	return ":20:X\n:25:OURS\n:28C:1\n:60F:C" + on + "EUR0,\n:61:" + on + on[2:] + "C" + amount + "NTRFNONREF//B1\n:86:" + text +
		"\n:62F:C" + on + "EUR" + amount + "\n-\n"
}

func receive(t *testing.T, p *pump.Pump, content string) port.BankFile {
	t.Helper()
	f, err := p.App.ReceiveBankFile(t.Context(), pump.Boss, app.NewBankFile{Filename: "f.sta", Source: "api", Content: strings.NewReader(content)})
	require.NoError(t, err)
	return f
}

// A file whose bytes are gone is a clerk's task; once they are there, the same file again is gone on with.
func TestABankFileThatCannotBeLoaded(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.Customer("1001")
	content := credited(p, "100,", "R1")
	f := receive(t, p, content)
	require.NoError(t, p.Files.Delete(t.Context(), f.SHA256))
	for range 3 { // hours of trying again
		p.Settle()
		p.Step(26 * time.Hour)
	}
	p.Settle()
	tasks := p.Tasks("needs_attention")
	require.Len(t, tasks, 1)
	require.Equal(t, string(access.Clerk), tasks[0].Role)
	require.Equal(t, casework.TaskOpen, tasks[0].State)
	require.Contains(t, tasks[0].Summary, "f.sta")

	require.Equal(t, f.ID, receive(t, p, content).ID)
	p.Settle()
	f, err := p.App.BankFile(t.Context(), pump.Boss, f.ID)
	require.NoError(t, err)
	require.Equal(t, port.BankFileDone, f.State)

	parking := &activities.Parking{Store: p.DB, Clock: fixed{p.Now()}}
	next, err := parking.Park(t.Context(), contract.ParkInput{Subject: uuid.New(), Kind: contract.KindBankFile, Activity: "x", Code: "y"})
	require.NoError(t, err)
	require.True(t, next.Closed)
}

// Cash that waits for a clerk holds its likely customer's reminder; when the clerk has said that it is not ours, the chase goes on.
func TestCashOnTheClerksListHoldsTheReminder(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	assign(t, p, c, ladder("first", remind("first", 5)))
	p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-05")
	f := receive(t, p, credited(p, "100,", "Customer 1001 R1"))
	p.Through("2024-02-08")
	f, err := p.App.BankFile(t.Context(), pump.Boss, f.ID)
	require.NoError(t, err)
	require.Equal(t, [3]int64{1, 1, 0}, [3]int64{f.Counts.Credits, f.Counts.Proposed, f.Counts.Applied})
	require.Empty(t, p.Sent())
	list, err := p.App.CashExceptions(t.Context(), pump.Boss, port.CashExceptionFilter{Kind: port.ExceptionReceipt}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	_, err = p.App.CashNotOurs(t.Context(), pump.Boss, list.Items[0].ID, list.Items[0].Version)
	require.NoError(t, err)
	p.Through("2024-02-10")
	require.Len(t, p.Sent(), 1)
	require.EqualValues(t, 100_00, p.Sent()[0].Ask)
	for _, counter := range []string{"dunned_after_paid", "dunned_while_cash_waiting", "asked_too_much"} {
		require.Zero(t, p.Counters()[counter], counter)
	}
}

// The transaction of the dispatch itself sees cash that waits, whoever was told of it or not: what covers the item stops the
// notice, what covers a part lowers it, and what was resolved holds nothing.
func TestTheDispatchSeesCashThatWaits(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]struct {
		waits int64
		asked []int64
	}{"all": {100_00, nil}, "more": {150_00, nil}, "a part": {60_00, []int64{40_00}}} {
		p, url := newPumpURL(t)
		c := p.Customer("1001")
		assign(t, p, c, ladder("first", remind("first", 5)))
		inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
		p.Through("2024-02-05")
		p.Step(2 * time.Hour)
		p.Settle()
		require.Equal(t, []notice.State{notice.Gathering}, states(p.Notices()), name)
		write := strings.NewReplacer("MINOR", strconv.FormatInt(step.waits, 10), "CUSTOMER", c.ID.String()).Replace
		sql(t, url, write(`
INSERT INTO receipts (id, source, number, currency, amount_minor, gross_minor, unapplied_minor, value_date, state, match_state, likely_customer_id, created_by, created_at)
VALUES (gen_random_uuid(), 'bank:OURS', 'B1', 'EUR', MINOR, MINOR, MINOR, '2024-02-05', 'recorded', 'unidentified', 'CUSTOMER', 't', '2024-02-05T10:00:00Z')`))
		p.Through("2024-02-07")
		var asked []int64
		for _, l := range p.Sent() {
			asked = append(asked, l.Ask)
		}
		require.Equal(t, step.asked, asked, name)
		require.Zero(t, p.Counters()["dunned_while_cash_waiting"], name)

		sql(t, url, `UPDATE receipts SET likely_customer_id = NULL`)
		require.NoError(t, p.App.WakeCase(t.Context(), pump.Boss, inv.ID))
		p.Through("2024-02-09")
		if len(step.asked) == 0 {
			require.Len(t, p.Sent(), 1, name)
			require.EqualValues(t, 100_00, p.Sent()[0].Ask, name)
		}
	}
}
