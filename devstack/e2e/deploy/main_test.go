package deploy

import (
	"os"
	"testing"

	"arrears/devstack/e2e/house"
)

func TestMain(m *testing.M) {
	code := m.Run()
	house.Clean()
	os.Exit(code)
}
