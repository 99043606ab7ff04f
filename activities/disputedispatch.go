package activities

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/internal/failpoint"
	"arrears/port"
	"arrears/workflows/contract"
)

// The kinds of messages about a claim.
const (
	messageAcknowledgement = "acknowledgement"
	messageDelay           = "delay"
	messageCredit          = "credit"
	messageDenial          = "denial"
	messageSettlement      = "settlement"
)

// CodeUnknownMessage means a message of a kind that we do not know.
const CodeUnknownMessage = "dispute.unknown_message"

// The counters of the one window in which a crash may send a message about a claim twice.
const (
	countMessageResent    = "message_resent_same_bytes"
	countMessageWithdrawn = "message_withdrawn_in_sending"
)

// templateOf names the wording of a kind of message.
func templateOf(kind string) (string, bool) {
	template, ok := map[string]string{
		messageAcknowledgement: notice.ClaimAcknowledgement, messageDelay: notice.ClaimDelay, messageCredit: notice.ClaimCredit,
		messageDenial: notice.ClaimDenial, messageSettlement: notice.ClaimSettlement,
	}[kind]
	return template, ok
}

// dispatch is the transaction whose commit is the moment of sending: the claim is looked at again with the customer locked,
// what no longer holds is not said, the bytes are stored, and the message is marked as being sent. again: this process has
// dispatched it before and handed nothing over.
func (p *Disputes) dispatch(ctx context.Context, in contract.Step, files *shelf, again bool) (dispatched, error) {
	now, err := businessNow(ctx, p.Clock)
	if err != nil {
		return dispatched{}, err
	}
	var d dispatched
	err = p.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		d = dispatched{}
		f, err := lockClaim(ctx, tx, in.Subject)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(f.Messages, func(m dispute.Message) bool {
			return m.State == dispute.MessageDue || m.State == dispute.MessageSending
		})
		if at >= 0 {
			m := &f.Messages[at]
			j := &messageJob{p: p, tx: tx, f: f, m: m, now: now, files: files, resend: m.State == dispute.MessageSending && !again}
			if d, err = j.run(ctx); err != nil {
				return err
			}
			f = j.f
		}
		if !d.send {
			if err := keepDate(ctx, tx, &f, f.Dispute.State, now); err != nil {
				return err
			}
			if d.next, err = p.plan(ctx, f, now); err != nil {
				return err
			}
		}
		return failpoint.Hit(failpoint.DispatchBeforeCommit)
	})
	d.committed = p.real()
	return d, err
}

// messageJob is one dispatch under way. The message is one of the file's.
type messageJob struct {
	p        *Disputes
	tx       port.Tx
	f        claimFile
	m        *dispute.Message
	now      time.Time
	files    *shelf
	resend   bool // the bytes of an earlier run may be out
	decision dispute.Decision
}

func (j *messageJob) run(ctx context.Context) (dispatched, error) {
	if err := j.readDecision(ctx); err != nil {
		return dispatched{}, err
	}
	if !j.holds() {
		return dispatched{}, j.withdraw(ctx, "no_longer_holds")
	}
	nc, err := j.tx.NoticeContext(ctx, j.f.Dispute.CustomerID, j.f.Dispute.Currency, nil)
	if err != nil {
		return dispatched{}, err
	}
	contact, ok := contactFor(nc.Contacts, receivable.Email)
	if !ok {
		o := &messageOutcome{tx: j.tx, f: j.f, m: j.m, now: j.now}
		return dispatched{}, o.byHand(ctx, "no_contact")
	}
	raw, err := j.compose(ctx, nc, contact)
	if errors.Is(err, errEvidenceTooLarge) {
		o := &messageOutcome{tx: j.tx, f: j.f, m: j.m, now: j.now}
		return dispatched{}, o.byHand(ctx, "evidence_too_large")
	}
	if err != nil {
		return dispatched{}, err
	}
	if j.resend && (contact.Email != j.m.Address || !bytes.Equal(raw, j.m.Body)) {
		return dispatched{}, j.anew(ctx)
	}
	j.m.State, j.m.Address, j.m.MessageID, j.m.Body, j.m.Reason = dispute.MessageSending, contact.Email, j.messageID(nc), raw, ""
	j.m.Attempts++
	if err := j.tx.PutMessage(ctx, *j.m); err != nil {
		return dispatched{}, err
	}
	message := notice.Message{
		NoticeID: j.m.ID, Channel: receivable.Email, From: nc.House.FromAddress, To: contact.Email, Date: j.m.CreatedAt, Raw: raw,
	}
	return dispatched{send: true, message: message}, j.count(ctx, countMessageResent)
}

// count adds to a counter of the one window in which a crash may send twice.
func (j *messageJob) count(ctx context.Context, name string) error {
	if !j.resend {
		return nil
	}
	return j.tx.Write(ctx, port.Work{Counts: []port.Count{{Name: name, N: 1}}})
}

// readDecision finds the decision that the message tells of: its step names it. A message that names none tells of the latest.
func (j *messageJob) readDecision(ctx context.Context) error {
	decisions, err := j.tx.ClaimDecisionsOf(ctx, j.f.Dispute.ID)
	if err != nil {
		return err
	}
	for _, dec := range decisions {
		if strings.Contains(j.m.Dedupe, dec.ID.String()) {
			j.decision = dec
			return nil
		}
	}
	for _, dec := range decisions {
		if dec.State == dispute.DecisionInForce {
			j.decision = dec
		}
	}
	return nil
}

// holds reports whether what the message says is still so.
func (j *messageJob) holds() bool {
	d := j.f.Dispute
	sum := d.Amounts()
	if d.State == dispute.Void || d.Outcome == dispute.WithdrawnBy {
		return false
	}
	inForce := j.decision.State == dispute.DecisionInForce && sum.UndecidedMinor == 0
	switch j.m.Kind {
	case messageAcknowledgement:
		return !d.State.Ended()
	case messageDelay:
		return !d.State.Ended() && sum.PendingMinor() > 0
	case messageCredit:
		return inForce && sum.CreditDueMinor+sum.CreditedMinor > 0
	case messageDenial:
		return inForce && sum.DeniedMinor+sum.RepaidMinor > 0
	case messageSettlement:
		return inForce && sum.WrittenOffMinor > 0
	}
	return true
}

// withdraw leaves the message unsaid.
func (j *messageJob) withdraw(ctx context.Context, why string) error {
	j.m.State, j.m.Reason = dispute.MessageWithdrawn, why
	if err := j.tx.PutMessage(ctx, *j.m); err != nil {
		return err
	}
	return j.count(ctx, countMessageWithdrawn)
}

// anew withdraws bytes that may be out and no longer say what is so; what is so is written in another message.
func (j *messageJob) anew(ctx context.Context) error {
	again := dispute.Message{
		ID: newID(), DisputeID: j.m.DisputeID, Kind: j.m.Kind, Dedupe: j.m.Dedupe + "/" + j.m.ID.String(), State: dispute.MessageDue,
		CreatedAt: j.now,
	}
	if err := j.withdraw(ctx, "facts_changed"); err != nil {
		return err
	}
	j.f.Messages = append(j.f.Messages, again)
	return j.tx.PutMessage(ctx, again)
}

func (j *messageJob) messageID(nc port.NoticeContext) string {
	return notice.ClaimMessageID(j.m.ID, nc.House.ReplyDomain)
}

// compose gives the message's bytes. They are a function of the claim as it is and of the moment at which the message became
// due, so that a repetition can be told from another message.
func (j *messageJob) compose(ctx context.Context, nc port.NoticeContext, contact receivable.Contact) ([]byte, error) {
	template, ok := templateOf(j.m.Kind)
	if !ok {
		return nil, fault.Newf(fault.Invalid, CodeUnknownMessage, "there are no messages of the kind %.40q", j.m.Kind)
	}
	content, err := j.content(ctx, nc, contact)
	if err != nil {
		return nil, err
	}
	content.Template = template
	rendered, err := j.p.Office.Renderer.Render(content)
	if err != nil {
		return nil, err
	}
	return j.p.Office.Channels[receivable.Email].Compose(notice.Envelope{
		NoticeID: j.m.ID, Channel: receivable.Email, From: nc.House.FromAddress, ReplyTo: content.ReplyAddress, To: contact.Email,
		MessageID: j.messageID(nc), Date: j.m.CreatedAt, References: j.earlier(), Content: content, Rendered: rendered,
	})
}

// maxEarlier bounds how many earlier messages a message names.
const maxEarlier = 10

// earlier are the ids of the messages that were sent about the claim before this one.
func (j *messageJob) earlier() []string {
	var ids []string
	for _, m := range j.f.Messages {
		if m.State == dispute.MessageSent && m.MessageID != "" && m.CreatedAt.Before(j.m.CreatedAt) {
			ids = append(ids, m.MessageID)
		}
	}
	return ids[max(0, len(ids)-maxEarlier):]
}

// content is everything that the message says.
func (j *messageJob) content(ctx context.Context, nc port.NoticeContext, contact receivable.Contact) (notice.Content, error) {
	d := j.f.Dispute
	c := notice.Content{
		Creditor:     notice.Creditor{Name: nc.House.CreditorName, Address: nc.House.CreditorAddress, RemitTo: nc.House.RemitTo},
		CustomerName: nc.Customer.Name, CustomerNo: nc.Customer.Number, ContactName: contact.Name, PostalAddress: contact.Address,
		Language: nc.Customer.Language, Kind: notice.OfClaim, Currency: d.Currency,
		DocumentDate: dateIn(j.m.CreatedAt, j.f.TimeZone), ReplyAddress: notice.ReplyAddress(d.CustomerID, nc.House.ReplyDomain),
		Claim: j.claim(),
	}
	if c.Claim.ToPayMinor > 0 {
		c.PayBy = d.PayableBy
	}
	var err error
	if err = j.reason(ctx, c.Claim); err != nil {
		return c, err
	}
	if c.Lines, err = j.lines(ctx); err != nil {
		return c, err
	}
	c.Attachments, err = j.attachments(ctx)
	return c, err
}

// claim says of the amounts what the message is about and no more.
func (j *messageJob) claim() *notice.Claim {
	d := j.f.Dispute
	sum := d.Amounts()
	c := &notice.Claim{
		Number: notice.ClaimNumber(d.Number), Reference: d.ClaimReference, Withheld: d.Kind == dispute.Deduction, Date: d.TakenOn,
		ClaimedMinor: sum.ClaimedMinor,
	}
	if j.m.Kind != messageAcknowledgement && j.m.Kind != messageDelay {
		c.CreditedMinor, c.DeniedMinor, c.ConcededMinor = j.decision.ValidMinor, j.decision.DeniedMinor, j.decision.ConcededMinor
		c.ToPayMinor = sum.DeniedMinor
	}
	if j.m.Kind == messageDelay && sum.UndecidedMinor == 0 {
		c.CreditedMinor = sum.CreditDueMinor // it is decided; the credit memo is late
	}
	return c
}

// reason says what our code is called; of a claim that was not decided it is nobody's business yet. A shipped name is told in
// the customer's language, one of the installation's own as it is.
func (j *messageJob) reason(ctx context.Context, c *notice.Claim) error {
	if j.m.Kind == messageAcknowledgement || j.m.Kind == messageDelay || j.f.Dispute.Reason == "" {
		return nil
	}
	codes, err := j.tx.ReasonCodes(ctx)
	for _, code := range codes {
		if code.Code != j.f.Dispute.Reason {
			continue
		}
		c.Reason = code.Name
		if dispute.ShippedName(code.Code) == code.Name {
			c.ReasonCode = code.Code
		}
	}
	return err
}

// lines name the invoices that the claim is about, with what is claimed of each.
func (j *messageJob) lines(ctx context.Context) ([]notice.Line, error) {
	var lines []notice.Line
	for _, part := range j.f.Dispute.Parts {
		if !part.InvoiceID.Valid {
			continue
		}
		if at := slices.IndexFunc(lines, func(l notice.Line) bool { return l.InvoiceID == part.InvoiceID }); at >= 0 {
			lines[at].OriginalMinor += part.ClaimedMinor
			continue
		}
		inv, err := j.tx.Invoice(ctx, part.InvoiceID.UUID)
		if err != nil {
			return nil, err
		}
		lines = append(lines, notice.Line{
			InvoiceID: part.InvoiceID, InvoiceNumber: inv.Number, PurchaseOrder: inv.PurchaseOrder, InvoiceDate: inv.InvoiceDate,
			OriginalMinor: part.ClaimedMinor,
		})
	}
	return lines[:min(len(lines), notice.MaxLines)], nil
}

// errEvidenceTooLarge: the evidence is more than a mail may carry, and a denial does not go without some of it.
var errEvidenceTooLarge = errors.New("the evidence is more than a mail may carry")

// attachments are the documents that the decision cites: all of them or none.
func (j *messageJob) attachments(ctx context.Context) ([]notice.Attachment, error) {
	if j.m.Kind != messageDenial {
		return nil, nil
	}
	var documents []receivable.Document
	var size int64
	for _, id := range j.decision.Evidence {
		d, err := j.tx.Document(ctx, id)
		if err != nil {
			return nil, err
		}
		documents = append(documents, d)
		size += d.Size
	}
	if size > notice.MaxAttachmentBytes || len(documents) > notice.MaxAttachments {
		return nil, errEvidenceTooLarge
	}
	if err := j.files.fill(documents); err != nil {
		return nil, err
	}
	list := make([]notice.Attachment, len(documents))
	for i, d := range documents {
		if d.InRow {
			content, err := j.tx.DocumentContent(ctx, d.ID)
			if err != nil {
				return nil, err
			}
			d.Content = content
		}
		list[i] = notice.Attachment{Filename: d.Filename, MediaType: d.MediaType, Content: d.Content}
	}
	return list, nil
}
