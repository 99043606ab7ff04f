package bare

import (
	"context"
	"errors"
	"fmt"
	"net/smtp"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"
)

// TaskQueue is the queue of the yardstick's work.
const TaskQueue = "bare"

// Reminder is what a case is started with.
type Reminder struct {
	Invoice string
	SMTP    string // host:port
	To      string
	Amount  string
	// At is when the reminder is due; the zero time: at once.
	At time.Time
	// Wait is how long the last timer runs.
	Wait time.Duration
}

// Remind waits for the moment, sends one mail, and waits for the next moment: the shape of a collection case.
func Remind(ctx workflow.Context, in Reminder) error {
	if in.At.After(workflow.Now(ctx)) {
		if err := workflow.Sleep(ctx, in.At.Sub(workflow.Now(ctx))); err != nil {
			return err
		}
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	if err := workflow.ExecuteActivity(ctx, SendMail, in).Get(ctx, nil); err != nil {
		return err
	}
	return workflow.Sleep(ctx, in.Wait)
}

// Timer waits: a case that is started and has nothing to do yet.
func Timer(ctx workflow.Context, in Reminder) error { return workflow.Sleep(ctx, in.Wait) }

// Signal is what Listen waits for.
const Signal = "paid"

// Listen ends when it is signalled.
func Listen(ctx workflow.Context, _ Reminder) error {
	workflow.GetSignalChannel(ctx, Signal).Receive(ctx, nil)
	return nil
}

// Decision is an update of Approve.
type Decision struct {
	By      string
	Approve bool
	Hash    string
}

// Update is the name of the update that Approve takes.
const Update = "decide"

// errBadDecision is why an update is refused.
var errBadDecision = errors.New("a decision needs a name and the hash of what was approved")

// Approve takes one validated decision after another, until it is told to end.
func Approve(ctx workflow.Context, in Reminder) error {
	decided := 0
	err := workflow.SetUpdateHandlerWithOptions(ctx, Update,
		func(workflow.Context, Decision) (int, error) { decided++; return decided, nil },
		workflow.UpdateHandlerOptions{Validator: func(_ workflow.Context, d Decision) error {
			if d.By == "" || d.Hash == "" {
				return errBadDecision
			}
			return nil
		}})
	if err != nil {
		return err
	}
	return workflow.Sleep(ctx, in.Wait)
}

// SendMail hands one mail to the server, over a connection of its own.
func SendMail(_ context.Context, in Reminder) error {
	const from = "receivables@nordwind.example"
	return smtp.SendMail(in.SMTP, nil, from, []string{in.To}, []byte(mail(from, in)))
}

// mail is a reminder in plain text, of the length that a person would write.
func mail(from string, in Reminder) string {
	var text strings.Builder
	fmt.Fprintf(&text, "From: %s\r\nTo: %s\r\nSubject: Reminder: invoice %s\r\n", from, in.To, in.Invoice)
	fmt.Fprintf(&text, "Message-ID: <%s@nordwind.example>\r\nDate: %s\r\n", in.Invoice, time.Now().Format(time.RFC1123Z))
	text.WriteString("Content-Type: text/plain; charset=utf-8\r\n\r\n")
	fmt.Fprintf(&text, "Dear Sir or Madam,\r\n\r\nour invoice %s over %s is overdue. Please pay it within ten days.\r\n", in.Invoice, in.Amount)
	text.WriteString("If your payment is already on its way, please take this letter as void.\r\n\r\nNordwind Handel GmbH\r\n")
	return text.String()
}
