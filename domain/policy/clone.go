package policy

import (
	"maps"
	"slices"
)

// clone copies a policy so that no map, list or approval is shared.
func clone(p Policy) Policy {
	p.MinimumOpen = maps.Clone(p.MinimumOpen)
	p.Window.Days = slices.Clone(p.Window.Days)
	p.ClosedDays = slices.Clone(p.ClosedDays)
	p.Stages = slices.Clone(p.Stages)
	for i := range p.Stages {
		s := &p.Stages[i]
		s.Conditions.MinimumOpen = maps.Clone(s.Conditions.MinimumOpen)
		s.Conditions.OverdueTotal = maps.Clone(s.Conditions.OverdueTotal)
		s.Channels = slices.Clone(s.Channels)
		if s.Approval != nil {
			approval := *s.Approval
			s.Approval = &approval
		}
	}
	return p
}
