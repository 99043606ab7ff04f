// Package app holds the use cases: each authorises, validates, and does one transaction with its audit entry and nudge.
// It decides nothing that the domain decides, and knows neither SQL nor the engine. api, console and cmd import it.
package app

import (
	"log/slog"
	"time"

	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
)

// Deps are what the use cases need.
type Deps struct {
	Store port.Store
	Clock port.Clock
	Log   *slog.Logger
	// Files keeps the contents of documents; nil: none are taken, and none of those that are files can be read.
	Files port.Files
	// MaxDocument bounds a document in bytes; 0 is receivable.DefaultMaxDocument.
	MaxDocument int64
	// Templates are those that policies may name; nil checks no names.
	Templates func() (policy.Templates, error)
	// Webhooks says how endpoints are kept.
	Webhooks Webhooks
	// CensusPause is how long a census waits before it looks again at what it found; 0 is two seconds.
	CensusPause time.Duration
}

// App is the use cases. It is safe for concurrent use.
type App struct {
	store     port.Store
	clock     port.Clock
	log       *slog.Logger
	templates func() (policy.Templates, error)
	webhooks  Webhooks
	feed      *feedWatch
	files     port.Files

	maxDocument int64

	censusPause time.Duration

	books bookShelf
}

// New makes the use cases.
func New(d Deps) *App {
	pause := d.CensusPause
	if pause <= 0 {
		pause = censusPause
	}
	largest := d.MaxDocument
	if largest <= 0 {
		largest = receivable.DefaultMaxDocument
	}
	return &App{
		files: d.Files, maxDocument: min(largest, receivable.MaxDocument),
		store: d.Store, clock: d.Clock, log: d.Log, templates: d.Templates, webhooks: d.Webhooks.orDefault(), feed: newFeedWatch(d.Store),
		censusPause: pause,
	}
}
