package api

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSamplesFitTheirSchemasAndAreOnesOwn(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	require.NoError(t, err)
	for name, ref := range c.doc.Components.Schemas {
		for _, all := range []bool{false, true} {
			value, err := parseJSON(mustJSON(sample(ref.Value, all)))
			require.NoError(t, err, name)
			require.Empty(t, checkValue(ref.Value, value, ""), "%s: %v", name, value)
		}
	}
	invoice := c.doc.Components.Schemas["NewInvoice"].Value
	first := sample(invoice, true).(map[string]any)
	first["instalments"].([]any)[0].(map[string]any)["amount_minor"] = 1
	first["number"] = "changed"
	second := sample(invoice, true).(map[string]any)
	require.NotEqual(t, "changed", second["number"])
	require.NotEqual(t, 1, second["instalments"].([]any)[0].(map[string]any)["amount_minor"])
}
