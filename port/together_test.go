package port_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/port"
)

// Appending forgets no field: one that is added later must be appended, too.
func TestAppendTakesEveryField(t *testing.T) {
	t.Parallel()
	var one, all port.Work
	fields := reflect.ValueOf(&one).Elem()
	for i := range fields.NumField() {
		f := fields.Field(i)
		require.Equal(t, reflect.Slice, f.Kind(), fields.Type().Field(i).Name)
		f.Set(reflect.MakeSlice(f.Type(), 1, 1))
	}
	all.Append(one)
	all.Append(one)
	got := reflect.ValueOf(all)
	for i := range got.NumField() {
		require.Equal(t, 2, got.Field(i).Len(), got.Type().Field(i).Name)
	}
}
