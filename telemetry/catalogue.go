package telemetry

import "slices"

// Kind is a metric's type as Prometheus knows it.
type Kind string

// The kinds.
const (
	Counter   Kind = "counter"
	Gauge     Kind = "gauge"
	Histogram Kind = "histogram"
)

// Metric is one family of the product's own: what docs/metrics.md tells and the registry shows.
type Metric struct {
	Name    string
	Kind    Kind
	Labels  []string // in the order in which values are given
	Unit    string
	Help    string
	Alert   string // the rule of deploy/prometheus/alerts.yml that watches it; empty: none
	Section string
	// Values bounds the label values of a series. What a process counts beyond it becomes "other"; of the business's figures
	// it is left out. 0: the values are few by nature.
	Values int
}

// The sections of the catalogue, in order.
const (
	SectionBusiness = "The business"
	SectionRelay    = "The relay"
	SectionWebhooks = "Webhooks"
	SectionWorker   = "The worker"
	SectionAPI      = "The API"
	SectionDatabase = "Connections to the database"
	SectionProcess  = "The process"
)

// The names that code besides this package uses.
const (
	RelayDelivered    = "arrears_relay_delivered_total"
	RelayBatch        = "arrears_relay_batch_seconds"
	RelayFailed       = "arrears_relay_failed_total"
	RelayWaiting      = "arrears_relay_waiting"
	RelayOldest       = "arrears_relay_oldest_seconds"
	RelayLeads        = "arrears_relay_leads"
	RelaySealed       = "arrears_relay_sealed_total"
	WebhookAttempts   = "arrears_webhook_attempts_total"
	WebhookSeconds    = "arrears_webhook_attempt_seconds"
	WebhookDied       = "arrears_webhook_died_total"
	WebhookResent     = "arrears_webhook_resent_total"
	ActivitiesTotal   = "arrears_activities_total"
	ActivitySeconds   = "arrears_activity_seconds"
	RequestsTotal     = "arrears_http_requests_total"
	RequestSeconds    = "arrears_http_request_seconds"
	RequestsRunning   = "arrears_http_requests_running"
	PoolConnections   = "arrears_db_connections"
	PoolMax           = "arrears_db_connections_max"
	PoolAcquired      = "arrears_db_acquired_total"
	PoolWaited        = "arrears_db_acquire_waits_total"
	PoolWaitedSeconds = "arrears_db_acquire_seconds_total"
	PoolCancelled     = "arrears_db_acquire_cancelled_total"
	BuildInfo         = "arrears_build_info"
)

// maxCodes bounds the codes that one series shows: there are fewer, and a mistake must not fill the server.
const maxCodes = 100

// Catalogue lists every metric of the product's own, sections in order.
func Catalogue() []Metric { return slices.Concat(businessCatalogue(), processCatalogue()) }

func processCatalogue() []Metric {
	return []Metric{
		{Section: SectionRelay, Name: RelayLeads, Kind: Gauge, Unit: "1 or 0", Help: "Whether this process delivers the outbox. The sum over all processes is 1.", Alert: "ArrearsNoRelayLeads"},
		{Section: SectionRelay, Name: RelayDelivered, Kind: Counter, Labels: []string{"how"}, Unit: "rows", Help: "Outbox rows delivered to the engine, by start (a workflow begun, mostly delayed) or nudge."},
		{Section: SectionRelay, Name: RelayFailed, Kind: Counter, Labels: []string{"code"}, Values: maxCodes, Unit: "attempts", Help: "Deliveries that failed and are tried again.", Alert: "ArrearsRelayFails"},
		{Section: SectionRelay, Name: RelayBatch, Kind: Histogram, Unit: "seconds", Help: "Time from reading a batch of the outbox to its delivery."},
		{Section: SectionRelay, Name: RelayWaiting, Kind: Gauge, Unit: "rows", Help: "Rows that waited to be delivered at once when the relay last looked."},
		{Section: SectionRelay, Name: RelayOldest, Kind: Gauge, Unit: "seconds", Help: "How long the oldest of them had been waiting."},
		{Section: SectionRelay, Name: RelaySealed, Kind: Counter, Unit: "entries", Help: "Entries of the record that were given their position and hash."},

		{Section: SectionWebhooks, Name: WebhookAttempts, Kind: Counter, Labels: []string{"code"}, Values: maxCodes, Unit: "attempts", Help: "Attempts to deliver an event to a webhook endpoint, by the code of what went wrong; an empty code is success."},
		{Section: SectionWebhooks, Name: WebhookSeconds, Kind: Histogram, Unit: "seconds", Help: "How long endpoints took to answer."},
		{Section: SectionWebhooks, Name: WebhookDied, Kind: Counter, Unit: "deliveries", Help: "Deliveries that became dead letters."},
		{Section: SectionWebhooks, Name: WebhookResent, Kind: Counter, Unit: "attempts", Help: "Events sent again under the same id, because a process died before it recorded how the attempt went."},

		{Section: SectionWorker, Name: ActivitiesTotal, Kind: Counter, Labels: []string{"activity", "code"}, Values: maxCodes, Unit: "activities", Help: "Activities that ended, by the code of their fault; an empty code is success.", Alert: "ArrearsActivitiesFail"},
		{Section: SectionWorker, Name: ActivitySeconds, Kind: Histogram, Labels: []string{"activity"}, Unit: "seconds", Help: "How long activities took, sending included."},

		{Section: SectionAPI, Name: RequestsTotal, Kind: Counter, Labels: []string{"method", "route", "code"}, Unit: "requests", Help: "Requests answered, by the route's template and HTTP status. Unknown paths are the route other.", Alert: "ArrearsAPIFails"},
		{Section: SectionAPI, Name: RequestSeconds, Kind: Histogram, Labels: []string{"method", "route"}, Unit: "seconds", Help: "How long answers took.", Alert: "ArrearsAPISlow"},
		{Section: SectionAPI, Name: RequestsRunning, Kind: Gauge, Unit: "requests", Help: "Requests being answered."},

		{Section: SectionDatabase, Name: PoolConnections, Kind: Gauge, Labels: []string{"state"}, Unit: "connections", Help: "Connections of this process: in use, idle, being opened."},
		{Section: SectionDatabase, Name: PoolMax, Kind: Gauge, Unit: "connections", Help: "The bound of ARREARS_DATABASE_CONNECTIONS."},
		{Section: SectionDatabase, Name: PoolAcquired, Kind: Counter, Unit: "acquisitions", Help: "Times a connection was taken."},
		{Section: SectionDatabase, Name: PoolWaited, Kind: Counter, Unit: "acquisitions", Help: "Times none was free and somebody waited.", Alert: "ArrearsDatabaseConnectionsShort"},
		{Section: SectionDatabase, Name: PoolWaitedSeconds, Kind: Counter, Unit: "seconds", Help: "Time spent on taking connections, all together."},
		{Section: SectionDatabase, Name: PoolCancelled, Kind: Counter, Unit: "acquisitions", Help: "Times somebody gave up waiting."},

		{Section: SectionProcess, Name: BuildInfo, Kind: Gauge, Labels: []string{"version", "go"}, Unit: "1", Help: "Which version runs here. Two versions at once are an upgrade under way."},
	}
}
