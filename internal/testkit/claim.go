package testkit

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/dispute"
)

// Claim makes a deduction of a customer that was just opened, with one part without item, in EUR; change makes it another.
func Claim(customer uuid.UUID, minor int64, change ...func(*dispute.Dispute)) dispute.Dispute {
	opened := time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)
	wake := opened.AddDate(0, 0, 3)
	d := dispute.Dispute{
		ID: uuid.Must(uuid.NewV7()), Kind: dispute.Deduction, CustomerID: customer, Currency: "EUR", State: dispute.Opened,
		CustomerReason: "SH-1", CustomerWords: "short on delivery", Source: "api", TakenOn: calendar.MustDate("2026-02-20"),
		Priority: 5, ClaimedWhole: minor, WakeAt: &wake, OpenedBy: "key-1", OpenedAt: opened, Version: 1,
	}
	d.Parts = []dispute.Part{{ID: uuid.Must(uuid.NewV7()), DisputeID: d.ID, Amounts: dispute.Claim(minor)}}
	for _, fn := range change {
		fn(&d)
	}
	return d
}
