package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

type termsJSON struct {
	NetDays      int  `json:"net_days"`
	EndOfMonth   bool `json:"end_of_month,omitempty"`
	DiscountBP   int  `json:"discount_basis_points,omitempty"`
	DiscountDays int  `json:"discount_days,omitempty"`
}

// read returns the terms, or nil when none were sent.
func (t *termsJSON) read() *receivable.Terms {
	if t == nil {
		return nil
	}
	return &receivable.Terms{NetDays: t.NetDays, EndOfMonth: t.EndOfMonth, DiscountBP: t.DiscountBP, DiscountDays: t.DiscountDays}
}

type customerJSON struct {
	ID                 uuid.UUID     `json:"id"`
	Source             string        `json:"source"`
	Number             string        `json:"number"`
	Name               string        `json:"name"`
	Segment            string        `json:"segment,omitempty"`
	Currency           string        `json:"currency"`
	Language           string        `json:"language"`
	TimeZone           string        `json:"time_zone"`
	Calendar           string        `json:"calendar"`
	Country            string        `json:"country,omitempty"`
	PreferredChannel   string        `json:"preferred_channel,omitempty"`
	Collector          string        `json:"collector,omitempty"`
	PayerID            *uuid.UUID    `json:"payer_id,omitempty"`
	ParentID           *uuid.UUID    `json:"parent_id,omitempty"`
	DunningRecipientID *uuid.UUID    `json:"dunning_recipient_id,omitempty"`
	Terms              termsJSON     `json:"terms"`
	PolicyKey          string        `json:"policy_key,omitempty"`
	CreditHold         string        `json:"credit_hold,omitempty"`
	Contacts           []contactJSON `json:"contacts,omitempty"`
	Version            int64         `json:"version"`
	CreatedAt          time.Time     `json:"created_at"`
}

func (j customerJSON) version() int64 { return j.Version }
func (j customerJSON) path() string   { return "/v1/customers/" + j.ID.String() }

func writeCustomer(c receivable.Customer) customerJSON {
	return customerJSON{
		ID: c.ID, Source: c.Source, Number: c.Number, Name: c.Name, Segment: c.Segment, Currency: string(c.Currency), Language: c.Language,
		TimeZone: c.TimeZone, Calendar: c.Calendar, Country: c.Country, PreferredChannel: string(c.PreferredChannel), Collector: c.Collector,
		PayerID: optionalID(c.PayerID), ParentID: optionalID(c.ParentID), DunningRecipientID: optionalID(c.DunningRecipientID),
		Terms:     termsJSON{NetDays: c.Terms.NetDays, EndOfMonth: c.Terms.EndOfMonth, DiscountBP: c.Terms.DiscountBP, DiscountDays: c.Terms.DiscountDays},
		PolicyKey: c.PolicyKey, CreditHold: string(c.CreditHold), Contacts: each(c.Contacts, writeContact), Version: c.Version,
		CreatedAt: c.CreatedAt.UTC(),
	}
}

type newCustomerJSON struct {
	Source             string           `json:"source"`
	Number             string           `json:"number"`
	Name               string           `json:"name"`
	Segment            string           `json:"segment"`
	Currency           string           `json:"currency"`
	Language           string           `json:"language"`
	TimeZone           string           `json:"time_zone"`
	Calendar           string           `json:"calendar"`
	Country            string           `json:"country"`
	PreferredChannel   string           `json:"preferred_channel"`
	Collector          string           `json:"collector"`
	PayerID            *uuid.UUID       `json:"payer_id"`
	ParentID           *uuid.UUID       `json:"parent_id"`
	DunningRecipientID *uuid.UUID       `json:"dunning_recipient_id"`
	Terms              *termsJSON       `json:"terms"`
	PolicyKey          string           `json:"policy_key"`
	Contacts           []newContactJSON `json:"contacts"`
}

func (in newCustomerJSON) read() app.NewCustomer {
	return app.NewCustomer{
		Source: sourceOf(in.Source), Number: in.Number, Name: in.Name, Segment: in.Segment, Currency: money.Currency(in.Currency),
		Language: in.Language, TimeZone: in.TimeZone, Calendar: in.Calendar, Country: in.Country,
		PreferredChannel: receivable.Channel(in.PreferredChannel), Collector: in.Collector, PayerID: nullID(in.PayerID),
		ParentID: nullID(in.ParentID), DunningRecipientID: nullID(in.DunningRecipientID), Terms: in.Terms.read(), PolicyKey: in.PolicyKey,
		Contacts: each(in.Contacts, newContactJSON.read),
	}
}

// sourceAPI is the source of records that name none.
const sourceAPI = "api"

func sourceOf(source string) string {
	if source == "" {
		return sourceAPI
	}
	return source
}

type customerChangeJSON struct {
	Name               *string    `json:"name"`
	Segment            *string    `json:"segment"`
	Language           *string    `json:"language"`
	TimeZone           *string    `json:"time_zone"`
	Calendar           *string    `json:"calendar"`
	Country            *string    `json:"country"`
	PreferredChannel   *string    `json:"preferred_channel"`
	Collector          *string    `json:"collector"`
	PayerID            *string    `json:"payer_id"`
	ParentID           *string    `json:"parent_id"`
	DunningRecipientID *string    `json:"dunning_recipient_id"`
	Terms              *termsJSON `json:"terms"`
	PolicyKey          *string    `json:"policy_key"`
}

func (in customerChangeJSON) read(version int64) app.CustomerChange {
	return app.CustomerChange{
		Version: version, Name: in.Name, Segment: in.Segment, Language: in.Language, TimeZone: in.TimeZone, Calendar: in.Calendar,
		Country: in.Country, PreferredChannel: typed[receivable.Channel](in.PreferredChannel), Collector: in.Collector,
		PayerID: clearableID(in.PayerID), ParentID: clearableID(in.ParentID), DunningRecipientID: clearableID(in.DunningRecipientID),
		Terms: in.Terms.read(), PolicyKey: in.PolicyKey,
	}
}

// typed reads an optional text as a value of the domain.
func typed[T ~string](text *string) *T {
	if text == nil {
		return nil
	}
	value := T(*text)
	return &value
}

// clearableID reads an optional id that an empty text clears. The specification has checked its form.
func clearableID(text *string) *uuid.NullUUID {
	if text == nil {
		return nil
	}
	id, err := uuid.Parse(*text)
	return &uuid.NullUUID{UUID: id, Valid: err == nil}
}

func (s *server) listCustomers(c echo.Context) error {
	return listing(c, s.app.ListCustomers, port.CustomerFilter{
		Search: c.QueryParam("q"), Source: c.QueryParam("source"), Number: c.QueryParam("number"), Segment: c.QueryParam("segment"),
		Collector: c.QueryParam("collector"),
	}, writeCustomer)
}

func (s *server) createCustomer(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newCustomerJSON) (receivable.Customer, error) {
		return s.app.CreateCustomer(ctx, p, in.read())
	}, writeCustomer)
}

func (s *server) getCustomer(c echo.Context) error { return show(c, s.app.Customer, writeCustomer) }

func (s *server) updateCustomer(c echo.Context) error {
	return change(c, func(ctx context.Context, p access.Principal, in customerChangeJSON, version int64) (receivable.Customer, error) {
		return s.app.UpdateCustomer(ctx, p, pathID(c), in.read(version))
	}, writeCustomer)
}

type creditHoldJSON struct {
	State string `json:"state"`
}

func (s *server) setCreditHold(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in creditHoldJSON) (receivable.Customer, error) {
		return s.app.SetCreditHold(ctx, p, pathID(c), in.State == string(receivable.HoldInForce))
	}, writeCustomer)
}
