package figures

import (
	"fmt"
	"time"
)

// Size says how much is measured.
type Size struct {
	Name      string
	Rounds    int
	Import    int           // rows of a file
	Arm       int           // invoices whose first step lies ahead
	ArmDue    int           // invoices whose first step is due
	Wave      int           // items of a wave; a multiple of every number in Each
	Each      []int         // items per customer
	Stops     int           // receipts of which each stops a chase
	StopWave  int           // items of the wave in which they come
	Decisions int           // of one caller, and as many of many
	Lives     int           // cases that are followed to their end
	Day       time.Duration // the real time of a day in those lives
	Waiting   []int         // invoices that wait while memory is looked at
	Rest      time.Duration // how long processes are left alone before their memory is looked at: what was freed is given back
	Rules     string        // how long each benchmark of the rules runs
	Matches   int           // receipts that are matched against a million items
	Payments  int           // of a bank file
	Statement int64         // bytes of a bank statement that is read alone
	Lists     int           // invoices of the portfolio whose lists are asked
}

// sizes are small for a look and for CI, normal for the table, full for what takes long.
func sizes() []Size {
	small := Size{
		Name: "small", Rounds: 1, Import: 2000, Arm: 200, ArmDue: 100, Wave: 140, Each: []int{7}, Stops: 40, StopWave: 140,
		Decisions: 40, Lives: 5, Day: time.Second, Waiting: []int{300}, Rest: time.Second, Rules: "100ms",
		Matches: 20_000, Payments: 500, Statement: 16_000_000, Lists: 10_000,
	}
	normal := Size{
		Name: "normal", Rounds: 3, Import: 20_000, Arm: 1400, ArmDue: 700, Wave: 1050, Each: []int{1, 7, 50}, Stops: 200, StopWave: 700,
		Decisions: 128, Lives: 100, Day: 5 * time.Second, Waiting: []int{10_000}, Rest: 5 * time.Second, Rules: "500ms",
		Matches: 100_000, Payments: 5000, Statement: 1_000_000_000, Lists: 100_000,
	}
	full := normal
	full.Name, full.Rounds, full.Wave, full.Lists, full.Waiting = "full", 5, 1400, 1_000_000, []int{10_000, 50_000}
	return []Size{small, normal, full}
}

// Sized is a size by its name.
func Sized(name string) (Size, error) {
	for _, s := range sizes() {
		if s.Name == name {
			return s, nil
		}
	}
	return Size{}, fmt.Errorf("the size %q is not small, normal or full", name)
}
