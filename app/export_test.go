package app

import "context"

// Sweep is the night's sweep of files that no document names.
func Sweep(ctx context.Context, a *App) error { return a.sweep(ctx) }

// InParts is the load with every window split into so many parts, whatever the machine.
func (in NewImport) InParts(n int) NewImport {
	in.parts = n
	return in
}
