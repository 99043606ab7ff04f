package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"

	"arrears/domain/fault"
)

// faults turns an activity's error into what the engine understands, outermost: its code, and whether trying again can
// help. The engine keeps codes and safe words; details go to the log.
type faults struct {
	interceptor.WorkerInterceptorBase
	log   *slog.Logger
	meter Meter
}

// InterceptActivity implements interceptor.WorkerInterceptor.
func (f *faults) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	i := &faultsInbound{faults: f}
	i.Next = next
	return i
}

type faultsInbound struct {
	interceptor.ActivityInboundInterceptorBase
	faults *faults
}

// ExecuteActivity implements interceptor.ActivityInboundInterceptor.
func (i *faultsInbound) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	began := time.Now()
	result, err := i.Next.ExecuteActivity(ctx, in)
	info := activity.GetInfo(ctx)
	code := ""
	if err != nil {
		code = fault.CodeOf(err)
	}
	if m := i.faults.meter; m != nil {
		m.Activity(info.ActivityType.Name, code, time.Since(began))
	}
	if err == nil {
		return result, nil
	}
	if log := i.faults.log; log != nil {
		log.WarnContext(ctx, "an activity failed", "activity", info.ActivityType.Name, "workflow", info.WorkflowExecution.ID,
			"attempt", info.Attempt, "code", code, "error", err)
	}
	return result, asApplicationError(err)
}

// asApplicationError gives the engine the code and no more. An error that is not ours may be anything, so it is tried again.
func asApplicationError(err error) error {
	if canceled := (*temporal.CanceledError)(nil); errors.As(err, &canceled) || errors.Is(err, context.Canceled) {
		return err
	}
	known, ours := errors.AsType[*fault.Error](err)
	if !ours {
		return temporal.NewApplicationError("an internal fault; see the log", fault.CodeInternal)
	}
	return temporal.NewApplicationErrorWithOptions(known.Message, known.Code, temporal.ApplicationErrorOptions{
		NonRetryable: permanent(known.Kind),
	})
}

// permanent reports whether a fault of this kind stays however often one tries.
func permanent(k fault.Kind) bool {
	switch k {
	case fault.Conflict, fault.Precondition, fault.RateLimited, fault.Unavailable:
		return false
	}
	return true
}
