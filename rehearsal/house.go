package rehearsal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"arrears/app"
	"arrears/config"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/policy"
	"arrears/internal/wire"
	"arrears/port"
	"arrears/store"
)

// Who enters history and who decides: two people, because nobody approves what they changed.
const (
	clerkID = "rehearsal-clerk"
	bossID  = "rehearsal-supervisor"
)

var clerk = access.Principal{ID: clerkID, Name: "Rehearsal", Role: access.Admin}

// connections are what one installation of a rehearsal needs of the database.
const connections = 24

// house is one installation in the scratch place.
type house struct {
	db    *store.DB
	app   *app.App
	clock *clock
	cfg   config.Config
	zone  *time.Location
	days  *calendar.Calendar
}

// openHouse makes an installation in an empty place, with the clock at an instant.
func openHouse(ctx context.Context, o *Options, address string, position time.Time) (*house, error) {
	cfg := o.Config
	cfg.DatabaseURL, cfg.AppRole, cfg.DatabaseMax = address, "", connections
	zone, err := calendar.LoadZone(o.TimeZone)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, fmt.Sprintf("%s&pool_max_conns=%d", address, connections))
	if err != nil {
		return nil, err
	}
	h := &house{db: db, clock: &clock{position: position}, cfg: cfg, zone: zone}
	h.days, _ = calendar.Shipped(o.Calendar) // options were checked
	h.app = app.New(app.Deps{
		Store: db, Clock: h.clock, Log: o.Log,
		Templates: sync.OnceValues(func() (policy.Templates, error) { return wire.Templates(cfg) }),
	})
	installation := port.Installation{
		CreditorName: cfg.Creditor.Name, CreditorAddress: cfg.Creditor.Address, RemitTo: cfg.Creditor.RemitTo,
		TimeZone: o.TimeZone, Language: cfg.Creditor.Language, Calendar: o.Calendar,
		FromAddress: "receivables@" + domain, ReplyDomain: domain,
	}
	stepped := calendar.Clock{Kind: calendar.SteppedClock, Epoch: position, Origin: position, Rate: 1, Position: position}
	if err := h.app.SetUp(ctx, installation, stepped); err != nil {
		db.Close()
		return nil, err
	}
	return h, nil
}

func (h *house) close() { h.db.Close() }

// follow makes a policy the one that every invoice falls under.
func (h *house) follow(ctx context.Context, p policy.Policy) error {
	if _, err := h.app.PublishPolicy(ctx, clerk, p); err != nil {
		return err
	}
	settings, err := h.app.Settings(ctx, clerk)
	if err != nil {
		return err
	}
	_, err = h.app.UpdateSettings(ctx, clerk, app.SettingsChange{Version: settings.Version, DefaultPolicy: &p.Key})
	return err
}

// step moves the clock on.
func (h *house) step(ctx context.Context, to time.Time) error {
	if !to.After(h.clock.now()) {
		return nil
	}
	err := h.db.InTx(ctx, func(ctx context.Context, tx port.Tx) error { return tx.StepClock(ctx, to) })
	if err == nil {
		h.clock.set(to)
	}
	return err
}

// caught is the configuration with every way out caught: mails go to the sink, letters into a folder that is removed, and
// there is no gateway.
func caught(cfg config.Config, s *sink, dir string) config.Config {
	const timeout = 30 * time.Second
	cfg.Mail = config.Mail{Host: "127.0.0.1", Port: s.port(), TLS: "none", Timeout: timeout}
	cfg.Notices = config.Notices{LetterDir: dir}
	cfg.Webhook = config.Webhook{}
	return cfg
}

// letterDir is the folder that catches the letters of a scratch place. What a killed rehearsal left of it is removed with the
// place.
func letterDir(name string) string { return filepath.Join(os.TempDir(), name) }
