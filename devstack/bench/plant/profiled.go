package plant

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"arrears/config"
	"arrears/internal/wire"
)

// ServeWorker is the role of `arrears worker` whose profiles are wanted: the same parts over the same environment. Files are
// named by the moment of the start.
func ServeWorker(ctx context.Context, dir string, relay bool) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	stem := filepath.Join(dir, time.Now().Format("150405"))
	file, err := os.Create(stem + ".cpu.pprof")
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return errors.Join(err, file.Close())
	}
	defer func() {
		pprof.StopCPUProfile()
		err = errors.Join(err, file.Close(), snapshot(stem, "heap"), snapshot(stem, "goroutine"))
	}()
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	p, err := wire.Open(ctx, cfg, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer p.Close()
	e, err := p.Engine(ctx)
	if err != nil {
		return err
	}
	defer e.Close()
	parts := []func(context.Context) error{func(ctx context.Context) error { return p.Work(ctx, e) }}
	if relay {
		parts = append(parts, func(ctx context.Context) error { return p.Relay(ctx, e) })
	}
	return wire.Together(ctx, parts...)
}

// snapshot writes one of the runtime's own profiles.
func snapshot(stem, name string) error {
	file, err := os.Create(fmt.Sprintf("%s.%s.pprof", stem, name))
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup(name).WriteTo(file, 0), file.Close())
}
