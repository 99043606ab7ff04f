package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/casework"
)

const stepColumns = `
  id,
  item_id,
  case_id,
  stage,
  cycle,
  attempt,
  action,
  state,
  notice_id,
  ask_minor,
  decided_on,
  done_on,
  reason`

func scanStep(row pgx.CollectableRow) (casework.Step, error) {
	var s casework.Step
	err := row.Scan(&s.ID, &s.ItemID, &s.CaseID, &s.Stage, &s.Cycle, &s.Attempt, &s.Action, &s.State, &s.NoticeID, &s.AskMinor,
		&s.DecidedOn, &s.DoneOn, &s.Reason)
	return s, err
}

// StepsOf reads a case's steps; see port.Cases.
func (t *tx) StepsOf(ctx context.Context, caseID uuid.UUID) ([]casework.Step, error) {
	return many(ctx, t, scanStep, `SELECT`+stepColumns+` FROM steps WHERE case_id = $1 ORDER BY recorded_at, id`, caseID)
}

// StepsOfNotice reads the steps of a notice's lines; see port.Cases.
func (t *tx) StepsOfNotice(ctx context.Context, noticeID uuid.UUID) ([]casework.Step, error) {
	return many(ctx, t, scanStep, `SELECT`+stepColumns+` FROM steps WHERE notice_id = $1 ORDER BY id`, noticeID)
}
