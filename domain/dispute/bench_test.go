package dispute_test

import (
	"testing"

	. "arrears/domain/dispute"
)

// BenchmarkTriage sorts a claim that only a guess fits: the longest way through the shipped rules.
func BenchmarkTriage(b *testing.B) {
	sets := []*Rules{DefaultRules()}
	for b.Loop() {
		Triage(sets, ClaimFacts{CustomerReason: "ZZ99", CustomerWords: "frieght charges were higher than agreed with your colleague in spring"})
	}
}
