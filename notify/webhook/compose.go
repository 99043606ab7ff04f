package webhook

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/notify"
)

// EventType is the type of every message posted here.
const EventType = "notice.send"

// payload is what is posted. docs/notices.md describes it.
type payload struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	Timestamp string `json:"timestamp,omitempty"`
	Data      data   `json:"data"`
}

type data struct {
	NoticeID       string   `json:"notice_id"`
	Channel        string   `json:"channel"`
	To             string   `json:"to"`
	Kind           string   `json:"kind"`
	Language       string   `json:"language"`
	Template       string   `json:"template"`
	Subject        string   `json:"subject"`
	Text           string   `json:"text"`
	HTML           string   `json:"html,omitempty"`
	CustomerNumber string   `json:"customer_number"`
	CustomerName   string   `json:"customer_name"`
	ReplyTo        string   `json:"reply_to,omitempty"`
	Currency       string   `json:"currency"`
	AmountMinor    int64    `json:"amount_minor"`
	ReservedMinor  int64    `json:"reserved_minor"`
	PayBy          string   `json:"pay_by,omitempty"`
	Lines          []line   `json:"lines"`
	Credits        []credit `json:"credits"`
}

type line struct {
	InvoiceNumber string `json:"invoice_number"`
	DueDate       string `json:"due_date"`
	DaysPastDue   int    `json:"days_past_due"`
	Level         int    `json:"level"`
	OpenMinor     int64  `json:"open_minor"`
	AskMinor      int64  `json:"ask_minor"`
}

type credit struct {
	Kind        string `json:"kind"`
	Reference   string `json:"reference"`
	AmountMinor int64  `json:"amount_minor"`
}

// compose writes the body. For SMS the text is the short one; other channels get the full text and HTML as well.
func compose(e notify.Envelope) ([]byte, error) {
	if e.NoticeID == uuid.Nil {
		return nil, invalid("notice_id", "is missing")
	}
	if e.Channel != receivable.SMS && e.Channel != receivable.Webhook {
		return nil, invalid("channel", "must be sms or webhook")
	}
	if e.Channel == receivable.SMS && (e.To == "" || e.Rendered.SMS == "") {
		return nil, invalid("to", "an SMS needs a number and a text")
	}
	p := payload{ID: messageID(e.NoticeID), Type: EventType, Data: dataOf(e)}
	if !e.Date.IsZero() {
		p.Timestamp = e.Date.UTC().Format(time.RFC3339)
	}
	return json.Marshal(p)
}

func invalid(path, message string) error {
	return fault.Fields(notify.CodeInvalidEnvelope, "the message cannot be composed",
		fault.Field{Path: path, Code: notify.CodeInvalidEnvelope, Message: message})
}

// messageID is the same for every attempt, so the receiver can drop a repetition.
func messageID(noticeID uuid.UUID) string { return "msg_" + noticeID.String() }

func dataOf(e notify.Envelope) data {
	d := data{
		NoticeID: e.NoticeID.String(), Channel: string(e.Channel), To: e.To, Kind: string(e.Content.Kind),
		Language: e.Rendered.Language, Template: e.Rendered.Template, Subject: e.Rendered.Subject, Text: e.Rendered.SMS,
		CustomerNumber: e.Content.CustomerNo, CustomerName: e.Content.CustomerName, ReplyTo: e.ReplyTo,
		Currency: string(e.Content.Currency), ReservedMinor: e.Content.ReservedMinor, PayBy: e.Content.PayBy.String(),
		Lines: []line{}, Credits: []credit{},
	}
	if e.Channel == receivable.Webhook {
		d.Text, d.HTML = e.Rendered.Text, e.Rendered.HTML
	}
	for _, l := range e.Content.Lines {
		d.AmountMinor += l.AskMinor
		d.Lines = append(d.Lines, lineOf(l))
	}
	for _, c := range e.Content.Credits {
		d.Credits = append(d.Credits, credit{Kind: string(c.Kind), Reference: c.Reference, AmountMinor: c.Minor})
	}
	return d
}

func lineOf(l notice.Line) line {
	return line{
		InvoiceNumber: l.InvoiceNumber, DueDate: l.DueDate.String(), DaysPastDue: l.DaysPastDue, Level: l.Level,
		OpenMinor: l.OpenMinor, AskMinor: l.AskMinor,
	}
}
