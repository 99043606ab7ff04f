package e2e

import (
	"flag"
	"os"
	"testing"
)

// atOnce is how many tests run at the same time: they wait for each other's servers more than they compute.
const atOnce = "6"

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f != nil && f.Value.String() == f.DefValue {
		_ = f.Value.Set(atOnce)
	}
	os.Exit(m.Run())
}
