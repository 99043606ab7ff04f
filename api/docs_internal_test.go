package api

import (
	"html/template"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

func TestProseIsEscapedBeforeItIsMarkedUp(t *testing.T) {
	t.Parallel()
	require.Equal(t, template.HTML("<p>a <strong>b</strong> <code>c</code></p>\n<p>d</p>\n"), prose("a **b** `c`\n\nd\n"))
	require.Equal(t, template.HTML("<p>&lt;script&gt; <code>&lt;b&gt;</code></p>\n"), prose("<script> `<b>`"))
	require.Empty(t, prose(" "))
}

func TestTypesAreNamedAndLinked(t *testing.T) {
	t.Parallel()
	text := openapi3.NewStringSchema()
	require.Equal(t, template.HTML(`<a href="#schema-Item">Item</a>`), typeName(openapi3.NewSchemaRef("#/components/schemas/Item", text)))
	require.Equal(t, template.HTML(`list of string`), typeName(openapi3.NewSchemaRef("", openapi3.NewArraySchema().WithItems(text))))
	require.Equal(t, template.HTML(`file`), typeName(openapi3.NewSchemaRef("", openapi3.NewStringSchema().WithFormat("binary"))))
	require.Equal(t, template.HTML(`date`), typeName(openapi3.NewSchemaRef("", openapi3.NewStringSchema().WithFormat("date"))))
}

func TestBoundsAreSaidInWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a, b", boundsOf(openapi3.NewStringSchema().WithEnum("", "a", "b")))
	require.Equal(t, "1 to 200", boundsOf(openapi3.NewIntegerSchema().WithMin(1).WithMax(200)))
	require.Equal(t, "at least 0", boundsOf(openapi3.NewIntegerSchema().WithMin(0)))
	require.Equal(t, "at most 9", boundsOf(openapi3.NewIntegerSchema().WithMax(9)))
	require.Equal(t, "1 to 5 characters", boundsOf(openapi3.NewStringSchema().WithMinLength(1).WithMaxLength(5)))
	require.Equal(t, "0 to 3 elements", boundsOf(openapi3.NewArraySchema().WithMaxItems(3)))
	require.Equal(t, "^a$", boundsOf(openapi3.NewStringSchema().WithPattern("^a$")))
	require.Empty(t, boundsOf(openapi3.NewStringSchema()))
}

func TestFieldsOfNestedObjectsStandUnderTheirPath(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	require.NoError(t, err)
	view := describeSchema("Receipt", c.doc.Components.Schemas["Receipt"].Value)
	var names []string
	for _, field := range view.Fields {
		names = append(names, field.Name)
	}
	require.Equal(t, "id", names[0], "required fields come first, as the specification names them")
	require.Contains(t, names, "applications[].item_id")
	single := describeSchema("Currency", c.doc.Components.Schemas["Currency"].Value)
	require.Empty(t, single.Fields)
	require.Equal(t, template.HTML("string"), single.Type)
	require.Equal(t, "^[A-Z]{3}$", single.Bounds)
}

func TestOperationsStandInTheOrderOfTheDocument(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	require.NoError(t, err)
	views := c.describe("customers")
	require.Equal(t, "listCustomers", views[0].ID)
	require.Equal(t, "createCustomer", views[1].ID)
	require.Equal(t, "getCustomer", views[2].ID)
	require.Equal(t, "updateContact", views[len(views)-1].ID)
	for _, view := range views {
		require.NotEmpty(t, view.Status, view.ID)
		require.NotEmpty(t, view.Returns, view.ID)
	}
}

func TestEveryTagIsDescribedAndUsed(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	require.NoError(t, err)
	shown := 0
	for _, tag := range c.doc.Tags {
		require.NotEmpty(t, tag.Description, tag.Name)
		operations := c.describe(tag.Name)
		require.NotEmpty(t, operations, tag.Name)
		shown += len(operations)
	}
	require.Equal(t, len(c.operations), shown, "each operation has exactly one tag")
}

// Both files are read by people in a browser that runs nothing and loads nothing from elsewhere.
func TestThePageNeedsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	require.NoError(t, err)
	page, csp, err := renderDocs(c, "v1 <test>")
	require.NoError(t, err)
	text := string(page)
	require.Contains(t, text, "v1 &lt;test&gt;")
	require.Contains(t, csp, "default-src 'none'")
	for _, foreign := range []string{"<script", "<link", "<img", "@import", "url(", "src=", "ZgotmplZ"} {
		require.NotContains(t, text, foreign)
	}
	require.Equal(t, strings.Count(text, "<article"), strings.Count(text, "</article>"))
}
