package app_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/receivable"
	"arrears/port"
)

func TestCreateCustomer(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	got, err := d.app.CreateCustomer(t.Context(), d.supervisor, app.NewCustomer{Number: "K-2", Name: "Südwind", Currency: "CHF"})
	require.NoError(t, err)
	require.Equal(t, "api", got.Source)
	require.Equal(t, "Europe/Berlin", got.TimeZone, "the installation's")
	require.Equal(t, 30, got.Terms.NetDays)
	require.Equal(t, "supervisor-1", got.RecipientChangedBy)
	d.recorded(got.ID, "customer.created")
	read, err := d.app.Customer(t.Context(), d.reader, got.ID)
	require.NoError(t, err)
	require.Equal(t, got.Name, read.Name)

	same, err := d.app.CreateCustomer(t.Context(), d.supervisor, app.NewCustomer{Number: "K-2", Name: "Südwind", Currency: "CHF"})
	require.NoError(t, err)
	require.Equal(t, got.ID, same.ID)
	d.recorded(got.ID, "customer.created")
	list, err := d.app.ListCustomers(t.Context(), d.reader, port.CustomerFilter{Search: "wind"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 2)
}

func TestCreateCustomerRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	create := func(who access.Principal, in app.NewCustomer) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := d.app.CreateCustomer(ctx, who, in)
			return err
		}
	}
	d.refuses("access.forbidden", create(d.collector, app.NewCustomer{}))
	d.refuses("customer.number_taken", create(d.supervisor, app.NewCustomer{Number: "K-1", Name: "Other", Currency: "EUR"}))
	d.refuses("policy.not_found", create(d.supervisor, app.NewCustomer{Number: "K-2", Name: "X", Currency: "EUR", PolicyKey: "none"}))
	d.refuses("customer.not_found", create(d.supervisor, app.NewCustomer{Number: "K-2", Name: "X", Currency: "EUR", PayerID: d.id(uuid.New())}))
	paths := d.refuses("receivable.invalid", create(d.supervisor, app.NewCustomer{
		Currency: "ZZZ", TimeZone: "Mars/Base", Contacts: []app.NewContact{{Role: "x", Email: "y"}},
	}))
	require.Equal(t, []string{"number", "name", "currency", "time_zone", "contacts[0].role", "contacts[0].email"}, paths)
}

func TestUpdateCustomer(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	d.nudges(func() {
		got, err := d.app.UpdateCustomer(t.Context(), d.supervisor, d.customer.ID, app.CustomerChange{
			Version: d.customer.Version, Name: ptr("Westwind"), Segment: ptr("wholesale"),
		})
		require.NoError(t, err)
		require.Equal(t, "Westwind", got.Name)
		require.Equal(t, int64(2), got.Version)
		d.recorded(got.ID, "customer.changed")
	})
	branch := d.newCustomer("K-2")
	other := access.Principal{ID: "supervisor-2", Role: access.Supervisor}
	d.nudges(func() {
		got, err := d.app.UpdateCustomer(t.Context(), other, d.customer.ID, app.CustomerChange{
			Version: 2, DunningRecipientID: ptr(d.id(branch.ID)),
		})
		require.NoError(t, err)
		require.Equal(t, "supervisor-2", got.RecipientChangedBy, "for four eyes")
	}, owed)
	d.refuses("customer.changed", func(ctx context.Context) error {
		_, err := d.app.UpdateCustomer(ctx, d.supervisor, d.customer.ID, app.CustomerChange{Version: 1, Name: ptr("x")})
		return err
	})
	d.refuses("receivable.invalid", func(ctx context.Context) error {
		_, err := d.app.UpdateCustomer(ctx, d.supervisor, d.customer.ID, app.CustomerChange{Version: 3, Name: ptr("")})
		return err
	})
	d.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := d.app.UpdateCustomer(ctx, d.collector, d.customer.ID, app.CustomerChange{Version: 3})
		return err
	})
}

func TestCreditHold(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	d.nudges(func() {
		d.again(func(ctx context.Context) {
			got, err := d.app.SetCreditHold(ctx, d.supervisor, d.customer.ID, true)
			require.NoError(t, err)
			require.Equal(t, receivable.HoldInForce, got.CreditHold)
		})
	}, owed)
	d.recorded(d.customer.ID, "credit_hold.confirmed")
	got, err := d.app.SetCreditHold(t.Context(), d.supervisor, d.customer.ID, false)
	require.NoError(t, err)
	require.Equal(t, receivable.NoHold, got.CreditHold)
	d.recorded(d.customer.ID, "credit_hold.lifted")
	d.refuses("customer.not_found", func(ctx context.Context) error {
		_, err := d.app.SetCreditHold(ctx, d.supervisor, uuid.New(), true)
		return err
	})
}

func TestContactsOfACustomer(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	var contact receivable.Contact
	d.nudges(func() {
		d.again(func(ctx context.Context) {
			var err error
			contact, err = d.app.AddContact(ctx, d.supervisor, d.customer.ID, app.NewContact{
				Role: receivable.RoleDunning, Email: "dunning@customer.example",
			})
			require.NoError(t, err)
		})
	}, owed)
	d.recorded(contact.ID, "contact.added")
	_, err := d.conn.Exec(t.Context(), `UPDATE contacts SET email_failed_at = '2026-01-01', email_failure = '550' WHERE id = $1`, contact.ID)
	require.NoError(t, err)

	got, err := d.app.UpdateContact(t.Context(), d.admin, contact.ID, app.ContactChange{Version: 1, Name: ptr("Desk")})
	require.NoError(t, err)
	require.NotNil(t, got.EmailFailedAt, "the address is still the one that failed")
	d.nudges(func() {
		got, err = d.app.UpdateContact(t.Context(), d.admin, contact.ID, app.ContactChange{Version: 2, Email: ptr("new@customer.example")})
		require.NoError(t, err)
	}, owed)
	require.Nil(t, got.EmailFailedAt)
	require.Empty(t, got.EmailFailure)
	customer, err := d.app.Customer(t.Context(), d.reader, d.customer.ID)
	require.NoError(t, err)
	require.Equal(t, "admin-1", customer.RecipientChangedBy)
	read, err := d.app.Contact(t.Context(), d.reader, contact.ID)
	require.NoError(t, err)
	require.Equal(t, got, read)

	d.refuses("contact.changed", func(ctx context.Context) error {
		_, err := d.app.UpdateContact(ctx, d.admin, contact.ID, app.ContactChange{Version: 1, Name: ptr("x")})
		return err
	})
	d.refuses("contact.not_found", func(ctx context.Context) error {
		_, err := d.app.UpdateContact(ctx, d.admin, uuid.New(), app.ContactChange{Version: 1})
		return err
	})
	d.refuses("receivable.invalid", func(ctx context.Context) error {
		_, err := d.app.AddContact(ctx, d.admin, d.customer.ID, app.NewContact{Role: "friend"})
		return err
	})
	d.refuses("customer.not_found", func(ctx context.Context) error {
		_, err := d.app.AddContact(ctx, d.admin, uuid.New(), app.NewContact{Role: receivable.RoleLegal})
		return err
	})
}

// A contact of a head office matters to every branch whose notices go there.
func TestContactOfARecipientReachesItsBranches(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	head := d.newCustomer("K-0")
	_, err := d.app.UpdateCustomer(t.Context(), d.supervisor, d.customer.ID, app.CustomerChange{
		Version: 1, DunningRecipientID: ptr(d.id(head.ID)),
	})
	require.NoError(t, err)
	d.nudges(func() {
		_, err := d.app.AddContact(t.Context(), d.supervisor, head.ID, app.NewContact{Role: receivable.RoleDunning, Email: "a@example.com"})
		require.NoError(t, err)
	}, owed)
}
