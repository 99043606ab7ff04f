package main

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"arrears/config"
)

// compose is what the tests look at in docker-compose.yml.
type compose struct {
	Services map[string]struct {
		Image       string
		Command     []string
		User        string
		Environment map[string]string
		DependsOn   dependencies `yaml:"depends_on"`
		Ports       []string
		ReadOnly    bool `yaml:"read_only"`
		Deploy      struct{ Replicas int }
		Healthcheck struct{ Test []string }
	}
}

// dependencies are written as a list of names or with conditions.
type dependencies map[string]struct{ Condition string }

// UnmarshalYAML implements yaml.Unmarshaler.
func (d *dependencies) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		var names []string
		if err := n.Decode(&names); err != nil {
			return err
		}
		*d = dependencies{}
		for _, name := range names {
			(*d)[name] = struct{ Condition string }{}
		}
		return nil
	}
	return n.Decode((*map[string]struct{ Condition string })(d))
}

func readCompose(t *testing.T) compose {
	t.Helper()
	text, err := os.ReadFile("../../docker-compose.yml")
	require.NoError(t, err)
	var c compose
	require.NoError(t, yaml.Unmarshal(text, &c))
	return c
}

// understood reports whether the binary knows a command line.
func understood(args []string) error {
	var cli commands
	parser, err := kong.New(&cli, kong.Writers(io.Discard, io.Discard))
	if err == nil {
		_, err = parser.Parse(args)
	}
	return err
}

func TestComposeRunsCommandsAndVariablesThatExist(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, v := range config.Reference() {
		known[v.Name] = true
	}
	ours := 0
	for name, s := range readCompose(t).Services {
		if !strings.HasPrefix(s.Image, "arrears:") {
			continue
		}
		ours++
		require.NoError(t, understood(s.Command), name)
		require.True(t, s.ReadOnly, name)
		if test := s.Healthcheck.Test; len(test) > 0 {
			require.Equal(t, []string{"CMD", "/arrears"}, test[:2], name)
			require.NoError(t, understood(test[2:]), name)
		}
		for variable := range s.Environment {
			require.True(t, known[variable], "%s: %s", name, variable)
		}
		require.Equal(t, "arrears", s.Environment["ARREARS_TEMPORAL_NAMESPACE"])
		for other := range s.DependsOn {
			require.Contains(t, readCompose(t).Services, other)
		}
	}
	require.Equal(t, 3, ours, "migrate, serve, worker")
	require.Equal(t, 2, readCompose(t).Services["worker"].Deploy.Replicas)
	require.Error(t, understood([]string{"dance"}), "the check can fail")
}

// Whoever reaches Temporal's interface may end workflows, and the others show what is owed.
func TestComposePublishesOnThisMachineAlone(t *testing.T) {
	t.Parallel()
	c := readCompose(t)
	for name, s := range c.Services {
		for _, p := range s.Ports {
			require.True(t, strings.HasPrefix(p, "127.0.0.1:"), name)
		}
	}
	require.Empty(t, c.Services["temporal"].Ports, "no authorizer stands before it")
	require.Empty(t, c.Services["postgres"].Ports)
	require.Equal(t, "service_completed_successfully", c.Services["serve"].DependsOn["migrate"].Condition)
	require.Empty(t, c.Services["migrate"].Environment["ARREARS_APP_ROLE"], "who migrates owns the tables")
	require.Equal(t, "arrears_app", c.Services["worker"].Environment["ARREARS_APP_ROLE"])
}

func TestTheImageRunsWithoutRights(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../Dockerfile")
	require.NoError(t, err)
	require.Regexp(t, regexp.MustCompile(`(?m)^USER nonroot$`), string(text))
	require.Contains(t, string(text), "./cmd/arrears")
	command := regexp.MustCompile(`(?m)^CMD \["(.+)"\]$`).FindStringSubmatch(string(text))
	require.Len(t, command, 2)
	require.NoError(t, understood(strings.Split(command[1], `", "`)))
}
