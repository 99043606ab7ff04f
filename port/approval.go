package port

// Approvals keeps approvals.
type Approvals interface{}
