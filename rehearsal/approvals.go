package rehearsal

import (
	"cmp"
	"context"
	"encoding/hex"
	"slices"
	"time"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/port"
)

// asked is an open approval with the moment at which it is decided.
type asked struct {
	casework.Approval
	at time.Time
}

// look reads what waits for a decision.
func (d *driver) look(ctx context.Context) error {
	d.asked = nil
	if d.approvals == Wait {
		return nil
	}
	page := port.Page{Limit: port.MaxLimit}
	for {
		list, err := d.house.app.ListApprovals(ctx, clerk, port.ApprovalFilter{State: string(casework.ApprovalOpen)}, page)
		if err != nil {
			return err
		}
		for _, a := range list.Items {
			d.asked = append(d.asked, asked{a, decides(a.RequestedAt, d.house.zone, d.house.days)})
		}
		if page.After = list.Next; list.Next == "" {
			return nil
		}
	}
}

func (d *driver) nextDecision() time.Time {
	var first time.Time
	for _, a := range d.asked {
		first = earliest(first, a.at)
	}
	return first
}

// decide lets the supervisor decide what is due. What a payment of this moment has made pointless is no longer open.
func (d *driver) decide(ctx context.Context, now time.Time) error {
	due := slices.DeleteFunc(slices.Clone(d.asked), func(a asked) bool { return a.at.After(now) })
	slices.SortFunc(due, func(a, b asked) int { return cmp.Compare(a.ID.String(), b.ID.String()) })
	for _, a := range due {
		boss := access.Principal{ID: bossID, Name: "Rehearsal", Role: access.Role(a.Role)}
		if !boss.Role.AtLeast(access.Supervisor) {
			boss.Role = access.Supervisor
		}
		in := app.DecideApproval{ID: a.ID, Approve: d.approvals == Approve, ContentHash: hex.EncodeToString(a.ContentHash[:])}
		if !in.Approve {
			in.Comment = "rehearsed"
		}
		_, err := d.house.app.DecideApproval(ctx, boss, in)
		if code := fault.CodeOf(err); err != nil && code != app.CodeApprovalNotOpen {
			return err
		}
	}
	return nil
}
