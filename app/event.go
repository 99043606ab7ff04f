package app

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"arrears/domain/access"
	"arrears/domain/audit"
	feed "arrears/domain/event"
	"arrears/domain/fault"
	"arrears/port"
)

// The codes of the feed's errors.
const (
	// CodeEventCursor means the cursor is none of ours, or the record that it was taken from is no longer the one that is
	// here: it was restored from a backup or is another installation's.
	CodeEventCursor = "event.bad_cursor"
	// CodeEventType means that no event has this type.
	CodeEventType = "event.unknown_type"
)

// MaxEventWait bounds how long a call may wait for the next event: below what proxies cut off.
const MaxEventWait = 30 * time.Second

// EventQuery asks for a stretch of the feed.
type EventQuery struct {
	// After is the Next of the call before; empty begins with the first event.
	After string
	// Tip asks for the cursor of the tip alone: what is there already is passed over.
	Tip    bool
	Filter port.EventFilter
	// Limit is 1 to port.MaxLimit, port.DefaultLimit unless told.
	Limit int
	// Wait is how long to wait for an event when there is none, at most MaxEventWait. A call may end sooner and empty.
	Wait time.Duration
	// Stop ends the waiting early; nil never does.
	Stop <-chan struct{}
}

// EventPage is a stretch of the feed. Next is always there: where nothing is new it is where to ask again.
type EventPage struct {
	Items []feed.Event
	Next  string
}

// Events lists what happened after a cursor, in the order of the record. A call looks at a bounded stretch, so a page may be
// empty though there is more; the reader goes on from Next. Errors: access.forbidden, event.bad_cursor, event.unknown_type.
func (a *App) Events(ctx context.Context, who access.Principal, q EventQuery) (EventPage, error) {
	if err := access.Require(who, access.AuditRead); err != nil {
		return EventPage{}, err
	}
	if err := checkTypes(q.Filter.Types); err != nil {
		return EventPage{}, err
	}
	waiting, cancel := context.WithTimeout(ctx, min(max(q.Wait, 0), MaxEventWait))
	defer cancel()
	for {
		page, last, err := a.eventsNow(ctx, q)
		if err != nil || q.Tip || q.Wait <= 0 || len(page.Items) > 0 || last.full {
			return page, err
		}
		if !a.feed.await(waiting, last.position, q.Stop) {
			return page, ctx.Err()
		}
		q.After = page.Next
	}
}

// looked is how far a read of the feed got.
type looked struct {
	position int64
	full     bool // it ended at the bound of one read, not at the tip
}

// eventsNow reads what is there.
func (a *App) eventsNow(ctx context.Context, q EventQuery) (EventPage, looked, error) {
	var page EventPage
	var end looked
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		after, err := cursorPosition(ctx, tx, q.After)
		if err != nil {
			return err
		}
		if q.Tip {
			if after, err = tx.FeedTip(ctx); err == nil {
				page.Next, err = feedCursor(ctx, tx, after)
			}
			return err
		}
		if page.Items, end.position, err = tx.FilterEvents(ctx, after, q.Filter, port.Page{Limit: q.Limit}.Size()); err != nil {
			return err
		}
		end.full = end.position-after >= port.MaxEventScan
		page.Next, err = feedCursor(ctx, tx, end.position)
		return err
	})
	return page, end, err
}

func checkTypes(types []string) error {
	var unknown []fault.Field
	for _, name := range types {
		if !feed.Known(name) {
			unknown = append(unknown, fault.Field{Path: "types", Code: CodeEventType, Message: strconv.Quote(clipped(name)) + " is no type of event"})
		}
	}
	if len(unknown) > 0 {
		return fault.Fields(CodeEventType, "no event has this type", unknown...)
	}
	return nil
}

// clipped bounds what a message repeats.
func clipped(s string) string { return s[:min(len(s), 60)] }

// EventTypes lists the types of events. Error: access.forbidden.
func (a *App) EventTypes(_ context.Context, who access.Principal) ([]feed.TypeInfo, error) {
	if err := access.Require(who, access.AuditRead); err != nil {
		return nil, err
	}
	return feed.Types(), nil
}

// cursorHash is how many digits of the link's hash a cursor bears: enough that another record does not have them by chance.
const cursorHash = 16

// feedCursor writes a position so that it is recognised as one of this record: with the beginning of its link's hash.
func feedCursor(ctx context.Context, tx port.Tx, position int64) (string, error) {
	if position == 0 {
		return "0", nil
	}
	l, found, err := linkAt(ctx, tx, position)
	if err == nil && !found {
		err = errEventCursor()
	}
	return strconv.FormatInt(position, 10) + "-" + hex.EncodeToString(l.Hash[:])[:cursorHash], err
}

// cursorPosition reads a cursor and holds it against the record.
func cursorPosition(ctx context.Context, tx port.Tx, text string) (int64, error) {
	if text == "" || text == "0" {
		return 0, nil
	}
	number, mark, _ := strings.Cut(text, "-")
	position, err := strconv.ParseInt(number, 10, 64)
	if err != nil || position < 1 || len(mark) != cursorHash {
		return 0, errEventCursor()
	}
	l, found, err := linkAt(ctx, tx, position)
	if err != nil {
		return 0, err
	}
	if !found || hex.EncodeToString(l.Hash[:])[:cursorHash] != mark {
		return 0, errEventCursor()
	}
	return position, nil
}

func linkAt(ctx context.Context, tx port.Tx, position int64) (audit.Link, bool, error) {
	links, err := tx.ListLinks(ctx, position-1, 1)
	at := slices.IndexFunc(links, func(l audit.Link) bool { return l.Position == position })
	if err != nil || at < 0 {
		return audit.Link{}, false, err
	}
	return links[at], true, nil
}

func errEventCursor() error {
	return fault.New(fault.Invalid, CodeEventCursor, "the cursor is not one that this record's feed returned")
}
