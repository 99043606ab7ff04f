package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"arrears/workflows/contract"
)

// nightly plays the nightly workflow until the run is over.
func (th *theater) nightly(t *testing.T, in contract.Input) {
	t.Helper()
	in.Subject = contract.Installation()
	th.ExecuteWorkflow(contract.Nightly, in)
	require.NoError(t, th.GetWorkflowError())
}

// Night after night, by one timer each.
func TestNightsFollowEachOther(t *testing.T) {
	t.Parallel()
	th := stage(t)
	timers := th.countTimers()
	th.says(contract.ReviewNightly, contract.Next{Until: th.after(10 * time.Hour), AtWake: contract.RunNightly})
	th.answer[contract.RunNightly] = func(call int) (contract.Next, error) {
		if call == 2 {
			return contract.Next{Closed: true}, nil
		}
		return contract.Next{Until: th.after(10*time.Hour + time.Duration(call+1)*day), AtWake: contract.RunNightly}, nil
	}
	th.nightly(t, contract.Input{})
	require.Equal(t, []string{contract.ReviewNightly, contract.RunNightly, contract.RunNightly, contract.RunNightly}, th.calls)
	require.Equal(t, 10*time.Hour+2*day, th.at[3])
	require.Equal(t, 3, *timers)
}

// On a stepped clock nothing wakes it but a nudge, which looks.
func TestASteppedNightWaitsForANudge(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.answer[contract.ReviewNightly] = func(call int) (contract.Next, error) {
		if call == 0 {
			return contract.Next{AtWake: contract.RunNightly}, nil
		}
		return contract.Next{Now: contract.RunNightly}, nil
	}
	th.says(contract.RunNightly, contract.Next{Closed: true})
	th.nudge(5 * day)
	th.nightly(t, contract.Input{})
	require.Equal(t, []string{contract.ReviewNightly, contract.ReviewNightly, contract.RunNightly}, th.calls[:3])
	require.Equal(t, 5*day, th.at[2])
}

// A night that fails all day is a person's matter, and the next night is waited for.
func TestANightThatFailsDoesNotEndTheNights(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.park = func() contract.Next { return contract.Next{Until: th.after(3 * day), AtWake: contract.RunNightly} }
	th.answer[contract.RunNightly] = func(int) (contract.Next, error) {
		if th.Now().Sub(th.began) < 2*day {
			return contract.Next{}, errors.New("no database")
		}
		return contract.Next{Closed: true}, nil
	}
	th.nightly(t, contract.Input{First: contract.RunNightly})
	require.Len(t, th.parked, 1)
	require.Equal(t, contract.KindNightly, th.parked[0].Kind)
	require.Equal(t, 3*day, th.at[len(th.at)-1])
}

// A permanent fault does not wait for the day to end.
func TestAPermanentFaultOfANightParksAtOnce(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.park = func() contract.Next { return contract.Next{Closed: true} }
	th.answer[contract.RunNightly] = func(int) (contract.Next, error) {
		return contract.Next{}, temporal.NewNonRetryableApplicationError("broken", "store.not_migrated", nil)
	}
	th.nightly(t, contract.Input{First: contract.RunNightly})
	require.Equal(t, "store.not_migrated", th.parked[0].Code)
	require.Len(t, th.calls, 1)
}
