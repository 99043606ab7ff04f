package main

import (
	"log/slog"
	"os"
	"strings"

	"arrears/config"
	"arrears/domain/fault"
	"arrears/telemetry"
)

type configCommand struct {
	Markdown bool `help:"Print the reference as docs/configuration.md holds it."`
}

// Run lists every variable with its value; secrets are told as set or not.
func (k configCommand) Run(c *console) error {
	if k.Markdown {
		c.out.Line(strings.TrimSuffix(config.Markdown(), "\n"))
		return nil
	}
	var rows [][]string
	for _, v := range config.Reference() {
		rows = append(rows, []string{v.Name, valueOf(v), v.Doc})
	}
	c.out.Table([]string{"variable", "value", "meaning"}, rows)
	_, err := loadConfig()
	return err
}

func valueOf(v config.Variable) string {
	value, set := os.LookupEnv(v.Name)
	switch {
	case !set || value == "":
		return v.Default
	case secret(v.Name):
		return "(set)"
	}
	return short(value)
}

// secret reports whether a variable's value must not be shown.
func secret(name string) bool {
	for _, part := range []string{"PASSWORD", "SECRET", "KEY", "DATABASE_URL"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// short keeps a value on one short line.
func short(value string) string {
	const most = 40
	value = oneLine(value)
	if r := []rune(value); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return value
}

// loadConfig reads the environment. Error: config.invalid.
func loadConfig() (config.Config, error) {
	cfg, err := config.Load()
	if err != nil {
		return config.Config{}, fault.New(fault.Invalid, "config.invalid", err.Error())
	}
	return cfg, nil
}

// logger writes as the configuration says, to standard error.
func (c *console) logger(cfg config.Config) *slog.Logger {
	return telemetry.Logger(c.log, cfg.LogLevel, cfg.LogFormat)
}
