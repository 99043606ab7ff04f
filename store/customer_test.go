package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/receivable"
	"arrears/port"
)

func TestCustomerComesBackAsItWent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		got, err := tx.Customer(ctx, h.customer.ID)
		require.NoError(t, err)
		require.Equal(t, h.customer, got)
		got, err = tx.CustomerByNumber(ctx, "erp", "K-1")
		require.NoError(t, err)
		require.Equal(t, h.customer, got)
	})
	h.refuses(t, "customer.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Customer(ctx, newID())
		return err
	})
	h.refuses(t, "customer.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.CustomerByNumber(ctx, "other", "K-1")
		return err
	})
}

func TestCustomerConstraints(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		code   string
		change func(*receivable.Customer)
	}{
		"number taken":      {"customer.number_taken", func(c *receivable.Customer) { c.Number = "K-1" }},
		"unknown policy":    {"policy.not_found", func(c *receivable.Customer) { c.PolicyKey = "none" }},
		"unknown payer":     {"customer.not_found", func(c *receivable.Customer) { c.PayerID = someID(newID()) }},
		"unknown recipient": {"customer.not_found", func(c *receivable.Customer) { c.DunningRecipientID = someID(newID()) }},
		"own parent":        {"customer.own_parent", func(c *receivable.Customer) { c.ParentID = someID(c.ID) }},
		"same id":           {"record.exists", func(c *receivable.Customer) { c.ID = h.customer.ID }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			customer := customerOf("K-2")
			customer.Contacts = nil
			c.change(&customer)
			h.refuses(t, c.code, func(ctx context.Context, tx port.Tx) error { return tx.InsertCustomer(ctx, customer) })
		})
	}
}

func TestUpdateCustomerOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	changed := h.customer
	changed.Name, changed.Segment, changed.Terms.NetDays, changed.Collector = "Südwind", "wholesale", 14, ""
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.UpdateCustomer(ctx, changed))
		got, err := tx.Customer(ctx, changed.ID)
		require.NoError(t, err)
		changed.Version = 2
		require.Equal(t, changed, got)
	})
	h.refuses(t, "customer.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateCustomer(ctx, h.customer) })
}

func TestCreditHoldAndRecipient(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.SetCreditHold(ctx, h.customer.ID, receivable.HoldRequested))
		require.NoError(t, tx.SetRecipientChangedBy(ctx, h.customer.ID, "key-9"))
		got, err := tx.Customer(ctx, h.customer.ID)
		require.NoError(t, err)
		require.Equal(t, receivable.HoldRequested, got.CreditHold)
		require.Equal(t, "key-9", got.RecipientChangedBy)
		require.Equal(t, int64(3), got.Version)
	})
	h.refuses(t, "customer.not_found", func(ctx context.Context, tx port.Tx) error {
		return tx.SetCreditHold(ctx, newID(), receivable.NoHold)
	})
}

func TestDunningCustomersOf(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	branch, away := customerOf("K-2"), customerOf("K-3")
	branch.DunningRecipientID = someID(h.customer.ID)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertCustomer(ctx, branch))
		require.NoError(t, tx.InsertCustomer(ctx, away))
		ids, err := tx.DunningCustomersOf(ctx, h.customer.ID)
		require.NoError(t, err)
		require.Equal(t, []uuid.UUID{h.customer.ID, branch.ID}, ids)
		ids, err = tx.DunningCustomersOf(ctx, branch.ID)
		require.NoError(t, err)
		require.Empty(t, ids, "its notices go elsewhere")
	})
}

func TestListCustomers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		for n := 2; n <= 5; n++ {
			c := customerOf(fmt.Sprintf("K-%d", n))
			if n == 5 {
				c.Name, c.Segment, c.Collector = "100%_Ost", "wholesale", "Sam"
			}
			require.NoError(t, tx.InsertCustomer(ctx, c))
		}
	})
	for name, c := range map[string]struct {
		filter port.CustomerFilter
		want   []string
	}{
		"all":       {port.CustomerFilter{}, []string{"K-1", "K-2", "K-3", "K-4", "K-5"}},
		"search":    {port.CustomerFilter{Search: "NORDWIND k-3"}, []string{"K-3"}},
		"wildcards": {port.CustomerFilter{Search: "%_o"}, []string{"K-5"}},
		"number":    {port.CustomerFilter{Source: "erp", Number: "K-2"}, []string{"K-2"}},
		"segment":   {port.CustomerFilter{Segment: "wholesale"}, []string{"K-5"}},
		"collector": {port.CustomerFilter{Collector: "Sam"}, []string{"K-5"}},
		"none":      {port.CustomerFilter{Source: "other"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[receivable.Customer], error) {
				return tx.ListCustomers(ctx, c.filter, p)
			})
			var numbers []string
			for _, customer := range got {
				numbers = append(numbers, customer.Number)
			}
			require.Equal(t, c.want, numbers)
		})
	}
	for _, cursor := range []string{"x", "e30", "WyJhIl0", "WyJhIiwiYiJd"} {
		h.refuses(t, "page.bad_cursor", func(ctx context.Context, tx port.Tx) error {
			_, err := tx.ListCustomers(ctx, port.CustomerFilter{}, port.Page{After: cursor})
			return err
		})
	}
}

func TestContacts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	contact := h.customer.Contacts[0]
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.SetEmailFailed(ctx, contact.ID, noon, "550 no such user"))
		got, err := tx.Contact(ctx, contact.ID)
		require.NoError(t, err)
		require.Equal(t, noon, *got.EmailFailedAt)
		require.Equal(t, "550 no such user", got.EmailFailure)

		got.Email, got.EmailFailedAt, got.EmailFailure, got.Active, got.Rank = "c@example.com", nil, "", false, 7
		got.Role, got.Address, got.Webhook, got.Name, got.Phone = receivable.RoleLegal, "A\nB", "https://example.com", "N", "1"
		require.NoError(t, tx.UpdateContact(ctx, got))
		again, err := tx.Contact(ctx, contact.ID)
		require.NoError(t, err)
		got.Version = 3
		require.Equal(t, got, again)
	})
	h.refuses(t, "contact.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateContact(ctx, contact) })
	h.refuses(t, "contact.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Contact(ctx, newID())
		return err
	})
	h.refuses(t, "contact.not_found", func(ctx context.Context, tx port.Tx) error {
		return tx.SetEmailFailed(ctx, newID(), noon, "")
	})
	h.refuses(t, "customer.not_found", func(ctx context.Context, tx port.Tx) error {
		return tx.InsertContact(ctx, receivable.Contact{ID: newID(), CustomerID: newID(), Role: receivable.RoleLegal})
	})
}

func TestLocks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.LockCustomer(ctx, h.customer.ID))
		id, err := tx.LockCustomerOf(ctx, h.invoice.ID)
		require.NoError(t, err)
		require.Equal(t, h.customer.ID, id)
	})
	h.refuses(t, "customer.not_found", func(ctx context.Context, tx port.Tx) error { return tx.LockCustomer(ctx, newID()) })
	h.refuses(t, "invoice.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.LockCustomerOf(ctx, newID())
		return err
	})
}
