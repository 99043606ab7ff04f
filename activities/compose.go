package activities

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/port"
)

// The codes of what cannot be composed.
const (
	CodeNoChannel = "notice.no_channel" // the channel is not set up
	CodeNoContact = "notice.no_contact" // no contact has an address for the channel
)

// noDate composes a message without a date: its bytes are frozen, and the day of sending comes later.
var noDate time.Time

// compose picks the contact, renders, and composes the bytes; it fills the notice with what they are made of. The lines
// that are live are in it, and their days of payment count from payFrom.
// Errors: notice.no_channel, notice.no_contact, and those of rendering and composing.
func (o Office) compose(nc port.NoticeContext, n *notice.Notice, date time.Time, payFrom calendar.Date) ([]byte, error) {
	channel, ok := o.Channels[n.Channel]
	if !ok {
		return nil, fault.Newf(fault.Invalid, CodeNoChannel, "the channel %s is not set up", n.Channel)
	}
	contact, ok := contactFor(nc.Contacts, n.Channel)
	if !ok {
		return nil, fault.Newf(fault.Conflict, CodeNoContact, "no contact can be reached by %s", n.Channel)
	}
	content := contentOf(nc, n, contact, date, payFrom)
	rendered, err := o.Renderer.Render(content)
	if err != nil {
		return nil, err
	}
	n.ContactID = uuid.NullUUID{UUID: contact.ID, Valid: true}
	n.Recipient = address(contact, n.Channel)
	n.Language, n.Template, n.Subject = rendered.Language, rendered.Template, rendered.Subject
	n.MessageID = notice.MessageID(n.ID, nc.House.ReplyDomain)
	raw, err := channel.Compose(notice.Envelope{
		NoticeID: n.ID, Channel: n.Channel, From: nc.House.FromAddress, ReplyTo: content.ReplyAddress, To: n.Recipient,
		MessageID: n.MessageID, Date: date, References: nc.Earlier, Content: content, Rendered: rendered,
	})
	if err != nil {
		return nil, err
	}
	hash := notice.Hash(n.Recipient, n.Channel, n.Template, policyVersions(n.Lines), raw)
	n.ContentHash = hash[:]
	return raw, nil
}

func policyVersions(lines []notice.Line) []uuid.UUID {
	versions := make([]uuid.UUID, len(lines))
	for i, l := range lines {
		versions[i] = l.PolicyVersionID
	}
	return versions
}

// contentOf is everything the message says.
func contentOf(nc port.NoticeContext, n *notice.Notice, contact receivable.Contact, date time.Time, payFrom calendar.Date) notice.Content {
	if date.IsZero() {
		date = n.CreatedAt
	}
	c := notice.Content{
		Creditor:     notice.Creditor{Name: nc.House.CreditorName, Address: nc.House.CreditorAddress, RemitTo: nc.House.RemitTo},
		CustomerName: nc.Customer.Name, CustomerNo: nc.Customer.Number, ContactName: contact.Name, PostalAddress: contact.Address,
		Language: nc.Customer.Language, Kind: n.Kind, Currency: n.Currency, Credits: nc.Credits,
		DocumentDate: dateIn(date, n.TimeZone),
		ReplyAddress: notice.ReplyAddress(n.CustomerID, nc.House.ReplyDomain),
	}
	for _, l := range n.Lines {
		if l.State != notice.LineLive {
			continue
		}
		c.Lines = append(c.Lines, described(l, nc.Lines[l.ItemID]))
		c.ReservedMinor += l.ReservedMinor
	}
	slices.SortStableFunc(c.Lines, byAge)
	c.Template = notice.TemplateOf(c.Lines)
	c.PayBy = payBy(c.Lines, payFrom, n.Calendar)
	for _, d := range nc.Copies {
		c.Attachments = append(c.Attachments, notice.Attachment{Filename: d.Filename, MediaType: d.MediaType, Content: d.Content})
	}
	c.Attachments = notice.Fit(c.Attachments)
	return c
}

// payBy is the day until which payment is asked for: what the firmest line allows. None: at once.
func payBy(lines []notice.Line, from calendar.Date, holidays string) calendar.Date {
	level, days := 0, 0
	for _, l := range lines {
		if l.Level > level {
			level, days = l.Level, l.PayDays
		}
	}
	if days == 0 {
		return 0
	}
	return shipped(holidays).AddBusinessDays(from, days)
}

// described adds to a line what is read with it.
func described(l, with notice.Line) notice.Line {
	l.InvoiceNumber, l.PurchaseOrder, l.InvoiceDate, l.DueDate = with.InvoiceNumber, with.PurchaseOrder, with.InvoiceDate, with.DueDate
	l.Instalment, l.Instalments, l.OriginalMinor = with.Instalment, with.Instalments, with.OriginalMinor
	l.ClaimNumber, l.ClaimReference, l.AgingDate = with.ClaimNumber, with.ClaimReference, with.AgingDate
	if l.ClaimNumber != 0 {
		l.AgingDays = l.DaysPastDue + l.DueDate.DaysSince(l.AgingDate)
	}
	return l
}

// byAge puts the oldest line first; the rest of the order only has to be the same every time.
func byAge(a, b notice.Line) int {
	switch {
	case a.DueDate != b.DueDate:
		return int(a.DueDate) - int(b.DueDate)
	case a.InvoiceNumber != b.InvoiceNumber && a.InvoiceNumber < b.InvoiceNumber:
		return -1
	case a.InvoiceNumber != b.InvoiceNumber:
		return 1
	}
	return a.Instalment - b.Instalment
}

// contactFor is the first contact that the channel reaches.
func contactFor(contacts []receivable.Contact, channel receivable.Channel) (receivable.Contact, bool) {
	for _, k := range contacts {
		if address(k, channel) != "" {
			return k, true
		}
	}
	return receivable.Contact{}, false
}

// address is where the channel reaches a contact; empty when it does not.
func address(k receivable.Contact, channel receivable.Channel) string {
	switch channel {
	case receivable.Email:
		if k.EmailFailedAt == nil {
			return k.Email
		}
	case receivable.Letter:
		return k.Address
	case receivable.SMS:
		return k.Phone
	case receivable.Webhook:
		return k.Webhook
	}
	return ""
}

// endpoint is where SMS and webhook messages are posted, if not to the installation's gateway.
func endpoint(contacts []receivable.Contact, n *notice.Notice) string {
	if n.Channel != receivable.SMS && n.Channel != receivable.Webhook {
		return ""
	}
	for _, k := range contacts {
		if n.ContactID.Valid && k.ID == n.ContactID.UUID {
			return k.Webhook
		}
	}
	return ""
}
