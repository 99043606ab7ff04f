// Package access says who may do what: roles, permissions and the one table that joins them. It does not know how a caller
// proves who they are (auth) and holds no approval limits of a policy. app, api, console and auth may import it; it imports
// fault and the standard library.
package access

import (
	"arrears/domain/fault"
)

// The codes of this package's errors.
const (
	// CodeForbidden means the principal's role lacks the permission.
	CodeForbidden = "access.forbidden"
	// CodeUnknownRole means the text is not a role.
	CodeUnknownRole = "access.unknown_role"
)

// Principal is a caller whose identity is proved: a person or another system, with one role.
type Principal struct {
	// ID is stable and goes into the record.
	ID string
	// Name is for people and stays out of the record.
	Name string
	Role Role
}

// Role is what a principal works as.
type Role string

// The roles.
const (
	// Collector works the worklist.
	Collector Role = "collector"
	// Clerk applies cash: files of banks, remittances, and what of them waits. It stands beside the collector.
	Clerk Role = "clerk"
	// Analyst works the claims, and decides on them within the limits. It stands beside the collector.
	Analyst Role = "analyst"
	// Supervisor decides what collectors propose, and keeps customers, documents and policies.
	Supervisor Role = "supervisor"
	// Auditor reads everything and changes nothing.
	Auditor Role = "auditor"
	// Admin may do everything, the keys included.
	Admin Role = "admin"
)

// Roles returns all roles.
func Roles() []Role { return []Role{Collector, Clerk, Analyst, Supervisor, Auditor, Admin} }

// ParseRole reads a role. Error: CodeUnknownRole.
func ParseRole(s string) (Role, error) {
	for _, r := range Roles() {
		if string(r) == s {
			return r, nil
		}
	}
	return "", fault.Newf(fault.Invalid, CodeUnknownRole, "%.20q is not a role", s)
}

// rank orders the roles that decide; the auditor is outside the order, because whoever reviews decides nothing.
func (r Role) rank() int {
	switch r {
	case Collector, Clerk, Analyst:
		return 1
	case Supervisor:
		return 2
	case Admin:
		return 3
	}
	return 0
}

// Next returns the role to which a decision is raised when the role's deadline passes: collector, clerk or analyst, supervisor,
// admin. ok is false at the top and outside the order.
func (r Role) Next() (next Role, ok bool) {
	switch r {
	case Collector, Clerk, Analyst:
		return Supervisor, true
	case Supervisor:
		return Admin, true
	}
	return "", false
}

// AtLeast reports whether the role equals or outranks other in the order of deciding. The auditor and unknown roles
// outrank nobody and are outranked by nobody.
func (r Role) AtLeast(other Role) bool {
	return r.rank() > 0 && other.rank() > 0 && r.rank() >= other.rank()
}

// Require returns nil when the principal's role has the permission. Error: CodeForbidden.
func Require(p Principal, permission Permission) error {
	if Can(p.Role, permission) {
		return nil
	}
	return fault.Newf(fault.Forbidden, CodeForbidden, "this needs the permission %s", permission)
}
