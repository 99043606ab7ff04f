package report

// WrittenOff is what of a claim was written off, with the decisions that may have done it.
type WrittenOff struct {
	Minor         int64
	ByTolerance   bool  // a rule closed the claim
	ConcededMinor int64 // by settlements and earned discounts in force
	GivenUpMinor  int64 // by decisions in force that give up what was denied
	GaveUpMinor   int64 // by those that a later decision, after an appeal, took the place of
	LostMinor     int64 // denied by decisions in force, and neither open nor repaid
}

// Divide says why: what tolerance closed is tolerated; else settlements and earned discounts come first, then what was given
// up, also by a write-off of the item that no decision on the claim asked for. What is left was never denied: conceded.
func (w WrittenOff) Divide() (givenUp, conceded, tolerated int64) {
	if w.ByTolerance {
		return 0, 0, w.Minor
	}
	conceded = min(w.Minor, w.ConcededMinor)
	rest := w.Minor - conceded
	givenUp = min(rest, max(w.GivenUpMinor, w.LostMinor-conceded, 0))
	rest -= givenUp
	late := min(rest, w.GaveUpMinor)
	return givenUp + late, conceded + rest - late, 0
}
