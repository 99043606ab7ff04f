// Command composecheck reads a compose file as Docker Compose does: it fills in the variables, validates against the
// Compose Specification's schema, and looks whether every file that is mounted from beside it exists. It needs no engine.
// .ci/run calls it; it is no part of the product.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "composecheck FILE [NAME=value …]")
		os.Exit(2)
	}
	said, err := check(context.Background(), os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "composecheck:", err)
		os.Exit(1)
	}
	fmt.Println(said)
}

// check returns one line that tells what the file starts.
func check(ctx context.Context, file string, env []string) (string, error) {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithEnv(env), cli.WithResolvedPaths(true))
	if err != nil {
		return "", err
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return "", err
	}
	for _, s := range project.Services {
		for _, v := range s.Volumes {
			if v.Type != types.VolumeTypeBind {
				continue
			}
			if _, err := os.Stat(v.Source); err != nil {
				return "", fmt.Errorf("%s mounts what is not there: %w", s.Name, err)
			}
		}
	}
	return fmt.Sprintf("%s: %d services (%s)", filepath.Base(file), len(project.Services), strings.Join(project.ServiceNames(), ", ")), nil
}
