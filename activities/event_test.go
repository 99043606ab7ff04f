package activities_test

import (
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/event"
	"arrears/domain/intake"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/internal/testkit/pump"
	"arrears/notify"
	"arrears/port"
)

// elsewhere are the types that other tests bring about and hold against their schemas, by name or by its beginning.
var elsewhere = map[string]string{
	"bank_account.":          "the use cases' own tests",
	"cash_exception.":        "the use cases' own tests",
	"cash_rules.":            "the use cases' own tests",
	"payer_account.":         "the use cases' own tests",
	"refund.":                "the use cases' own tests",
	"remittance.":            "the use cases' own tests",
	"receipt.unallocated":    "the use cases' own tests",
	"bank_file.":             "the use cases' own tests",
	"bank_statement.":        "the use cases' own tests",
	"approval_limit.":        "the use cases' own tests, and those of claims here",
	"deduction.":             "the use cases' own tests, and those of claims here",
	"dispute.":               "the use cases' own tests, and those of claims here",
	"exchange_rate.":         "the use cases' own tests",
	"exchange_rates.":        "the use cases' own tests",
	"reason_code.":           "the use cases' own tests",
	"receipt.put_on_account": "the use cases' own tests",
	"triage_rules.":          "the use cases' own tests",

	"census.":   "the nightly work's own tests",
	"night.":    "the nightly work's own tests",
	"nightly.":  "the nightly work's own tests",
	"snapshot.": "the nightly work's own tests",
}

// Every type of event happens in one of these stories, and whatever happens in them fits the schema of its type.
func TestEveryTypeOfEventFitsItsSchema(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]bool{}
	t.Run("stories", func(t *testing.T) {
		for name, tell := range map[string]func(*testing.T) *pump.Pump{
			"money": moneyEvents, "holds": holdEvents, "keeping": keepingEvents, "files": fileEvents, "cases": caseEvents,
			"approvals": approvalEvents, "skipped": skippedEvents, "steps": stepEvents, "sending": sendingEvents, "parked": parkedEvents,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				p := tell(t)
				found := testkit.CheckEvents(t, p.DB)
				mu.Lock()
				defer mu.Unlock()
				for name := range found {
					seen[name] = true
				}
			})
		}
	})
	for _, info := range event.Types() {
		noun, _, _ := strings.Cut(info.Name, ".")
		if elsewhere[noun+"."] == "" && elsewhere[info.Name] == "" {
			require.True(t, seen[info.Name], "no story brings %s about: tell one, or say where it is tried", info.Name)
		}
	}
}

// done is for what a story needs no more of than that it worked.
func done[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		require.NoError(t, err)
		return v
	}
}

func moneyEvents(t *testing.T) *pump.Pump {
	p, ctx := newPump(t), t.Context()
	c := p.Customer("1001")
	inv, other := p.Invoice(c, "R1", 100_00, "2024-02-01"), p.Invoice(c, "R2", 50_00, "2024-02-01")
	item := p.Items(inv.ID)[0]
	order := "PO-1"
	done[receivable.Invoice](t)(p.App.ChangeInvoice(ctx, pump.Admin, inv.ID, app.InvoiceChange{Version: inv.Version, PurchaseOrder: &order}))
	done[receivable.Invoice](t)(p.App.VoidInvoice(ctx, pump.Admin, other.ID, "twice"))

	made := done[receivable.Promise](t)(p.App.MakePromise(ctx, pump.Boss, app.NewPromise{InvoiceID: inv.ID, AmountMinor: 20_00, Currency: "EUR", DueOn: date("2024-02-20")}))
	cash := done[receivable.Receipt](t)(p.App.RecordReceipt(ctx, pump.Admin, app.NewReceipt{
		Source: "bank", Number: "P1", CustomerID: valid(c.ID), Currency: "EUR", AmountMinor: 30_00, ValueDate: p.Today(),
	}))
	part := []app.ReceiptApplication{{ItemID: valid(item.ID), AmountMinor: 30_00}}
	done[receivable.Receipt](t)(p.App.ApplyReceipt(ctx, pump.Admin, cash.ID, uuid.NullUUID{}, part))
	require.Equal(t, receivable.PromiseKept, promiseState(t, p, made))
	done[receivable.Receipt](t)(p.App.ReverseReceipt(ctx, pump.Admin, cash.ID, "bounced"))
	done[receivable.Promise](t)(p.App.WithdrawPromise(ctx, pump.Boss, made.ID, "a mistake"))

	memo := done[receivable.CreditMemo](t)(p.App.CreateCreditMemo(ctx, pump.Admin, app.NewCreditMemo{
		Source: "test", Number: "CM1", CustomerID: c.ID, Currency: "EUR", AmountMinor: 20_00, MemoDate: date("2024-01-01"), Reason: "bonus",
	}))
	done[receivable.CreditMemo](t)(p.App.ApplyCreditMemo(ctx, pump.Admin, memo.ID, []app.ItemAmount{{ItemID: item.ID, AmountMinor: 20_00}}))
	done[receivable.CreditMemo](t)(p.App.VoidCreditMemo(ctx, pump.Admin, memo.ID, "wrong"))
	done[receivable.WriteOff](t)(p.App.WriteOff(ctx, pump.Boss, app.NewWriteOff{ItemID: item.ID, Kind: "small_difference", AmountMinor: 1, Currency: "EUR", Reason: "a cent"}))
	return p
}

func holdEvents(t *testing.T) *pump.Pump {
	p, ctx := newPump(t), t.Context()
	c := p.Customer("1001")
	partly, broken := p.Invoice(c, "R1", 100_00, "2024-02-01"), p.Invoice(c, "R2", 100_00, "2024-02-01")
	p.Through("2024-02-12")
	promise(t, p, partly, "2024-02-14")
	promise(t, p, broken, "2024-02-14")
	p.Pay(partly, "P1", 30_00)
	p.Through("2024-02-18")

	item := p.Items(broken.ID)[0]
	flag := done[receivable.DisputeFlag](t)(p.App.FlagDispute(ctx, pump.Boss, app.NewDisputeFlag{ItemID: item.ID, AmountMinor: 10_00, Currency: "EUR", Reason: "shortage"}))
	done[receivable.DisputeFlag](t)(p.App.ReleaseDispute(ctx, pump.Boss, flag.ID, "found"))
	for _, b := range []app.NewBlock{
		{ItemID: valid(item.ID), Reason: receivable.BlockLegal}, {CustomerID: valid(c.ID), Reason: receivable.BlockGoodwill, Until: date("2024-03-01")},
	} {
		set := done[receivable.Block](t)(p.App.SetBlock(ctx, pump.Boss, b))
		done[receivable.Block](t)(p.App.ReleaseBlock(ctx, pump.Boss, set.ID))
	}
	return p
}

func keepingEvents(t *testing.T) *pump.Pump {
	p, ctx := newPump(t), t.Context()
	c := p.Customer("1001")
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
	segment, rank, house := "retail", 3, "Example Trading GmbH"
	changed := done[receivable.Customer](t)(p.App.UpdateCustomer(ctx, pump.Admin, c.ID, app.CustomerChange{Version: c.Version, Segment: &segment}))
	done[receivable.Customer](t)(p.App.SetCreditHold(ctx, pump.Admin, changed.ID, true))
	done[receivable.Customer](t)(p.App.SetCreditHold(ctx, pump.Admin, changed.ID, false))
	contact := done[receivable.Contact](t)(p.App.AddContact(ctx, pump.Admin, c.ID, app.NewContact{Role: receivable.RoleLegal, Email: "legal@1001.example"}))
	done[receivable.Contact](t)(p.App.UpdateContact(ctx, pump.Admin, contact.ID, app.ContactChange{Version: contact.Version, Rank: &rank}))
	done[receivable.Note](t)(p.App.AddNote(ctx, pump.Boss, app.NewNote{CustomerID: c.ID, Kind: "note", Body: "Friendly people."}))
	done[receivable.Note](t)(p.App.AddNote(ctx, pump.Boss, app.NewNote{
		CustomerID: c.ID, InvoiceID: valid(inv.ID), Kind: "call", Outcome: "will_pay", Body: "Next week.", FollowUpOn: date("2024-01-20"),
	}))
	done[receivable.Document](t)(p.App.StoreDocument(ctx, pump.Boss, app.NewDocument{
		InvoiceID: valid(inv.ID), Kind: "invoice", Filename: "r1.pdf", MediaType: "application/pdf", Content: strings.NewReader("%PDF-1.7\n%%EOF\n"),
	}))
	task, err := p.App.OpenTask(ctx, pump.Boss, app.NewTask{CustomerID: valid(c.ID), Role: access.Collector, Summary: "Call Ms Doe", DueOn: date("2024-02-01")})
	require.NoError(t, err)
	_, err = p.App.AssignTask(ctx, pump.Boss, task.ID, "Kim")
	require.NoError(t, err)
	_, err = p.App.CloseTask(ctx, pump.Boss, task.ID, "She will pay")
	require.NoError(t, err)
	p.Publish(ladder("own", remind("first", 5)))
	for scope, target := range map[app.Scope]string{app.ToInvoice: inv.ID.String(), app.ToCustomer: c.ID.String(), app.ToSegment: "retail", app.ToDefault: ""} {
		require.NoError(t, p.App.AssignPolicy(ctx, pump.Admin, app.Assignment{Scope: scope, Target: target, PolicyKey: "own"}))
	}
	settings := done[port.Installation](t)(p.App.Settings(ctx, pump.Admin))
	done[port.Installation](t)(p.App.UpdateSettings(ctx, pump.Admin, app.SettingsChange{Version: settings.Version, CreditorName: &house}))
	return p
}

func fileEvents(t *testing.T) *pump.Pump {
	p, ctx := newPump(t), t.Context()
	profile, err := intake.Shipped("arrears")
	require.NoError(t, err)
	const file = "number,customer_number,customer_name,invoice_date,due_date,currency,amount,open_amount\n" +
		"I-1,C-1,Example One,2024-01-01,2024-01-31,EUR,100.00,60.00\nI-2,C-1,Example One,2024-01-01,no day,EUR,50.00,50.00\n" +
		"I-3,C-1,Example One,2024-01-01,no day,EUR,50.00,50.00\n"
	load := app.NewImport{Profile: profile, Source: "file", Filename: "january.csv", File: strings.NewReader(file)}
	loaded, err := p.App.Import(ctx, pump.Admin, load)
	require.NoError(t, err)
	rows, err := p.App.ListQuarantine(ctx, pump.Admin, loaded.Run.ID, "open", port.Page{})
	require.NoError(t, err)
	require.Len(t, rows.Items, 2)
	done[port.QuarantineRow](t)(p.App.CorrectQuarantine(ctx, pump.Admin, rows.Items[0].ID, map[string]string{"due_date": "2024-01-31"}))
	done[port.QuarantineRow](t)(p.App.DiscardQuarantine(ctx, pump.Admin, rows.Items[1].ID, "a test"))
	load.File = io.MultiReader(strings.NewReader(file), iotest.ErrReader(io.ErrUnexpectedEOF))
	_, err = p.App.Import(ctx, pump.Admin, load)
	require.Error(t, err)
	return p
}

func caseEvents(t *testing.T) *pump.Pump {
	p, ctx := newPump(t), t.Context()
	inv := p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-02-01")
	p.Through("2024-02-07")
	r := p.Pay(inv, "P1", 100_00)
	p.Through("2024-02-10")
	done[receivable.Receipt](t)(p.App.ReverseReceipt(ctx, pump.Admin, r.ID, "bounced"))
	p.Through("2024-02-12")
	require.NoError(t, p.App.WakeCase(ctx, pump.Boss, inv.ID))
	require.NoError(t, p.App.RestartCase(ctx, pump.Boss, inv.ID))
	p.Through("2024-02-20")
	return p
}

func approvalEvents(t *testing.T) *pump.Pump {
	p := newPump(t)
	untilAsked(t, p, "R1", "R2")
	_, err := p.App.DecideApproval(t.Context(), pump.Admin, decision(oneApproval(t, p), true, ""))
	require.Error(t, err, "four eyes")
	p.Through("2024-02-24")
	chief := access.Principal{ID: "chief", Role: access.Admin}
	decide := func(yes bool) {
		_, err := p.App.DecideApproval(t.Context(), chief, decision(oneApproval(t, p), yes, "so it is"))
		require.NoError(t, err)
	}
	decide(false)
	p.Through("2024-03-10")
	p.Pay(invoiceR1(t, p), "P1", 50_00)
	p.RunUntilQuiet()
	decide(true)
	p.Through("2024-03-13")
	return p
}

func skippedEvents(t *testing.T) *pump.Pump {
	p := newPump(t)
	c := p.Customer("1001")
	assign(t, p, c, ladder("skip", remind("first", 5), approved(remind("demand", 15), policy.DeadlineSkip), approved(stepStage("visit", 20, policy.Task), policy.DeadlineSkip)))
	p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-03-05")
	return p
}

func stepEvents(t *testing.T) *pump.Pump {
	p := newPump(t)
	c := p.Customer("1001")
	assign(t, p, c, ladder("steps", remind("first", 5), stepStage("call", 10, policy.Task), stepStage("hold", 12, policy.CreditHold),
		approved(stepStage("agency", 20, policy.HandOver), policy.DeadlineRemind)))
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-28")
	p.Pay(inv, "P1", 10_00)
	p.RunUntilQuiet()
	approve(t, p, oneApproval(t, p))
	p.Through("2024-03-01")
	return p
}

func sendingEvents(t *testing.T) *pump.Pump {
	p := newPump(t)
	p.Mail.Answer = answers(notice.RefusedAddress, notice.Accepted)
	p.Post.Answer = func(notify.Message) notify.Outcome {
		if len(p.Post.Messages()) == 1 {
			return notify.Outcome{Kind: notice.Unknown}
		}
		return notify.Outcome{Kind: notice.Accepted}
	}
	inv := toTheFirst(t, p, p.Customer("1001"))
	other := p.Invoice(p.Customer("1002"), "R2", 100_00, "2024-03-01")
	p.Through("2024-03-05")
	p.Step(12 * time.Minute)
	p.Settle()
	p.Pay(other, "P1", 100_00)
	p.Pay(inv, "P2", 100_00)
	p.Through("2024-03-08")
	list, err := p.App.ListAuditEntries(t.Context(), pump.Boss, port.AuditFilter{InvoiceID: valid(other.ID)}, port.Page{Limit: port.MaxLimit})
	require.NoError(t, err)
	for _, e := range list.Items {
		require.Equal(t, other.CustomerID.String(), e.CustomerID, "%s is in its customer's history", e.Action)
	}
	return p
}

func parkedEvents(t *testing.T) *pump.Pump {
	templates, err := notice.Load(nil)
	require.NoError(t, err)
	mended := &atomic.Bool{}
	p := newPump(t, pump.Options{Templates: broken{templates, mended}})
	toTheFirst(t, p, p.Customer("1001"))
	c := p.Customer("1002")
	assign(t, p, c, ladder("asked", approved(remind("first", 5), policy.DeadlineRemind)))
	inv := p.Invoice(c, "R2", 100_00, "2024-02-05")
	p.Through("2024-02-12")
	mended.Store(true)
	require.NoError(t, p.App.WakeCase(t.Context(), pump.Boss, inv.ID))
	p.Settle()
	require.True(t, slices.ContainsFunc(p.Notices(), func(n notice.Notice) bool { return n.State == notice.Draft }))
	return p
}
