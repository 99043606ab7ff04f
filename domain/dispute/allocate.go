package dispute

import (
	"github.com/google/uuid"

	"arrears/domain/fault"
)

// Allocate gives a decision's amounts to the parts, oldest part first: what is valid, then what is denied, then what is
// conceded. Parts without anything undecided get nothing. Errors: CodeNotPositive (a negative amount, or all zero),
// CodeExceedsUndecided, CodeNotWhole.
func Allocate(parts []Part, validMinor, deniedMinor, concededMinor int64) ([]PartDecision, error) {
	var undecided int64
	for _, p := range parts {
		undecided += p.UndecidedMinor
	}
	if validMinor < 0 || deniedMinor < 0 || concededMinor < 0 || validMinor == 0 && deniedMinor == 0 && concededMinor == 0 {
		return nil, fault.New(fault.Invalid, CodeNotPositive, "the amount must be positive")
	}
	switch rest := undecided - validMinor; { // subtracting, because the sum of three amounts of any size may overflow
	case validMinor > undecided, deniedMinor > rest, concededMinor > rest-deniedMinor:
		return nil, fault.New(fault.Conflict, CodeExceedsUndecided, "the amount exceeds what the claim has there")
	case concededMinor < rest-deniedMinor:
		return nil, fault.New(fault.Conflict, CodeNotWhole, "a decision is about all that is undecided")
	}
	var list []PartDecision
	for _, p := range parts {
		if p.UndecidedMinor == 0 {
			continue
		}
		left := p.UndecidedMinor
		list = append(list, PartDecision{
			PartID: p.ID, ValidMinor: draw(&validMinor, &left), DeniedMinor: draw(&deniedMinor, &left), ConcededMinor: draw(&concededMinor, &left),
		})
	}
	return list, nil
}

// AllocateDenied gives an amount that is conceded of what was denied to the parts, oldest part first. Errors:
// CodeNotPositive, CodeExceedsDenied.
func AllocateDenied(parts []Part, concededMinor int64) ([]PartDecision, error) {
	if concededMinor <= 0 {
		return nil, fault.New(fault.Invalid, CodeNotPositive, "the amount must be positive")
	}
	var list []PartDecision
	for _, p := range parts {
		left := p.DeniedMinor
		if minor := draw(&concededMinor, &left); minor > 0 {
			list = append(list, PartDecision{PartID: p.ID, ConcededMinor: minor})
		}
	}
	if concededMinor > 0 {
		return nil, fault.New(fault.Conflict, CodeExceedsDenied, "the amount exceeds what the claim has there")
	}
	return list, nil
}

// draw takes what a pot has for as long as there is room.
func draw(pot, room *int64) int64 {
	minor := min(*pot, *room)
	*pot -= minor
	*room -= minor
	return minor
}

// Share is a part of an amount that goes to one part of a claim.
type Share struct {
	PartID uuid.UUID
	Minor  int64
}

// SplitParts divides what is undecided of the parts into several claims of the given amounts, oldest part first: the n-th
// list says how much of which part the n-th claim takes over. The amounts are all that is undecided, so nothing is lost and
// nothing comes about. Errors: CodeNotPositive, CodeExceedsUndecided, CodeNotWhole.
func SplitParts(parts []Part, amounts []int64) ([][]Share, error) {
	rest := make([]int64, len(parts))
	for i, p := range parts {
		rest[i] = p.UndecidedMinor
	}
	shares, at := make([][]Share, len(amounts)), 0
	for n, minor := range amounts {
		if minor <= 0 {
			return nil, fault.New(fault.Invalid, CodeNotPositive, "the amount must be positive")
		}
		for ; at < len(parts) && minor > 0; at++ {
			if took := draw(&minor, &rest[at]); took > 0 {
				shares[n] = append(shares[n], Share{PartID: parts[at].ID, Minor: took})
			}
			if rest[at] > 0 {
				break
			}
		}
		if minor > 0 {
			return nil, fault.New(fault.Conflict, CodeExceedsUndecided, "the amounts exceed what is undecided")
		}
	}
	for _, left := range rest {
		if left > 0 {
			return nil, fault.New(fault.Conflict, CodeNotWhole, "the amounts must add up to what is undecided")
		}
	}
	return shares, nil
}
