package webhook

import (
	"time"

	"github.com/google/uuid"
)

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	Pending   DeliveryState = "pending" // waits for its first or next attempt
	Delivered DeliveryState = "delivered"
	Dead      DeliveryState = "dead"      // a dead letter: nothing is tried any more unless it is replayed
	Cancelled DeliveryState = "cancelled" // its endpoint was archived first
)

// DeliveryStates are all states.
func DeliveryStates() []DeliveryState { return []DeliveryState{Pending, Delivered, Dead, Cancelled} }

// Delivery is one event on its way to one endpoint. Times are real.
type Delivery struct {
	ID         uuid.UUID
	EndpointID uuid.UUID
	EventID    uuid.UUID
	EventType  string
	Position   int64  // in the feed; 0 for a ping, which is in none
	Body       []byte // of a ping; what is in the feed is read from there
	State      DeliveryState
	Attempts   int // begun, over all replays
	Failures   int // recorded since the delivery or its last replay began: the place on the schedule
	Replays    int
	NextAt     time.Time // pending only
	Lease      int64     // names the one attempt that may record its outcome
	LastStatus int
	LastError  string
	CreatedAt  time.Time
	SettledAt  *time.Time
}

// PingType is the type of a test event.
const PingType = "webhook.ping"

// MaxResponse is how much of a receiver's answer is kept, in bytes.
const MaxResponse = 1024

// The codes of attempts that did not succeed.
const (
	ErrStatus      = "status"          // answered, but neither 2xx nor a redirect
	ErrRedirect    = "redirect"        // redirects are not followed
	ErrTimeout     = "timeout"         // no answer in time
	ErrName        = "name"            // the name leads nowhere
	ErrConnection  = "connection"      // refused or broken off
	ErrTLS         = "tls"             // no trustworthy encryption
	ErrPrivate     = "private_address" // the name leads to an address that is not public
	ErrURL         = "url"             // the address is not one that may be posted to
	ErrUnreadable  = "secret"          // the signing secret cannot be opened: its key is missing
	ErrUncertain   = "unrecorded"      // how the attempt went was never recorded: the process ended
	ErrUnavailable = "event"           // the event could not be read
)

// Attempt is one try, as it is kept. Times are real.
type Attempt struct {
	Number   int
	At       time.Time
	Took     time.Duration
	Status   int    // 0: no answer
	Error    string // empty: it succeeded
	Response []byte // at most MaxResponse
}

// Request is what is posted once.
type Request struct {
	URL  string
	ID   string // the same for every attempt, so that the receiver can drop a repetition
	At   time.Time
	Keys [][]byte
	Body []byte
}

// Answer is how a post went.
type Answer struct {
	Status     int
	Error      string // empty: delivered
	Response   []byte
	RetryAfter time.Duration // as asked; 0: not asked
	Took       time.Duration
}
