package e2e

import (
	"flag"
	"os"
	"testing"

	"arrears/devstack/e2e/house"
)

// atOnce is how many tests run at the same time: they wait for each other's servers more than they compute.
const atOnce = "12"

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f != nil && f.Value.String() == f.DefValue {
		_ = f.Value.Set(atOnce)
	}
	code := m.Run()
	house.Clean()
	os.Exit(code)
}
