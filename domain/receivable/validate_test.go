package receivable_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/receivable"
)

func goodCustomer() Customer {
	return Customer{
		ID: newID(), Source: "erp", Number: "K-1", Name: "Müller & Söhne", Currency: "EUR", Language: "de",
		TimeZone: "Europe/Berlin", Calendar: "DE", Country: "DE", PreferredChannel: Letter, Terms: twoPercent(),
		Contacts: []Contact{{Role: RoleBilling, Email: "billing@example.com", Address: "Hauptstr. 1\n10115 Berlin"}},
	}
}

func TestCustomerNamesEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	require.NoError(t, goodCustomer().Validate())
	c := goodCustomer()
	c.ParentID = someID(c.ID)
	c.Source, c.Number, c.Name = "", "two\nlines", strings.Repeat("x", 301)
	c.Currency, c.TimeZone, c.Calendar, c.Language, c.Country = "XXX", "Europe/Nowhere", "ZZ", "German", "de"
	c.PreferredChannel = "pigeon"
	c.Terms = Terms{NetDays: 366, DiscountBP: -1, DiscountDays: 400}
	c.Contacts = append(c.Contacts, Contact{Role: "friend", Email: "nobody", Webhook: "ftp://x", Rank: -1, Phone: "1\n2", Name: "\x00"})
	err := c.Validate()
	requireCode(t, CodeInvalid, err)
	requireFields(t, err, "source", "number", "name", "currency", "time_zone", "calendar", "language", "country",
		"preferred_channel", "terms.net_days", "terms.discount_basis_points", "terms.discount_days", "parent_id",
		"contacts[1].role", "contacts[1].name", "contacts[1].email", "contacts[1].phone", "contacts[1].webhook", "contacts[1].rank")
}

func TestTooManyContacts(t *testing.T) {
	t.Parallel()
	c := goodCustomer()
	for range 50 {
		c.Contacts = append(c.Contacts, Contact{Role: RoleDunning})
	}
	requireFields(t, c.Validate(), "contacts")
}

func TestContact(t *testing.T) {
	t.Parallel()
	require.NoError(t, Contact{Role: RoleDunning, Webhook: "https://example.com/hook"}.Validate())
	requireFields(t, Contact{Role: RoleDunning, Email: "A <a@example.com>"}.Validate(), "email")
}

func TestInvoiceValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, invoice(300, 700).Validate())

	inv := invoice(300, 700)
	inv.AmountMinor = 999
	requireFields(t, inv.Validate(), "instalments")

	inv = invoice(300, 700)
	inv.Items[1].OriginalMinor = -700
	inv.Items[0].DueDate = date("2026-02-28")
	inv.Source, inv.PurchaseOrder = " ", strings.Repeat("x", 101)
	requireFields(t, inv.Validate(), "source", "purchase_order", "instalments[0].due_date", "instalments[1].amount_minor",
		"instalments")

	requireFields(t, Invoice{Source: "x", Number: "y"}.Validate(), "invoice_date", "currency", "amount_minor", "instalments")

	inv = invoice(300)
	inv.InvoiceDate = date("1969-12-31")
	requireFields(t, inv.Validate(), "invoice_date")
}

func TestReceiptValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, receiptOf(5).Validate())
	requireFields(t, Receipt{}.Validate(), "source", "number", "currency", "amount_minor", "value_date", "kind")
}

func TestCreditMemoValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, memoOf(newID(), 5).Validate())
	requireFields(t, CreditMemo{}.Validate(), "source", "number", "currency", "amount_minor", "memo_date")
}

func TestWriteOffValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, WriteOff{Kind: BadDebt, AmountMinor: 1, Reason: "insolvent"}.Validate())
	requireFields(t, WriteOff{Kind: "whim"}.Validate(), "kind", "amount_minor", "reason")
}

func TestPromiseValidate(t *testing.T) {
	t.Parallel()
	p := promiseOf(invoice(5), 5)
	require.NoError(t, p.Validate())
	p.DueOn = p.PromisedOn.AddDays(-1)
	requireFields(t, p.Validate(), "due_on")
	p.DueOn = p.PromisedOn.AddDays(367)
	requireFields(t, p.Validate(), "due_on")
	requireFields(t, Promise{GraceDays: 31, Note: "\x07"}.Validate(), "amount_minor", "grace_days", "note", "due_on")
}

func TestBlockValidate(t *testing.T) {
	t.Parallel()
	today := date("2026-04-20")
	require.NoError(t, Block{Reason: BlockLegal}.Validate(today))
	require.NoError(t, Block{Reason: BlockGoodwill, Until: today}.Validate(today))
	requireFields(t, Block{Reason: BlockGoodwill}.Validate(today), "until")
	requireFields(t, Block{Reason: BlockLegal, Until: today.AddDays(-1)}.Validate(today), "until")
	requireFields(t, Block{Reason: "mood", Until: today}.Validate(today), "reason")
}

func TestDisputeFlagValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, DisputeFlag{AmountMinor: 1, Reason: "price_2"}.Validate())
	for _, reason := range []string{"", "Shortage", "2nd", "has blank", strings.Repeat("x", 64)} {
		requireFields(t, DisputeFlag{AmountMinor: 1, Reason: reason}.Validate(), "reason")
	}
}

func TestNoteValidate(t *testing.T) {
	t.Parallel()
	today := date("2026-04-20")
	require.NoError(t, Note{Kind: "note", Body: "x", FollowUpOn: today}.Validate(today))
	require.NoError(t, Note{Kind: "call", Outcome: "reached", Body: "x"}.Validate(today))
	requireFields(t, Note{Kind: "call", Body: "x"}.Validate(today), "outcome")
	requireFields(t, Note{Kind: "note", Outcome: "reached", Body: "x"}.Validate(today), "outcome")
	requireFields(t, Note{Kind: "poem", FollowUpOn: today.AddDays(-1)}.Validate(today), "kind", "body", "follow_up_on")
}

func TestDocumentValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, Document{Kind: "invoice", Filename: "R-1.pdf", Size: 1}.Validate())
	requireFields(t, Document{Kind: "novel", Filename: "a\nb"}.Validate(), "kind", "filename", "file")
}
