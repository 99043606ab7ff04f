package webhook_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/domain/webhook"
)

var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// The vector is the one that the specification's own libraries are tested with.
func TestTheSignatureIsTheSpecifications(t *testing.T) {
	t.Parallel()
	key, err := webhook.ParseSecret(secret)
	require.NoError(t, err)
	id, at, body := "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`)
	got := webhook.Sign([][]byte{key}, id, at, body)
	require.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", got)
	both := webhook.Sign([][]byte{key, []byte("another key of enough bytes")}, id, at, body)
	require.True(t, strings.HasPrefix(both, got+" v1,"))
	require.Empty(t, webhook.Sign(nil, id, at, body))
}

func TestSecretsAreReadAndWritten(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", "whsec_", "whsec_!!!", "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 23)), base64.StdEncoding.EncodeToString(make([]byte, 65)),
	} {
		_, err := webhook.ParseSecret(bad)
		require.Equal(t, webhook.CodeBadSecret, fault.CodeOf(err), bad)
	}
	key, err := webhook.ParseSecret(" " + strings.TrimPrefix(secret, "whsec_") + "\n")
	require.NoError(t, err)
	require.Equal(t, secret, webhook.FormatSecret(key))
}

func ExampleBackoff() {
	for failures := 1; ; failures++ {
		wait, ok := webhook.Backoff(failures, 0)
		if !ok {
			fmt.Println("then it is dead, after", failures, "attempts")
			return
		}
		fmt.Println(wait)
	}
	// Output:
	// 5s
	// 5m0s
	// 30m0s
	// 2h0m0s
	// 5h0m0s
	// 10h0m0s
	// 14h0m0s
	// 20h0m0s
	// 24h0m0s
	// then it is dead, after 10 attempts
}

func TestTheWaitGrowsAndItsJitterIsBounded(t *testing.T) {
	t.Parallel()
	_, ok := webhook.Backoff(0, 0)
	require.False(t, ok)
	rapid.Check(t, func(t *rapid.T) {
		failures := rapid.IntRange(1, webhook.MaxAttempts-1).Draw(t, "failures")
		jitter := rapid.Float64Range(0, 0.999).Draw(t, "jitter")
		least, _ := webhook.Backoff(failures, 0)
		wait, ok := webhook.Backoff(failures, jitter)
		require.True(t, ok)
		require.GreaterOrEqual(t, wait, least)
		require.LessOrEqual(t, wait, least+least/5)
		if before, ok := webhook.Backoff(failures-1, 0.999); ok {
			require.Greater(t, wait, before)
		}
	})
}

func TestWhatAnAnswerMeans(t *testing.T) {
	t.Parallel()
	failed := func(status int) webhook.Answer {
		return webhook.Answer{Status: status, Error: webhook.StatusError(status)}
	}
	later := noon.Add(5 * time.Second)
	for name, test := range map[string]struct {
		answer   webhook.Answer
		failures int
		want     webhook.Verdict
	}{
		"taken":           {failed(204), 3, webhook.Verdict{State: webhook.Delivered}},
		"refused":         {failed(400), 0, webhook.Verdict{State: webhook.Pending, Failures: 1, NextAt: later}},
		"moved":           {failed(302), 0, webhook.Verdict{State: webhook.Pending, Failures: 1, NextAt: later}},
		"no answer":       {webhook.Answer{Error: webhook.ErrTimeout}, 1, webhook.Verdict{State: webhook.Pending, Failures: 2, NextAt: noon.Add(5 * time.Minute)}},
		"gone":            {failed(410), 0, webhook.Verdict{State: webhook.Dead, Failures: 1, Gone: true}},
		"the last":        {failed(500), 9, webhook.Verdict{State: webhook.Dead, Failures: 10}},
		"the one before":  {failed(500), 8, webhook.Verdict{State: webhook.Pending, Failures: 9, NextAt: noon.Add(24 * time.Hour)}},
		"asked to wait":   {webhook.Answer{Status: 429, Error: webhook.ErrStatus, RetryAfter: time.Minute}, 0, webhook.Verdict{State: webhook.Pending, Failures: 1, NextAt: noon.Add(time.Minute), PausedUntil: noon.Add(time.Minute)}},
		"asked for less":  {webhook.Answer{Status: 503, Error: webhook.ErrStatus, RetryAfter: time.Second}, 1, webhook.Verdict{State: webhook.Pending, Failures: 2, NextAt: noon.Add(5 * time.Minute), PausedUntil: noon.Add(time.Second)}},
		"asked for years": {webhook.Answer{Status: 503, Error: webhook.ErrStatus, RetryAfter: 9999 * time.Hour}, 0, webhook.Verdict{State: webhook.Pending, Failures: 1, NextAt: noon.Add(24 * time.Hour), PausedUntil: noon.Add(24 * time.Hour)}},
		"not its to ask":  {webhook.Answer{Status: 400, Error: webhook.ErrStatus, RetryAfter: time.Hour}, 0, webhook.Verdict{State: webhook.Pending, Failures: 1, NextAt: later}},
		"dead all the same": {
			webhook.Answer{Status: 429, Error: webhook.ErrStatus, RetryAfter: time.Hour}, 9,
			webhook.Verdict{State: webhook.Dead, Failures: 10, PausedUntil: noon.Add(time.Hour)},
		},
	} {
		require.Equal(t, test.want, webhook.Judge(test.answer, test.failures, noon, 0), name)
	}
}

func TestOnlyTwoHundredsAreASuccess(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{
		200: "", 201: "", 299: "", 300: webhook.ErrRedirect, 308: webhook.ErrRedirect, 199: webhook.ErrStatus, 400: webhook.ErrStatus, 500: webhook.ErrStatus,
	} {
		require.Equal(t, want, webhook.StatusError(status), status)
	}
}

func TestWhenAnEndpointIsHopeless(t *testing.T) {
	t.Parallel()
	days := func(n int) time.Time { return noon.Add(time.Duration(-n) * 24 * time.Hour) }
	require.True(t, webhook.Hopeless(days(5), 10, noon))
	require.False(t, webhook.Hopeless(days(4), 1000, noon), "one bad day")
	require.False(t, webhook.Hopeless(days(30), 9, noon), "one bad event")
	require.False(t, webhook.Hopeless(time.Time{}, 0, noon))
}

func made(at time.Time, ends *time.Time) webhook.Secret {
	return webhook.Secret{ID: uuid.New(), CreatedAt: at, ExpiresAt: ends}
}

func TestOldSecretsEndAfterTheOverlap(t *testing.T) {
	t.Parallel()
	soon := noon.Add(time.Hour)
	newest, older := made(noon.Add(-time.Hour), nil), made(noon.Add(-2*time.Hour), &soon)
	retired := webhook.Retire([]webhook.Secret{older, newest}, noon, webhook.DefaultOverlap)
	require.Equal(t, noon.Add(24*time.Hour), *retired[0].ExpiresAt)
	require.Equal(t, soon, *retired[1].ExpiresAt, "no later than was said before")
	require.Nil(t, newest.ExpiresAt, "what was given stays as it is")
	require.True(t, retired[0].Signs(noon.Add(24*time.Hour-time.Second)))
	require.False(t, retired[0].Signs(noon.Add(24*time.Hour)))
	for _, s := range webhook.Retire([]webhook.Secret{older, newest}, noon, 0) {
		require.False(t, s.Signs(noon), "after a leak")
	}
	require.True(t, newest.Signs(noon.Add(9999*time.Hour)))
}

func TestRotationKeepsABoundedNumber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := noon
		secrets := []webhook.Secret{made(now, nil)}
		for range rapid.IntRange(1, 12).Draw(t, "rotations") {
			now = now.Add(time.Duration(rapid.IntRange(1, 10_000).Draw(t, "pause")) * time.Second)
			overlap := time.Duration(rapid.IntRange(0, 7*24).Draw(t, "overlap")) * time.Hour
			before := signing(secrets, now)
			secrets = append(webhook.Retire(secrets, now, overlap), made(now, nil))
			after := signing(secrets, now)
			require.LessOrEqual(t, len(after), webhook.MaxSecrets)
			require.LessOrEqual(t, len(after), len(before)+1, "none comes back")
			if overlap > 0 {
				require.GreaterOrEqual(t, len(after), min(len(before)+1, webhook.MaxSecrets), "none is lost before its time")
			}
		}
	})
}

func signing(secrets []webhook.Secret, now time.Time) (n []webhook.Secret) {
	for _, s := range secrets {
		if s.Signs(now) {
			n = append(n, s)
		}
	}
	return n
}

func TestWhatIsSaidOfAnEndpointIsChecked(t *testing.T) {
	t.Parallel()
	good := webhook.Endpoint{URL: "https://erp.example.com", EventTypes: []string{"invoice.armed"}, Metadata: map[string]string{"team": "ar"}}
	require.Empty(t, wrong(good))
	for field, spoil := range map[string]func(e *webhook.Endpoint){
		"url":            func(e *webhook.Endpoint) { e.URL = "http://erp.example.com" },
		"description":    func(e *webhook.Endpoint) { e.Description = strings.Repeat("x", 1001) },
		"event_types[0]": func(e *webhook.Endpoint) { e.EventTypes = []string{"Invoice Armed"} },
		"event_types": func(e *webhook.Endpoint) {
			for range 101 {
				e.EventTypes = append(e.EventTypes, "a.b")
			}
		},
		"metadata.k": func(e *webhook.Endpoint) { e.Metadata = map[string]string{"k": strings.Repeat("x", 501)} },
		"metadata":   func(e *webhook.Endpoint) { e.Metadata = map[string]string{"": "x"} },
	} {
		e := good
		spoil(&e)
		require.Contains(t, wrong(e), field)
	}
	require.Contains(t, wrong(webhook.Endpoint{}), "url")
}

func wrong(e webhook.Endpoint) []string {
	var f receivable.Form
	e.Check(&f, false)
	var paths []string
	if err := f.Err("endpoint"); err != nil {
		for _, field := range err.(*fault.Error).Fields { //nolint:errorlint // Err returns no other
			paths = append(paths, field.Path)
		}
	}
	return paths
}

func TestAnEndpointKnowsWhatItWants(t *testing.T) {
	t.Parallel()
	require.True(t, webhook.Endpoint{}.Wants("invoice.armed"))
	e := webhook.Endpoint{EventTypes: []string{"notice.sent"}, ReplayAfter: 3, ReplayUntil: 4}
	require.True(t, e.Wants("notice.sent"))
	require.False(t, e.Wants("invoice.armed"))
	require.True(t, e.Replaying())
	e.State, e.Reason, e.Failures, e.FailingSince, e.PausedUntil = webhook.DisabledByFailure, webhook.ReasonGone, 3, &noon, &noon
	e.Enable()
	require.Equal(t, webhook.Endpoint{EventTypes: e.EventTypes, ReplayAfter: 3, ReplayUntil: 4, State: webhook.Enabled}, e)
	require.Len(t, webhook.DeliveryStates(), 4)
	a, b := webhook.Secret{ID: uuid.New(), EndpointID: uuid.New()}, webhook.Secret{ID: uuid.New()}
	require.NotEqual(t, a.Bound(), b.Bound())
}
