package failpoint

// The points, by the process that comes there. Each stands where a crash between two lines could matter. A point that is
// hit anywhere is one of these, and devstack/faults kills a real process at every one of them.
const (
	// APIReserved: the idempotency key is reserved, the use case has not begun.
	APIReserved = "api.reserved"
	// APIAfterCommit: the use case has committed, its answer is not stored.
	APIAfterCommit = "api.after_commit"
	// APIBeforeAnswer: the answer is stored, the caller has not got it.
	APIBeforeAnswer = "api.before_answer"
	// ImportBegan: the load has its record and no row.
	ImportBegan = "import.began"
	// ImportAfterBatch: one batch has committed, others follow.
	ImportAfterBatch = "import.after_batch"
	// ImportBeforeFinish: all batches have committed, the load's record says that it runs.
	ImportBeforeFinish = "import.before_finish"

	// RelayLeads: the lead is taken, nothing is delivered.
	RelayLeads = "relay.leads"
	// RelayAfterRead: rows are read, none is delivered.
	RelayAfterRead = "relay.after_read"
	// RelayAfterDelivery: the engine took one row's start or nudge, others are under way, none is deleted.
	RelayAfterDelivery = "relay.after_delivery"
	// RelayBeforeDelete: all rows of the batch are delivered, none is deleted.
	RelayBeforeDelete = "relay.before_delete"
	// RelayAfterDelete: the delivered rows are gone.
	RelayAfterDelete = "relay.after_delete"
	// WebhookAfterSend: an endpoint has answered, nothing of that is recorded. Inside the documented window of events.
	WebhookAfterSend = "webhook.after_send"
	// SealBeforeCommit: entries of the record have their links, in a transaction that has not committed.
	SealBeforeCommit = "seal.before_commit"
	// SealAfterCommit: entries are sealed, the next have not been looked at.
	SealAfterCommit = "seal.after_commit"

	// StepBeforeCommit: a case's step is written and has not committed.
	StepBeforeCommit = "step.before_commit"
	// StepAfterCommit: a case's step has committed, the engine does not know.
	StepAfterCommit = "step.after_commit"
	// TogetherBeforeCommit: a step of several cases of a customer is written and has not committed.
	TogetherBeforeCommit = "together.before_commit"
	// TogetherAfterCommit: a step of several cases has committed, the engine knows of none.
	TogetherAfterCommit = "together.after_commit"
	// ParkBeforeCommit: a case is put in front of a person, not committed.
	ParkBeforeCommit = "park.before_commit"
	// ParkAfterCommit: a case waits for a person, the engine does not know.
	ParkAfterCommit = "park.after_commit"
	// BankBeforeCommit: a batch of a bank's file is recorded, not committed.
	BankBeforeCommit = "bank.before_commit"
	// BankAfterCommit: a batch of a bank's file is committed, the rest is not read.
	BankAfterCommit = "bank.after_commit"
	// DeadlineAfterCommit: what a draft's deadline does is done, the engine does not know.
	DeadlineAfterCommit = "deadline.after_commit"
	// DeliverPrepared: the channel is ready, nothing is dispatched.
	DeliverPrepared = "deliver.prepared"
	// DispatchBeforeCommit: the notice is marked as being sent, not committed.
	DispatchBeforeCommit = "dispatch.before_commit"
	// DispatchAfterCommit: the notice counts as being sent, no byte has left. Inside the documented window.
	DispatchAfterCommit = "dispatch.after_commit"
	// DispatchWithoutSending: the dispatch found nothing to send any more and has committed that.
	DispatchWithoutSending = "dispatch.without_sending"
	// SendAfter: the other side has answered, nothing of that is recorded. Inside the documented window.
	SendAfter = "send.after"
	// OutcomeBeforeCommit: the outcome is written and has not committed. Inside the documented window.
	OutcomeBeforeCommit = "outcome.before_commit"
	// OutcomeAfterCommit: the outcome has committed, the engine does not know.
	OutcomeAfterCommit = "outcome.after_commit"
)

// The processes that come to a point.
const (
	API    = "api"
	Relay  = "relay"
	Worker = "worker"
)

// Point is where a process may be made to break.
type Point struct {
	Name    string
	Process string // API, Relay or Worker; a load from the command line passes the import's points, too
	Where   string // what has happened and what has not, for people
	Window  bool   // a crash here hides whether a message left, so the same bytes may be sent once more
}

// All lists every point, by process and in the order in which a process comes to them.
func All() []Point {
	return []Point{
		{APIReserved, API, "key reserved, use case not begun", false},
		{APIAfterCommit, API, "use case committed, answer not stored", false},
		{APIBeforeAnswer, API, "answer stored, caller has not got it", false},
		{ImportBegan, API, "load recorded, no row loaded", false},
		{ImportAfterBatch, API, "one batch committed, others to follow", false},
		{ImportBeforeFinish, API, "all batches committed, load not finished", false},
		{RelayLeads, Relay, "lead taken, nothing delivered", false},
		{RelayAfterRead, Relay, "rows read, none delivered", false},
		{RelayAfterDelivery, Relay, "one row delivered, others under way", false},
		{RelayBeforeDelete, Relay, "rows delivered, none deleted", false},
		{RelayAfterDelete, Relay, "delivered rows deleted", false},
		{WebhookAfterSend, Relay, "endpoint answered, nothing recorded", true},
		{SealBeforeCommit, Relay, "links computed, not committed", false},
		{SealAfterCommit, Relay, "links committed", false},
		{StepBeforeCommit, Worker, "step written, not committed", false},
		{StepAfterCommit, Worker, "step committed, engine not told", false},
		{TogetherBeforeCommit, Worker, "step of several cases written, not committed", false},
		{TogetherAfterCommit, Worker, "step of several cases committed, engine not told", false},
		{ParkBeforeCommit, Worker, "case parked, not committed", false},
		{ParkAfterCommit, Worker, "case parked, engine not told", false},
		{BankBeforeCommit, Worker, "batch of a bank's file recorded, not committed", false},
		{BankAfterCommit, Worker, "batch of a bank's file committed, the rest not read", false},
		{DeadlineAfterCommit, Worker, "deadline acted upon, engine not told", false},
		{DeliverPrepared, Worker, "mail server ready, nothing dispatched", false},
		{DispatchBeforeCommit, Worker, "dispatch written, not committed", false},
		{DispatchAfterCommit, Worker, "dispatch committed, no byte sent", true},
		{DispatchWithoutSending, Worker, "notice withdrawn at dispatch, engine not told", false},
		{SendAfter, Worker, "mail server answered, nothing recorded", true},
		{OutcomeBeforeCommit, Worker, "outcome written, not committed", true},
		{OutcomeAfterCommit, Worker, "outcome committed, engine not told", false},
	}
}
