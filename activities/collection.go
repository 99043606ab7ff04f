// Package activities is what workflows do to the world: each activity of a case is one transaction that locks the
// customer, reads the facts, decides by policy.Next, acts only if the decision still calls for it, and records facts and
// decision. Delivery of a notice hands composed bytes to a channel between two transactions. It knows the store and the
// channels by narrow interfaces only. worker registers its functions; nobody else but tests calls them.
package activities

import (
	"context"
	"time"

	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
	"arrears/workflows/contract"
)

// Channel composes messages and opens sessions to hand them over; notify.Channel has this shape.
type Channel interface {
	// Compose returns the message's bytes. Equal envelopes give equal bytes.
	Compose(e notice.Envelope) ([]byte, error)
	// Prepare makes everything ready that can fail before a message is committed to.
	Prepare(ctx context.Context) (Session, error)
}

// Session hands over messages on a connection that is ready.
type Session = interface {
	Send(ctx context.Context, m notice.Message) notice.Outcome
	Close() error
}

// Office is what composing a message needs.
type Office struct {
	Renderer notice.Renderer
	Channels map[receivable.Channel]Channel
	// Files opens the documents that messages carry; nil: those that are files cannot be sent.
	Files Files
}

// Collection holds the activities of a collection case.
type Collection struct {
	Store  port.Store
	Clock  port.Clock
	Office Office
	// Real is the real clock; nil is the machine's.
	Real func() time.Time
	// Pause is how long, in real time, a notice waits for more lines after its first.
	Pause time.Duration
}

// Review looks again: it decides and acts on nothing but the case's own state.
func (c *Collection) Review(ctx context.Context, in contract.Step) (contract.Next, error) {
	return c.step(ctx, in, contract.Review, policy.DoReview, nil)
}

// SendNotice lets the lines whose stage has come join the customer's gathering notices, together with those of the customer's
// other cases that are due.
func (c *Collection) SendNotice(ctx context.Context, in contract.Step) (contract.Next, error) {
	return c.stepTogether(ctx, in, contract.SendNotice, policy.DoSendNotice, c.sendNotice)
}

// AskApproval composes what waits for approval, freezes it and asks.
func (c *Collection) AskApproval(ctx context.Context, in contract.Step) (contract.Next, error) {
	var next contract.Next
	files := shelf{files: c.Office.Files}
	err := files.with(ctx, func() (err error) {
		next, err = c.step(ctx, in, contract.AskApproval, policy.DoAskApproval, func(ctx context.Context, s *sheet) error {
			return c.askApproval(ctx, s, &files)
		})
		return err
	})
	return next, err
}

// OpenTask gives a person something to do.
func (c *Collection) OpenTask(ctx context.Context, in contract.Step) (contract.Next, error) {
	return c.step(ctx, in, contract.OpenTask, policy.DoOpenTask, c.openTasks)
}

// RequestHold asks for the customer's credit hold.
func (c *Collection) RequestHold(ctx context.Context, in contract.Step) (contract.Next, error) {
	return c.step(ctx, in, contract.RequestHold, policy.DoRequestHold, c.requestHold)
}

// HandOver gives items to an agency or lawyers: from now on they are only watched.
func (c *Collection) HandOver(ctx context.Context, in contract.Step) (contract.Next, error) {
	return c.step(ctx, in, contract.HandOver, policy.DoHandOver, c.handOver)
}

// PassStage notes that a stage was left out and the ladder goes on.
func (c *Collection) PassStage(ctx context.Context, in contract.Step) (contract.Next, error) {
	return c.step(ctx, in, contract.PassStage, policy.DoPassStage, c.passStages)
}

// SettlePromise settles promises whose day has passed as broken or partly kept.
func (c *Collection) SettlePromise(ctx context.Context, in contract.Step) (contract.Next, error) {
	return c.step(ctx, in, contract.SettlePromise, policy.DoSettle, c.settlePromises)
}

// ApprovalDeadline does what the policy says about an approval of a step that nobody decided in time.
func (c *Collection) ApprovalDeadline(ctx context.Context, in contract.Step) (contract.Next, error) {
	return c.step(ctx, in, contract.ApprovalDeadline, policy.DoDeadline, c.approvalDeadlines)
}

// CloseCase closes a case of which nothing is left to collect. Every other step does so too when it finds that.
func (c *Collection) CloseCase(ctx context.Context, in contract.Step) (contract.Next, error) {
	return c.step(ctx, in, contract.CloseCase, policy.DoClose, nil)
}

func (c *Collection) real() time.Time {
	if c.Real != nil {
		return c.Real()
	}
	return time.Now()
}
