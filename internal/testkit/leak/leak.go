// Package leak fails a package's tests when they leave goroutines behind. It is for TestMain alone.
package leak

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// patience is how often it looks again, each time for about half a second: a busy machine ends goroutines a little later.
const patience = 50

// Main runs the tests, then looks for what they left, and ends the process.
func Main(m *testing.M) {
	code := m.Run()
	left := goleak.Find()
	for try := 0; left != nil && try < patience; try++ {
		left = goleak.Find()
	}
	if code == 0 && left != nil {
		fmt.Fprintln(os.Stderr, left)
		code = 1
	}
	os.Exit(code)
}
