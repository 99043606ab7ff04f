package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// leaderLock is the advisory lock that one relay of a schema holds. A session holds it, so it ends with the connection.
const leaderLock = `SELECT pg_try_advisory_lock(hashtextextended('arrears relay ' || current_schema(), 0))`

// Leader is a session that leads: it holds the relay's advisory lock and hears when nudges are left. It uses a connection
// of its own. Not safe for concurrent use.
type Leader struct {
	conn *pgx.Conn
}

// Lead tries to become the leader; leader is nil, without an error, when another process leads.
func (db *DB) Lead(ctx context.Context) (leader *Leader, err error) {
	conn, err := pgx.ConnectConfig(ctx, db.pool.Config().ConnConfig)
	if err != nil {
		return nil, unavailable(err)
	}
	l := &Leader{conn: conn}
	var leads bool
	if err = conn.QueryRow(ctx, leaderLock).Scan(&leads); err == nil && leads {
		_, err = conn.Exec(ctx, `LISTEN `+nudgeChannel)
	}
	if err != nil || !leads {
		l.Resign()
		return nil, translate(err)
	}
	return l, nil
}

// Wait returns when a nudge was left or the time is over. An error means that the session is lost, and the lead with it.
func (l *Leader) Wait(ctx context.Context, atMost time.Duration) error {
	limited, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	_, err := l.conn.WaitForNotification(limited)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return l.Alive(ctx)
	}
	return translate(err)
}

// Alive reports whether the session still is.
func (l *Leader) Alive(ctx context.Context) error {
	_, err := l.conn.Exec(ctx, `SELECT 1`)
	return translate(err)
}

// Resign ends the session.
func (l *Leader) Resign() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = l.conn.Close(ctx) // the server ends the session with the connection, however it goes
}
