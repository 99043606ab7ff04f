package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set at a release (-ldflags "-X main.version=v0.1.0"); a build from a checkout names its commit.
var version = "development"

type versionCommand struct{}

// Run prints what was built from what.
func (versionCommand) Run(c *console) error {
	text := fmt.Sprintf("arrears  %s\ngo       %s\n", version, runtime.Version())
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				text += fmt.Sprintf("commit   %s\n", s.Value)
			}
		}
	}
	_, err := fmt.Fprint(c.raw, text)
	return err
}
