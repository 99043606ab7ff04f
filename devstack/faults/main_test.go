package faults

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"arrears/devstack/e2e/house"
)

// The variables that say how much is broken.
const (
	// seedEnv is the seed of what happens at random; without it every run takes another and prints it.
	seedEnv = "FAULTS_SEED"
	// killsEnv is how many processes the storm kills.
	killsEnv = "FAULTS_KILLS"
	// reportEnv is the file whose tables are written anew; without it they go to the log.
	reportEnv = "FAULTS_REPORT"
)

const (
	fewKills = 15  // for every run of the tests
	atOnce   = "8" // tests at the same time: they wait for timeouts more than they compute
)

// One reminder, whatever the hour.
const remindNow = `
key: remind-now
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
min_days_between_notices: 0
stages:
  - {key: reminder, moment: due + 1 day, action: notice, template: reminder-1}
`

// A demand that a supervisor approves, whatever the hour.
const askFirst = `
key: ask-first
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
min_days_between_notices: 0
review_days: 10
stages:
  - key: demand
    moment: due + 1 day
    action: notice
    template: final-demand
    approval: {role: supervisor, deadline_days: 3, at_deadline: raise}
`

func TestMain(m *testing.M) {
	if address := os.Getenv(asTemporal); address != "" {
		if err := serveTemporal(address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f != nil && f.Value.String() == f.DefValue {
		_ = f.Value.Set(atOnce)
	}
	code := m.Run()
	house.Clean()
	if err := found.write(os.Getenv(reportEnv)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// number reads a variable.
func number(t *testing.T, name string, otherwise int64) int64 {
	t.Helper()
	value, err := strconv.ParseInt(cmp.Or(os.Getenv(name), strconv.FormatInt(otherwise, 10)), 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return value
}

// seed is the run's, printed so that it can be taken again.
func seed(t *testing.T) int64 {
	t.Helper()
	value := number(t, seedEnv, time.Now().UnixNano())
	t.Logf("%s=%d repeats what is at random here, but for the moment at which each process is met", seedEnv, value)
	return value
}
