package run

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/stack"
	"arrears/domain/calendar"
	"arrears/internal/terminal"
)

func TestTheEnvironmentIsRead(t *testing.T) {
	t.Parallel()
	plain, err := FromEnvironment(false, []string{"HOME=/root", "ARREARS_LOG_LEVEL=debug", "ARREARS_SMTP_PORT="}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, ".arrears", plain.Dir)
	require.Equal(t, map[string]string{"ARREARS_LOG_LEVEL": "debug"}, plain.Variables)
	require.Equal(t, "127.0.0.1:8080", plain.httpAddr())

	demo, err := FromEnvironment(true, nil, io.Discard)
	require.NoError(t, err)
	require.Equal(t, ".arrears-demo", demo.Dir)
	require.Equal(t, 5*time.Second, demo.Day)

	own, err := FromEnvironment(true, []string{"ARREARS_DATA_DIR=/elsewhere", "ARREARS_DEMO_DAY=1m", "ARREARS_HTTP_ADDR=127.0.0.1:9"}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "/elsewhere", own.Dir)
	require.Equal(t, time.Minute, own.Day)
	require.Equal(t, "127.0.0.1:9", own.httpAddr())
}

func TestAWrongVariableIsNamed(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"ARREARS_DEMO_DAY=soon", "ARREARS_DEMO_DAY=1ms", "ARREARS_DEMO_DAY=48h", "ARREARS_LOG_LEVEL=loud"} {
		_, err := FromEnvironment(true, []string{wrong}, io.Discard)
		require.Error(t, err, wrong)
		require.Contains(t, err.Error(), wrong[:13])
	}
}

func TestTheStackDecidesWhereThingsAre(t *testing.T) {
	t.Parallel()
	o, err := FromEnvironment(true, []string{"ARREARS_DATABASE_URL=postgres://elsewhere/x", "ARREARS_CREDITOR_NAME=Own", "ARREARS_SMTP_USERNAME=me"}, io.Discard)
	require.NoError(t, err)
	cfg, err := o.config(&home{dir: "/data"}, stack.Addresses{
		DatabaseURL: "postgres://here/arrears", Temporal: "127.0.0.1:1", TemporalNamespace: "arrears", SMTP: "127.0.0.1:2525",
	})
	require.NoError(t, err)
	require.Equal(t, "postgres://here/arrears", cfg.DatabaseURL, "a demonstration never writes into another database")
	require.Equal(t, 2525, cfg.Mail.Port)
	require.Equal(t, "none", cfg.Mail.TLS)
	require.Empty(t, cfg.Mail.Username)
	require.Equal(t, "Own", cfg.Creditor.Name)
	require.Equal(t, "/data/letters", cfg.Notices.LetterDir)
	require.Equal(t, "/data/documents", cfg.Documents.Store)
	require.Less(t, cfg.Notices.Pause, time.Second)
}

// Messages name the creditor above its address, and the account whose statements the story loads.
func TestTheCreditorIsNamedOnceWithItsAccount(t *testing.T) {
	t.Parallel()
	o, err := FromEnvironment(true, nil, io.Discard)
	require.NoError(t, err)
	cfg, err := o.config(&home{dir: "/data"}, stack.Addresses{
		DatabaseURL: "postgres://here/arrears", Temporal: "127.0.0.1:1", TemporalNamespace: "arrears", SMTP: "127.0.0.1:2525",
	})
	require.NoError(t, err)
	require.NotEmpty(t, cfg.Creditor.Address)
	require.NotContains(t, cfg.Creditor.Address, cfg.Creditor.Name)
	require.Contains(t, strings.ReplaceAll(cfg.Creditor.RemitTo, " ", ""), ourAccount())
}

func TestADemonstrationBeginsOnAMondayAndStandsStill(t *testing.T) {
	t.Parallel()
	o := Options{Demo: true, Day: 5 * time.Second}
	for day := range 7 {
		now := time.Date(2026, 11, 16+day, 15, 0, 0, 0, time.UTC)
		c := o.clock(now)
		require.NoError(t, c.Validate())
		require.Equal(t, time.Date(2026, 11, 16, 5, 0, 0, 0, time.UTC), c.Business(now.Add(time.Hour)))
		require.EqualValues(t, 17280, c.Rate)
	}
	require.Equal(t, calendar.RealClock, Options{}.clock(time.Now()).Kind)
}

func TestAFolderKeepsItsPace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &session{o: Options{Day: 5 * time.Second}, screen: terminal.New(&out), home: &home{dir: "/data"}}
	s.keepPace(5 * time.Second)
	require.Empty(t, out.String())
	s.keepPace(2 * time.Second)
	require.Equal(t, 2*time.Second, s.o.Day)
	require.Contains(t, out.String(), "a day in 2s")
}
