package webhook

import (
	"regexp"
	"strconv"
	"time"

	"github.com/google/uuid"

	"arrears/domain/receivable"
)

// The codes of this package's errors.
const (
	// CodeBadURL means an endpoint's address cannot be posted to.
	CodeBadURL = "webhook.bad_url"
	// CodePrivateAddress means an endpoint's address is this machine's, the local network's or reserved.
	CodePrivateAddress = "webhook.private_address"
	// CodeBadSecret means a text is no signing secret.
	CodeBadSecret = "webhook.bad_secret"
)

// EndpointState says whether events are sent to an endpoint.
type EndpointState string

// The states of an endpoint.
const (
	Enabled           EndpointState = "enabled"
	Disabled          EndpointState = "disabled"            // by a person; what happens meanwhile waits
	DisabledByFailure EndpointState = "disabled_by_failure" // by us, Reason says why; what happens meanwhile waits
	Archived          EndpointState = "archived"            // for good
)

// Why an endpoint was disabled without a person.
const (
	ReasonGone    = "gone"    // it answered 410
	ReasonFailing = "failing" // it took nothing for days
)

// The bounds of an endpoint.
const (
	// MaxEndpoints bounds those of an installation that are not archived: each is served by connections of its own.
	MaxEndpoints = 100

	maxURL         = 2000 // characters, what every server accepts
	maxDescription = 1000
	maxEventTypes  = 100
	maxMetadata    = 20 // pairs
	maxMetaKey     = 40
	maxMetaValue   = 500
)

// Endpoint is one address to which events are posted. Times are real, but for CreatedAt.
type Endpoint struct {
	ID          uuid.UUID
	URL         string
	Description string
	EventTypes  []string // sorted; empty: all
	Metadata    map[string]string
	State       EndpointState
	Reason      string // code; DisabledByFailure only
	// Position is how far the feed has been queued for it.
	Position int64
	// ReplayAfter and ReplayUntil are the stretch of the feed that is being queued again; equal when there is none.
	ReplayAfter, ReplayUntil int64
	// FailingSince is the first failure after the last success; Failures counts them.
	FailingSince *time.Time
	Failures     int
	// PausedUntil is what the endpoint asked for by Retry-After.
	PausedUntil *time.Time
	Secrets     []Secret // those that sign, the newest first
	CreatedAt   time.Time
	CreatedBy   string
	Version     int64
}

// typePattern is how event types are written.
var typePattern = regexp.MustCompile(`^[a-z][a-z_]{0,49}\.[a-z][a-z_]{0,49}$`)

// Check notes what is wrong with what a person says of an endpoint. private permits plain http and private addresses.
func (e Endpoint) Check(f *receivable.Form, private bool) {
	f.Name("url", e.URL, maxURL)
	if e.URL != "" {
		if _, err := ParseURL(e.URL, private); err != nil {
			f.Add("url", err.Code, err.Message)
		}
	}
	f.Text("description", e.Description, maxDescription)
	f.Range("event_types", len(e.EventTypes), 0, maxEventTypes)
	for i, kind := range e.EventTypes {
		if !typePattern.MatchString(kind) {
			f.Add("event_types["+strconv.Itoa(i)+"]", receivable.CodeMalformed, "is not an event type")
		}
	}
	f.Range("metadata", len(e.Metadata), 0, maxMetadata)
	for key, value := range e.Metadata {
		f.Name("metadata", key, maxMetaKey)
		f.Text("metadata."+key, value, maxMetaValue)
	}
}

// Wants reports whether an event of this type is sent there.
func (e Endpoint) Wants(eventType string) bool {
	if len(e.EventTypes) == 0 {
		return true
	}
	for _, kind := range e.EventTypes {
		if kind == eventType {
			return true
		}
	}
	return false
}

// Replaying reports whether a stretch of the feed is being queued again.
func (e Endpoint) Replaying() bool { return e.ReplayAfter < e.ReplayUntil }

// Enable lets events be sent again, with a clean record.
func (e *Endpoint) Enable() {
	e.State, e.Reason, e.FailingSince, e.Failures, e.PausedUntil = Enabled, "", nil, 0, nil
}

// When an endpoint is given up: a whole ladder of attempts over days, so that neither one bad hour nor one bad event does it.
const (
	giveUpAfter    = 5 * 24 * time.Hour
	giveUpFailures = 10
)

// Hopeless reports whether an endpoint that has failed so often since then is to be disabled.
func Hopeless(failingSince time.Time, failures int, now time.Time) bool {
	return !failingSince.IsZero() && failures >= giveUpFailures && now.Sub(failingSince) >= giveUpAfter
}
