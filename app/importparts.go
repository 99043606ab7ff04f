package app

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"arrears/domain/fault"
	"arrears/port"
)

const (
	// importWindow is how many rows are read before they are loaded. It is the same on every machine, because a number that
	// comes twice is judged by the rows of its window.
	importWindow = 2000
	// importParts bounds in how many transactions a window is loaded at the same time.
	importParts = 4
	// importPartRows is how many rows are worth a transaction of their own.
	importPartRows = 250
)

// partsHere is in how many transactions a window is loaded: one per processor, since both sides of a load are busy.
func partsHere() int { return min(importParts, runtime.GOMAXPROCS(0)) }

// window loads rows, split into parts that have nothing to do with each other, each in a transaction of its own and all at
// the same time. What the load remembers of the file changes only before and after, in the file's order.
func (r *importRun) window(ctx context.Context, rows []*importRow) error {
	parts := split(rows, r.in.parts)
	done, failures := make([]*batch, len(parts)), make([]error, len(parts))
	var wait sync.WaitGroup
	for i := range parts[1:] {
		wait.Go(func() { done[i+1], failures[i+1] = r.guarded(ctx, parts[i+1]) })
	}
	done[0], failures[0] = r.batch(ctx, parts[0])
	wait.Wait()
	var failed error
	for i := range parts {
		if failures[i] == nil {
			r.count(done[i])
		} else if failed == nil {
			failed = failures[i]
		}
	}
	return failed
}

// guarded is batch beside its caller's goroutine: what would end the whole process there ends the load alone.
func (r *importRun) guarded(ctx context.Context, rows []*importRow) (b *batch, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			r.app.log.ErrorContext(ctx, "a part of a load panicked", "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, fault.CodeInternal, "the load ended by a fault of ours")
		}
	}()
	return r.batch(ctx, rows)
}

// split puts rows into at most so many parts of about the same size, each in the file's order. Rows of one customer, one
// number or one name stay together: they share locks, and the first of them decides what the others are.
func split(rows []*importRow, parts int) [][]*importRow {
	parts = min(parts, len(rows)/importPartRows)
	if parts <= 1 {
		return [][]*importRow{rows}
	}
	leader := leaders(rows)
	size := make([]int, len(rows))
	for _, of := range leader {
		size[of]++
	}
	list, filled, where := make([][]*importRow, parts), make([]int, parts), map[int]int{}
	for i, row := range rows {
		part, known := where[leader[i]]
		if !known {
			part = emptiest(filled)
			where[leader[i]] = part
			filled[part] += size[leader[i]]
		}
		list[part] = append(list[part], row)
	}
	return list
}

func emptiest(filled []int) int {
	least := 0
	for i, n := range filled {
		if n < filled[least] {
			least = i
		}
	}
	return least
}

// bond is what keeps rows together.
type bond struct {
	kind byte
	text string
}

// leaders finds for each row the first of those that it must stay with, by way of others too.
func leaders(rows []*importRow) []int {
	leader, first := make([]int, len(rows)), make(map[bond]int, 2*len(rows))
	find := func(i int) int {
		for leader[i] != i {
			leader[i] = leader[leader[i]]
			i = leader[i]
		}
		return i
	}
	for i, row := range rows {
		leader[i] = i
		for _, b := range bonds(row) {
			earlier, known := first[b]
			if !known {
				first[b] = i
				continue
			}
			one, other := find(earlier), find(i)
			leader[max(one, other)] = min(one, other)
		}
	}
	for i := range leader {
		leader[i] = find(i)
	}
	return leader
}

// bonds are what a row shares with others. Rows that cannot be read share being so: equal ones are counted.
func bonds(row *importRow) []bond {
	list := make([]bond, 0, 3)
	if row.Number != "" {
		list = append(list, bond{'n', row.Number})
	}
	if row.Row == nil {
		return append(list, bond{kind: '-'})
	}
	list = append(list, bond{'c', row.Row.CustomerKey()})
	if row.Row.NameKey != "" {
		list = append(list, bond{'m', row.Row.NameKey})
	}
	return list
}

// tell writes the counts as they stand to the record of the load, for whoever looks at it, and tells the caller.
func (r *importRun) tell(ctx context.Context) error {
	err := r.app.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error { return r.save(ctx, tx) })
	if err == nil && r.in.Progress != nil {
		r.in.Progress(ImportProgress{Rows: r.reader.Rows(), Bytes: r.reader.Bytes(), ImportCounts: r.report.ImportCounts})
	}
	return err
}
