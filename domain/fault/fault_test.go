package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"arrears/domain/fault"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNewKeepsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	err := fault.Newf(fault.NotFound, "invoice.not_found", "there is no invoice %q", "R-1")
	require.Equal(t, fault.NotFound, err.Kind)
	require.Equal(t, "invoice.not_found", err.Code)
	require.Equal(t, `there is no invoice "R-1"`, err.Message)
	require.Empty(t, err.Fields)
	require.NoError(t, err.Unwrap())
}

func TestCodeAndKindOf(t *testing.T) {
	t.Parallel()
	ours := fault.New(fault.Conflict, "notice.sent", "it was sent")
	for name, c := range map[string]struct {
		err  error
		code string
		kind fault.Kind
	}{
		"nil":              {nil, "", ""},
		"ours":             {ours, "notice.sent", fault.Conflict},
		"wrapped by fmt":   {fmt.Errorf("sending: %w", ours), "notice.sent", fault.Conflict},
		"joined":           {errors.Join(io.EOF, ours), "notice.sent", fault.Conflict},
		"a stranger":       {io.EOF, fault.CodeInternal, fault.Internal},
		"outermost counts": {fault.Wrap(ours, fault.Unavailable, "mail.down", "no mail"), "mail.down", fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.code, fault.CodeOf(c.err))
			require.Equal(t, c.kind, fault.KindOf(c.err))
		})
	}
}

func TestWrapKeepsTheCauseOutOfTheMessage(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("password=secret: %w", io.ErrUnexpectedEOF)
	err := fault.Wrap(cause, fault.Unavailable, "store.unavailable", "the database does not answer")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NotContains(t, err.Message, "secret")
	require.Contains(t, err.Error(), "secret", "the log sees the cause")
}

func TestIsComparesCodes(t *testing.T) {
	t.Parallel()
	declared := fault.New(fault.Conflict, "approval.not_open", "")
	got := fmt.Errorf("deciding: %w", fault.Wrap(io.EOF, fault.Conflict, "approval.not_open", "it was decided"))
	require.ErrorIs(t, got, declared)
	require.NotErrorIs(t, got, fault.New(fault.Conflict, "approval.four_eyes", ""))
	require.NotErrorIs(t, got, (*fault.Error)(nil))
	var found *fault.Error
	require.ErrorAs(t, got, &found)
	require.Equal(t, "it was decided", found.Message)
}

func TestWithLeavesTheReceiverAlone(t *testing.T) {
	t.Parallel()
	number := fault.Field{Path: "number", Code: "required", Message: "is required"}
	date := fault.Field{Path: "due_date", Code: "malformed", Message: "is not a date"}
	amount := fault.Field{Path: "amount", Code: "negative", Message: "is negative"}
	base := fault.Fields("invoice.invalid", "the invoice is not valid", number)
	one, two := base.With(date), base.With(amount)
	require.Empty(t, cmp.Diff([]fault.Field{number}, base.Fields))
	require.Empty(t, cmp.Diff([]fault.Field{number, date}, one.Fields))
	require.Empty(t, cmp.Diff([]fault.Field{number, amount}, two.Fields))
	require.Equal(t, fault.Invalid, base.Kind)
}

func TestFieldsCopiesItsArguments(t *testing.T) {
	t.Parallel()
	given := []fault.Field{{Path: "a"}}
	err := fault.Fields("x.y", "", given...)
	given[0].Path = "b"
	require.Equal(t, "a", err.Fields[0].Path)
}

func TestErrorNamesEverythingInOneLine(t *testing.T) {
	t.Parallel()
	err := fault.Wrap(io.EOF, fault.Invalid, "file.short", "the file ends early").
		With(fault.Field{Path: "line 7", Message: "is cut off"}).
		With(fault.Field{Path: "trailer", Message: "is missing"})
	require.Equal(t, "file.short: the file ends early (line 7: is cut off; trailer: is missing): EOF", err.Error())
}

func TestWithKeepsCodeKindAndCause(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		cause := errors.New("cause")
		err := fault.Wrap(cause, fault.Invalid, "some.code", "text")
		paths := rapid.SliceOfN(rapid.String(), 0, 8).Draw(rt, "paths")
		for _, p := range paths {
			err = err.With(fault.Field{Path: p})
		}
		require.Len(rt, err.Fields, len(paths))
		require.Equal(rt, "some.code", fault.CodeOf(err))
		require.ErrorIs(rt, err, cause)
		for i, p := range paths {
			require.Equal(rt, p, err.Fields[i].Path)
		}
	})
}

func ExampleFields() {
	err := fault.Fields("invoice.invalid", "the invoice is not valid",
		fault.Field{Path: "amount", Code: "invoice.amount_negative", Message: "must be positive"})
	fmt.Println(fault.KindOf(err), fault.CodeOf(err))
	fmt.Println(err)
	// Output:
	// invalid invoice.invalid
	// invoice.invalid: the invoice is not valid (amount: must be positive)
}
