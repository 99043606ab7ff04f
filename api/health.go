package api

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// Check is something that must answer before the service can work.
type Check struct {
	// Name is shown: database, engine, worker.
	Name string
	// Ask returns nil when it answers; what it returns otherwise goes to nobody.
	Ask func(ctx context.Context) error
}

// checkTime is how long one check may take; a load balancer asks every few seconds.
const checkTime = 2 * time.Second

type healthJSON struct {
	Status string `json:"status"`
}

type readinessJSON struct {
	Ready  bool        `json:"ready"`
	Checks []checkJSON `json:"checks"`
}

type checkJSON struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
}

func (s *server) healthz(c echo.Context) error {
	return c.JSON(http.StatusOK, healthJSON{Status: "alive"})
}

// readyz asks everything, also after the first that does not answer, so that the answer tells all that is missing.
func (s *server) readyz(c echo.Context) error {
	answer := readinessJSON{Ready: true, Checks: []checkJSON{}}
	for _, check := range s.checks {
		ctx, cancel := context.WithTimeout(c.Request().Context(), checkTime)
		ok := check.Ask(ctx) == nil
		cancel()
		answer.Ready = answer.Ready && ok
		answer.Checks = append(answer.Checks, checkJSON{Name: check.Name, OK: ok})
	}
	if !answer.Ready {
		return c.JSON(http.StatusServiceUnavailable, answer)
	}
	return c.JSON(http.StatusOK, answer)
}
