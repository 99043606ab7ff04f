package port

import "time"

// Figures are the counts that an operator watches. They read what is committed and lock nothing.
type Figures struct {
	Cases     []Tally // key: state
	CasesLate int64   // active, and their next date is before the moment that was asked about
	Items     []Tally // key: currency; Minor is what is open
	Notices   []Tally // key: state, second: channel
	Tasks     []Tally // open; key: kind
	Counters  []Tally // key: name

	Disputes       []Tally // claims' cases that have not ended; key: state
	DisputesDenied []Tally // those with a denied part that is open; key: currency; Minor is what is denied and open

	ApprovalsOpen    int64
	ApprovalsOverdue int64
	ApprovalsSince   time.Time // business instant at which the oldest was asked for; zero: none

	Quarantine []Tally // open; key: severity
	Deliveries []Tally // of webhooks, pending and dead; key: state
	Endpoints  []Tally // of webhooks, archived ones left out; key: state
	Census     []Tally // findings of the last one that was done; key: check, second: yes where it was repaired, else no
	Outbox     OutboxFigures
	Record     RecordFigures
	// WebhookOldest is how long the oldest delivery that is pending has been under way, CensusAge how long ago the last census
	// that was done began; both in real time, CensusAge negative before the first.
	WebhookOldest, CensusAge time.Duration
}

// Tally is a count of what has a key in common.
type Tally struct {
	Key, Second string
	N           int64
	Minor       float64 // an amount in minor units, for showing only
}

// OutboxFigures are the state of the outbox.
type OutboxFigures struct {
	Waiting, Delayed, Failing int64
	Oldest                    time.Duration // real time since the oldest waiting row was due
}

// RecordFigures are the state of the record.
type RecordFigures struct {
	Unsealed, Position int64
	Oldest             time.Duration // real time since the oldest unsealed entry was written
}
