package dispute

import "go.yaml.in/yaml/v3"

// ShortPayment says what becomes of a short payment's difference that has no reason, words or reference and is too large to be
// tolerated.
type ShortPayment struct {
	As     string `json:"as"`               // AsResidual or AsDeduction
	Reason string `json:"reason,omitempty"` // of ours, for a deduction; empty: an analyst finds it
}

// What such a difference becomes.
const (
	AsResidual  = "residual"  // it stays open and is dunned
	AsDeduction = "deduction" // it is a claim of the customer's
)

// Deducts reports whether such a difference is a claim. Nil: it is not.
func (s *ShortPayment) Deducts() bool { return s != nil && s.As == AsDeduction }

func (r *rulesReader) shortPayment(n *yaml.Node, path string) *ShortPayment {
	var s ShortPayment
	r.mapping(n, path, map[string]func(*yaml.Node, string){
		"as":     func(n *yaml.Node, path string) { s.As = r.oneOf(n, path, []string{AsResidual, AsDeduction}) },
		"reason": func(n *yaml.Node, path string) { s.Reason = r.reason(n, path) },
	})
	switch {
	case s.As == "":
		r.refuse(n, below(path, "as"), "required", "says residual or deduction")
	case s.Reason == Unknown:
		r.refuse(n, below(path, "reason"), "unknown", "without a reason it is unknown")
	case s.As == AsResidual && s.Reason != "":
		r.refuse(n, below(path, "reason"), "unknown_field", "a residual has no reason")
	}
	return &s
}
