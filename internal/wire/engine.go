package wire

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"log/slog"
	"strings"
	"time"

	"arrears/config"
	"arrears/domain/fault"
	"arrears/engine"
)

// The codes of settings that only show to be wrong when something is built from them.
const (
	CodePayloadKeys = "config.payload_keys"
	CodeTemporalTLS = "config.temporal_tls"
	CodeMailCA      = "config.smtp_ca"
)

// Engine makes the engine's client, which connects at its first use: the API answers and commits while the engine is away.
// Errors: config.payload_keys, config.temporal_tls.
func (p *Product) Engine(ctx context.Context) (*engine.Engine, error) {
	o, err := engineOptions(p.Config.Temporal)
	if err != nil {
		return nil, err
	}
	o.Log, o.Lazy = p.Log, true
	if err := p.observeEngine(&o); err != nil {
		return nil, err
	}
	return engine.Dial(ctx, o)
}

// observeEngine lets metrics and traces see the engine's calls; the worker's come with the client.
func (p *Product) observeEngine(o *engine.Options) (err error) {
	if p.Metrics != nil {
		if o.Metrics, err = p.Metrics.Temporal(p.Log); err != nil {
			return err
		}
	}
	if p.Traces == nil {
		return nil
	}
	spans, err := p.Traces.Engine()
	o.Interceptors = append(o.Interceptors, spans)
	return err
}

// awaitEngine waits until the engine answers: a worker has nothing to do before, and starts may come in any order. It
// returns false when ctx ends first.
func (p *Product) awaitEngine(ctx context.Context, e *engine.Engine) bool {
	const pause = 2 * time.Second
	for told := false; ; told = true {
		err := e.Check(ctx)
		if err == nil || ctx.Err() != nil {
			return ctx.Err() == nil
		}
		if !told {
			p.Log.WarnContext(ctx, "waiting for the engine", "address", p.Config.Temporal.Address, "namespace", p.Config.Temporal.Namespace, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func engineOptions(c config.Temporal) (engine.Options, error) {
	o := engine.Options{Address: c.Address, Namespace: c.Namespace, APIKey: c.APIKey}
	var err error
	if o.Keys, err = payloadKeys(c.PayloadKey); err != nil {
		return o, err
	}
	if c.TLS || c.APIKey != "" || c.TLSCert != "" {
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if c.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return o, fault.Wrap(err, fault.Invalid, CodeTemporalTLS, "ARREARS_TEMPORAL_TLS_CERT and ARREARS_TEMPORAL_TLS_KEY cannot be used")
		}
		o.TLS.Certificates = []tls.Certificate{pair}
	}
	return o, nil
}

// payloadKeys reads id=base64 pairs, separated by commas.
func payloadKeys(text string) ([]engine.Key, error) {
	if text == "" {
		return nil, nil
	}
	var keys []engine.Key
	for part := range strings.SplitSeq(text, ",") {
		id, encoded, ok := strings.Cut(strings.TrimSpace(part), "=")
		secret, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil || len(secret) != 32 || id == "" {
			return nil, fault.New(fault.Invalid, CodePayloadKeys, "ARREARS_PAYLOAD_KEYS: want id=base64 of 32 bytes, separated by commas")
		}
		keys = append(keys, engine.Key{ID: id, Secret: secret})
	}
	return keys, nil
}

// ScratchEngine is the engine's client for a namespace that is made and removed by the caller, without the keys of the
// installation: nothing is kept there. Every call is told to the watch, if there is one.
func ScratchEngine(ctx context.Context, c config.Temporal, watch *engine.Watch) (*engine.Engine, error) {
	c.PayloadKey = ""
	o, err := engineOptions(c)
	if err != nil {
		return nil, err
	}
	o.Watch, o.Log = watch, slog.New(slog.DiscardHandler)
	return engine.Dial(ctx, o)
}
