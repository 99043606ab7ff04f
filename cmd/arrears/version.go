package main

import (
	"runtime/debug"

	"arrears/internal/terminal"
)

// version is set at a release (-ldflags "-X main.version=v0.1.0"); a build from a checkout names its commit.
var version = "development"

type versionCommand struct{}

// Run prints what was built from what.
func (versionCommand) Run(c *console) error {
	rows := []terminal.Row{{Name: "arrears", Value: version}}
	if info, ok := debug.ReadBuildInfo(); ok {
		rows = append(rows, terminal.Row{Name: "go", Value: info.GoVersion})
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				rows = append(rows, terminal.Row{Name: "commit", Value: s.Value})
			case "vcs.time":
				rows = append(rows, terminal.Row{Name: "committed", Value: s.Value})
			}
		}
	}
	c.out.List(rows)
	return nil
}
