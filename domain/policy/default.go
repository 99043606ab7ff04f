package policy

import (
	_ "embed"
	"sync"
)

//go:embed default.yaml
var defaultText []byte

// parsedDefault reads the embedded policy once. It is part of the program; a test sees to it that it is valid.
var parsedDefault = sync.OnceValue(func() Policy {
	p, err := Parse(defaultText)
	if err != nil {
		return Policy{}
	}
	return p
})

// Default returns the policy that works unconfigured. Each call returns a policy of its own, free to change.
func Default() Policy { return clone(parsedDefault()) }

// DefaultYAML returns the default policy as it is written, with its comments, as a start for one's own.
func DefaultYAML() []byte { return append([]byte(nil), defaultText...) }

//go:embed repayment.yaml
var repaymentText []byte

var parsedRepayment = sync.OnceValue(func() Policy {
	p, err := Parse(repaymentText)
	if err != nil {
		return Policy{}
	}
	return p
})

// DefaultRepayment returns the policy by which denied deductions are collected unless one is configured. Each call returns a
// policy of its own, free to change.
func DefaultRepayment() Policy { return clone(parsedRepayment()) }

// DefaultRepaymentYAML returns the repayment policy as it is written, with its comments.
func DefaultRepaymentYAML() []byte { return append([]byte(nil), repaymentText...) }

// Shipped returns the policies of a new installation: the default one and that of denied deductions.
func Shipped() []Policy { return []Policy{Default(), DefaultRepayment()} }
