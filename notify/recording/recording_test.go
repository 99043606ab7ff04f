package recording_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/notice"
	"arrears/notify"
	"arrears/notify/recording"
)

func TestItKeepsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	var c recording.Channel
	session, err := c.Prepare(context.Background())
	require.NoError(t, err)
	require.Equal(t, 1, c.OpenSessions())
	raw, err := c.Compose(notify.Envelope{MessageID: "<a@b>", To: "x@example.com", Rendered: notice.Rendered{Subject: "S", Text: "T"}})
	require.NoError(t, err)
	require.Equal(t, "<a@b>\nx@example.com\nS\n\nT", string(raw))
	m := notify.Message{NoticeID: uuid.Max, To: "x@example.com", Raw: raw}
	require.Equal(t, notice.Accepted, session.Send(context.Background(), m).Kind)
	raw[0] = '!'
	require.Equal(t, byte('<'), c.Messages()[0].Raw[0], "it keeps a copy")
	require.NoError(t, session.Close())
	require.NoError(t, session.Close())
	require.Zero(t, c.OpenSessions())
}

func TestItAnswersAsTold(t *testing.T) {
	t.Parallel()
	c := &recording.Channel{
		Answer: func(m notify.Message) notify.Outcome {
			return notify.Outcome{Kind: notice.RefusedAddress, Detail: m.To}
		},
		ComposeWith:  func(notify.Envelope) ([]byte, error) { return []byte("x"), nil },
		PrepareError: func() error { return nil },
	}
	raw, err := c.Compose(notify.Envelope{})
	require.NoError(t, err)
	require.Equal(t, "x", string(raw))
	session, err := c.Prepare(context.Background())
	require.NoError(t, err)
	require.Equal(t, notify.Outcome{Kind: notice.RefusedAddress, Detail: "a"}, session.Send(context.Background(), notify.Message{To: "a"}))

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.Equal(t, notice.Temporary, session.Send(ctx, notify.Message{}).Kind)
	_, err = c.Prepare(ctx)
	require.ErrorIs(t, err, context.Canceled)
	down := errors.New("down")
	c.PrepareError = func() error { return down }
	_, err = c.Prepare(context.Background())
	require.ErrorIs(t, err, down)
	require.Len(t, c.Messages(), 1)
}

func TestManyMayUseIt(t *testing.T) {
	t.Parallel()
	var c recording.Channel
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			session, err := c.Prepare(context.Background())
			if err == nil {
				session.Send(context.Background(), notify.Message{})
				_ = session.Close()
			}
		})
	}
	group.Wait()
	require.Len(t, c.Messages(), 50)
	require.Zero(t, c.OpenSessions())
}
