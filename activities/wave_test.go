package activities_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/activities"
	"arrears/app"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/internal/testkit/pump"
	"arrears/notify/recording"
	"arrears/workflows/contract"
)

// BenchmarkWave is a morning on which every case has a step to take: what one step costs in the database, 32 at a time.
func BenchmarkWave(b *testing.B) {
	db, url := testkit.DB(b)
	p := pump.New(b, db, pump.Options{Quick: true})
	var cases []contract.Step
	for n := range b.N {
		c := p.Customer(fmt.Sprint(n), func(in *app.NewCustomer) { in.PreferredChannel = receivable.Email })
		cases = append(cases, contract.Step{Subject: p.Invoice(c, fmt.Sprint(n), 100_00, "2023-12-20").ID})
	}
	sql(b, url, "ANALYZE") // as the database does by itself after a load
	templates, err := notice.Load(nil)
	require.NoError(b, err)
	acts := &activities.Collection{
		Store: db, Clock: fixed{p.Now()},
		Office: activities.Office{Renderer: templates, Channels: map[receivable.Channel]activities.Channel{receivable.Email: &recording.Channel{}}},
	}
	for _, name := range []string{contract.PassStage, contract.SendNotice} {
		began := time.Now()
		inParallel(b, cases, map[string]func(context.Context, contract.Step) (contract.Next, error){
			contract.PassStage: acts.PassStage, contract.SendNotice: acts.SendNotice,
		}[name])
		b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), name+"/s")
	}
}

func inParallel(b *testing.B, cases []contract.Step, act func(context.Context, contract.Step) (contract.Next, error)) {
	b.Helper()
	var wait sync.WaitGroup
	slots := make(chan struct{}, 32)
	for _, c := range cases {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			if _, err := act(b.Context(), c); err != nil {
				b.Error(err)
			}
		})
	}
	wait.Wait()
}
