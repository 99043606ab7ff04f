package house

import (
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
)

// Who acts. Clerk enters amounts, recipients and policies, and so may not approve; Boss decides.
var (
	Clerk = access.Principal{ID: "clerk", Name: "Clerk", Role: access.Admin}
	Boss  = access.Principal{ID: "boss", Name: "Boss", Role: access.Supervisor}
)

// Publish publishes a policy document and returns its key.
func (h *House) Publish(document string) string {
	h.t.Helper()
	p, err := policy.Parse([]byte(document))
	require.NoError(h.t, err)
	_, err = h.App.PublishPolicy(h.t.Context(), Clerk, p)
	require.NoError(h.t, err)
	return p.Key
}

// DefaultPolicy publishes a policy document and makes it the installation's.
func (h *House) DefaultPolicy(document string) {
	h.t.Helper()
	key := h.Publish(document)
	settings, err := h.App.Settings(h.t.Context(), Clerk)
	require.NoError(h.t, err)
	_, err = h.App.UpdateSettings(h.t.Context(), Clerk, app.SettingsChange{Version: settings.Version, DefaultPolicy: &key})
	require.NoError(h.t, err)
}

// Address is the mail address of a customer that Customer makes.
func Address(number string) string { return "accounts@" + number + ".example" }

// Customer enters a customer in euro and UTC with one billing contact, who can be mailed and written to.
func (h *House) Customer(number string, change ...func(*app.NewCustomer)) receivable.Customer {
	h.t.Helper()
	in := app.NewCustomer{
		Source: "test", Number: number, Name: "Customer " + number, Currency: "EUR", Language: "en", TimeZone: "UTC", Calendar: "none",
		Contacts: []app.NewContact{{
			Role: receivable.RoleBilling, Name: "Accounts payable", Email: Address(number), Address: "1 Main Street\n10000 " + number,
		}},
	}
	for _, fn := range change {
		fn(&in)
	}
	c, err := h.App.CreateCustomer(h.t.Context(), Clerk, in)
	require.NoError(h.t, err)
	return c
}

// Invoice enters an invoice with one due date, in the customer's currency.
func (h *House) Invoice(c receivable.Customer, number string, minor int64, due calendar.Date) receivable.Invoice {
	h.t.Helper()
	inv, err := h.App.CreateInvoice(h.t.Context(), Clerk, app.NewInvoice{
		Source: "test", Number: number, CustomerID: c.ID, Currency: c.Currency, AmountMinor: minor,
		InvoiceDate: due.AddDays(-30), DueDate: due, PurchaseOrder: "PO-" + number,
	})
	require.NoError(h.t, err)
	return inv
}

// Pay records a receipt of today and puts it on the invoice.
func (h *House) Pay(inv receivable.Invoice, minor int64) receivable.Receipt {
	h.t.Helper()
	r, err := h.App.RecordReceipt(h.t.Context(), Clerk, app.NewReceipt{
		Source: "bank", Number: "R-" + randomID(), CustomerID: some(inv.CustomerID), Currency: inv.Currency, AmountMinor: minor,
		ValueDate: h.Today(), Applications: []app.ReceiptApplication{{InvoiceID: some(inv.ID), AmountMinor: minor}},
	})
	require.NoError(h.t, err)
	return r
}

// Reverse reverses a receipt.
func (h *House) Reverse(r receivable.Receipt) {
	h.t.Helper()
	_, err := h.App.ReverseReceipt(h.t.Context(), Clerk, r.ID, "returned by the bank")
	require.NoError(h.t, err)
}

// Promise records a promise to pay without grace.
func (h *House) Promise(inv receivable.Invoice, minor int64, due calendar.Date) receivable.Promise {
	h.t.Helper()
	p, err := h.App.MakePromise(h.t.Context(), Clerk, app.NewPromise{InvoiceID: inv.ID, AmountMinor: minor, Currency: inv.Currency, DueOn: due})
	require.NoError(h.t, err)
	return p
}

func some(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: true} }

// OpenApprovals lists what waits for a decision.
func (h *House) OpenApprovals() []casework.Approval {
	h.t.Helper()
	list, err := h.App.ListApprovals(h.t.Context(), Boss, port.ApprovalFilter{State: string(casework.ApprovalOpen)}, port.Page{Limit: port.MaxLimit})
	require.NoError(h.t, err)
	return list.Items
}

// AwaitApproval waits for exactly one open approval.
func (h *House) AwaitApproval() casework.Approval {
	h.t.Helper()
	var open []casework.Approval
	h.Until("one approval is asked for", func() bool {
		open = h.OpenApprovals()
		return len(open) == 1
	})
	return open[0]
}

// Decide approves or rejects as the boss.
func (h *House) Decide(ap casework.Approval, approve bool) {
	h.t.Helper()
	_, err := h.App.DecideApproval(h.t.Context(), Boss, app.DecideApproval{
		ID: ap.ID, Approve: approve, Comment: "as discussed", ContentHash: hex.EncodeToString(ap.ContentHash[:]), Version: ap.Version,
	})
	require.NoError(h.t, err)
}

// Case reads an invoice's case.
func (h *House) Case(inv receivable.Invoice) app.CaseDetail {
	h.t.Helper()
	c, err := h.App.Case(h.t.Context(), Clerk, inv.ID)
	require.NoError(h.t, err)
	return c
}

// CaseState waits until the case is in the state.
func (h *House) CaseState(inv receivable.Invoice, state casework.CaseState) {
	h.t.Helper()
	h.Until(fmt.Sprintf("the case of %s is %s", inv.Number, state), func() bool { return h.Case(inv).State == state })
}

// Item reads an invoice's first item.
func (h *House) Item(inv receivable.Invoice) receivable.Item {
	h.t.Helper()
	found, err := h.App.Invoice(h.t.Context(), Clerk, inv.ID)
	require.NoError(h.t, err)
	return found.Items[0]
}

// Notices reads all notices, oldest first.
func (h *House) Notices() []notice.Notice {
	h.t.Helper()
	ids := Column[uuid.UUID](h, `SELECT id FROM notices ORDER BY id`)
	all := make([]notice.Notice, len(ids))
	for i, id := range ids {
		n, err := h.App.Notice(h.t.Context(), Clerk, id)
		require.NoError(h.t, err)
		all[i] = n
	}
	return all
}

// Actions lists what the record says of an invoice, in order.
func (h *House) Actions(inv receivable.Invoice) []string {
	h.t.Helper()
	told, err := h.App.Timeline(h.t.Context(), Clerk, inv.ID, port.Page{Limit: port.MaxLimit})
	require.NoError(h.t, err)
	actions := make([]string, len(told.Items))
	for i, e := range told.Items {
		require.NotEmpty(h.t, e.Text, "%s has no words", e.Action)
		actions[i] = e.Action
	}
	return actions
}

// Tasks lists the open tasks of a kind.
func (h *House) Tasks(kind string) []casework.Task {
	h.t.Helper()
	list, err := h.App.ListTasks(h.t.Context(), Clerk, port.TaskFilter{Kind: kind, State: string(casework.TaskOpen)}, port.Page{Limit: port.MaxLimit})
	require.NoError(h.t, err)
	return list.Items
}

// Invoices reads all invoices, oldest first.
func (h *House) Invoices() []receivable.Invoice {
	h.t.Helper()
	ids := Column[uuid.UUID](h, `SELECT id FROM invoices ORDER BY id`)
	all := make([]receivable.Invoice, len(ids))
	for i, id := range ids {
		found, err := h.App.Invoice(h.t.Context(), Clerk, id)
		require.NoError(h.t, err)
		all[i] = found
	}
	return all
}
