package figures

import "fmt"

// Size says how much is measured.
type Size struct {
	Name   string
	Rounds int
	Wave   int   // items of a wave; a multiple of every number in Each
	Each   []int // items per customer
	Lists  int   // invoices of the portfolio whose lists are asked
}

// Sized is a size by its name: small for a look and for CI, normal for the table, full for what takes long.
func Sized(name string) (Size, error) {
	switch name {
	case "small":
		return Size{Name: name, Rounds: 1, Wave: 140, Each: []int{7}, Lists: 20_000}, nil
	case "normal":
		return Size{Name: name, Rounds: 3, Wave: 1400, Each: []int{1, 7, 50}, Lists: 100_000}, nil
	case "full":
		return Size{Name: name, Rounds: 5, Wave: 1400, Each: []int{1, 7, 50}, Lists: 1_000_000}, nil
	}
	return Size{}, fmt.Errorf("the size %q is not small, normal or full", name)
}
