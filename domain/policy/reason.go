package policy

// The codes of reasons. Each says which of Reason's values it carries; Minor always comes with its currency in Text.
const (
	// ReasonSettled: nothing is open any more.
	ReasonSettled = "settled"
	// ReasonHandedOver: the item was handed over on Date; Arrears only watches it.
	ReasonHandedOver = "handed_over"
	// ReasonBlockedCustomer: a dunning block on the customer holds through Date (none: until released); Text is its reason code.
	ReasonBlockedCustomer = "blocked_customer"
	// ReasonBlockedItem: a dunning block on the item or its invoice holds through Date; Text is its reason code.
	ReasonBlockedItem = "blocked_item"
	// ReasonDisputed: Minor of the item is contested and not asked for.
	ReasonDisputed = "disputed"
	// ReasonPromised: Minor of the item is promised and held through Date.
	ReasonPromised = "promised"
	// ReasonPromiseOverdue: a promise held through Date and was not kept in full by then.
	ReasonPromiseOverdue = "promise_overdue"
	// ReasonPromiseBroken: a promise was settled as not kept in full on Date; Text is the policy's rule for it.
	ReasonPromiseBroken = "promise_broken"
	// ReasonBelowMinimum: the collectable amount is less than Minor, the policy's tolerance.
	ReasonBelowMinimum = "below_minimum"
	// ReasonCreditsReserved: Minor of the customer's open credits and waiting cash is set against the item.
	ReasonCreditsReserved = "credits_reserved"
	// ReasonStageAhead: the stage Text is reached on Date.
	ReasonStageAhead = "stage_ahead"
	// ReasonStageReached: the stage Text is reached since Date.
	ReasonStageReached = "stage_reached"
	// ReasonMinDays: the least number of business days since the notice of Date moved the stage back.
	ReasonMinDays = "min_days_between_notices"
	// ReasonOneStep: one step at a time; the last was taken on Date, so the stage waits for the day after.
	ReasonOneStep = "one_step_at_a_time"
	// ReasonCourtesyLapsed: the item fell due on Date before the courtesy reminder Text went out.
	ReasonCourtesyLapsed = "courtesy_lapsed"
	// ReasonUnmetMinimumOpen: the stage wants at least Minor collectable.
	ReasonUnmetMinimumOpen = "unmet_minimum_open"
	// ReasonUnmetOverdueCount: the stage wants more of the customer's items overdue; Text is how many.
	ReasonUnmetOverdueCount = "unmet_overdue_count"
	// ReasonUnmetOldestDays: the stage wants the customer's oldest overdue item to be older; Text is how many days.
	ReasonUnmetOldestDays = "unmet_oldest_days"
	// ReasonUnmetOverdueTotal: the stage wants at least Minor overdue of the customer.
	ReasonUnmetOverdueTotal = "unmet_overdue_total"
	// ReasonStagePassed: the conditions of stage Text are unmet and the policy lets the ladder go on.
	ReasonStagePassed = "stage_passed"
	// ReasonAlreadyOnHold: a credit hold is already requested or in force.
	ReasonAlreadyOnHold = "already_on_hold"
	// ReasonUnreachable: the customer cannot be reached by any channel of the stage Text.
	ReasonUnreachable = "unreachable"
	// ReasonChannelRefused: channel Text refused the notice of this stage before.
	ReasonChannelRefused = "channel_refused"
	// ReasonRejected: approval was rejected on Date; it is asked for again after the policy's review days.
	ReasonRejected = "approval_rejected"
	// ReasonApprovalNeeded: someone with role Text must approve.
	ReasonApprovalNeeded = "approval_needed"
	// ReasonAwaitingApproval: approval was asked for on Date.
	ReasonAwaitingApproval = "awaiting_approval"
	// ReasonApprovalOverdue: the approval's deadline passed.
	ReasonApprovalOverdue = "approval_overdue"
	// ReasonApproved: the step is approved.
	ReasonApproved = "approved"
	// ReasonStepLive: the step of stage Text is under way; its notice is expected to go out on Date.
	ReasonStepLive = "step_live"
	// ReasonLadderDone: the last stage was done on Date.
	ReasonLadderDone = "ladder_done"
	// ReasonNoStages: the policy never duns.
	ReasonNoStages = "no_stages"
	// ReasonUnknownStage: the last stage done, Text, is not in the policy; the ladder goes on above the level reached.
	ReasonUnknownStage = "unknown_stage"
	// ReasonUnknownZone: the time zone Text is unknown; UTC is used.
	ReasonUnknownZone = "unknown_zone"
	// ReasonUnknownCalendar: the holiday calendar Text is unknown; weekends alone count.
	ReasonUnknownCalendar = "unknown_calendar"
)

// The kinds of tasks that a decision may open.
const (
	TaskStage         = "stage"          // what the stage says
	TaskNoAddress     = "no_address"     // the customer cannot be reached
	TaskApplyCredit   = "apply_credit"   // open credits cover the item
	TaskLadderDone    = "ladder_done"    // no stage is left
	TaskBrokenPromise = "broken_promise" // a promise was not kept
)
