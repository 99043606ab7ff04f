package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTriageRulesAreKept(t *testing.T) {
	s := newSession(t)
	customerAt(t, s.p.App, "C-2")
	require.Contains(t, s.do(exitDone, "dispute", "rules", "default"), "reasons:")
	file := s.file("rules.yaml", "codes:\n  - match: [\"17\"]\n    reason: pricing\n")
	require.Equal(t, "valid  1 spellings, 0 reasons\n", s.do(exitDone, "dispute", "rules", "check", file))
	wrong := s.file("wrong.yaml", "colour: red\n")
	for _, verb := range []string{"check", "publish"} {
		require.Contains(t, s.do(exitWrong, "dispute", "rules", verb, wrong), "triage_rules.invalid")
	}
	require.Equal(t, "none\n", s.do(exitDone, "dispute", "rules", "list"))
	require.Equal(t, "published  customer, version 1\n", s.do(exitDone, "dispute", "rules", "publish", file, "--customer", "C-2"))
	for range 2 {
		require.Equal(t, "published  segment, version 1\n", s.do(exitDone, "dispute", "rules", "publish", file, "--segment", "small"),
			"the same content again is the same version")
	}
	list := s.do(exitDone, "dispute", "rules", "list")
	require.Equal(t, 1, strings.Count(list, "segment"))
	require.Contains(t, s.do(exitDone, "dispute", "rules", "list", "--limit", "1"), "… there are more: --after ")
	_, last, _ := strings.Cut(list, "small")
	require.Contains(t, s.do(exitDone, "dispute", "rules", "show", idIn(last).String()), `"reason": "pricing"`)
	require.Contains(t, s.do(exitRefused, "dispute", "rules", "show", "0190a000-0000-7000-8000-000000000000"), "triage_rules.not_found")
}
