package api

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"arrears/domain/access"
	"arrears/port"
)

type segmentJSON struct {
	Segment   string `json:"segment"`
	PolicyKey string `json:"policy_key,omitempty"`
}

func writeSegment(s port.Segment) segmentJSON {
	return segmentJSON{Segment: s.Segment, PolicyKey: s.PolicyKey}
}

// listSegments has no pages: segments are counted on fingers.
func (s *server) listSegments(c echo.Context) error {
	found, err := s.app.ListSegments(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[port.Segment]{Items: found}, writeSegment)
}

func (s *server) setSegment(c echo.Context) error {
	type body struct {
		PolicyKey string `json:"policy_key"`
	}
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in body) (port.Segment, error) {
		segment := pathParam(c, "segment")
		return port.Segment{Segment: segment, PolicyKey: in.PolicyKey}, s.app.SetSegmentPolicy(ctx, p, segment, in.PolicyKey)
	}, writeSegment)
}
