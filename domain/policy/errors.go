package policy

import "arrears/domain/fault"

// The codes of this package's errors.
const (
	// CodeInvalid means a policy contradicts itself or names things that do not exist; its fields say where.
	CodeInvalid = "policy.invalid"
	// CodeMalformed means a document is not a policy: not YAML or JSON, or not of the published form.
	CodeMalformed = "policy.malformed"
	// CodeTooLarge means a document exceeds the bounds on size, depth or number of nodes.
	CodeTooLarge = "policy.too_large"
	// CodeNeverOpens means the closed days leave the send window no day.
	CodeNeverOpens = "policy.never_opens"
)

// The bounds of a policy. They are far above any real policy and keep every loop short.
const (
	maxStages     = 50
	maxClosedDays = 400
	maxDays       = 1000
)

func errNeverOpens() error {
	return fault.New(fault.Conflict, CodeNeverOpens, "the policy's closed days leave its send window no day")
}
