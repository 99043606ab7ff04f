package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page and its style are part of the binary
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
)

//go:embed docs/page.gohtml
var docsPage string

//go:embed docs/style.css
var docsStyle string

// docsView is what the page shows.
type docsView struct {
	Title, Version string
	Style          template.CSS
	Intro          template.HTML
	Groups         []docsGroup
	Schemas        []docsSchema
	Codes          []docsCode
}

type docsGroup struct {
	Name, Anchor, Description string
	Operations                []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary string
	Description               template.HTML
	Roles, Codes              []string
	Public                    bool
	Parameters                []docsField
	Bodies                    []docsBody
	Status, Returns           string
	ReturnsHTML               template.HTML
	Example                   string
}

type docsBody struct {
	MediaType string
	Type      template.HTML
	Example   string
}

type docsField struct {
	Name, In, Bounds string
	Required         bool
	Type             template.HTML
	Description      template.HTML
}

type docsSchema struct {
	Name        string
	Description template.HTML
	Fields      []docsField
	Type        template.HTML
	Bounds      string
}

type docsCode struct {
	Code string
	Used []string
}

// renderDocs makes the page once, and the policy that lets a browser apply its one style and run nothing at all.
func renderDocs(c *contract, version string) (page []byte, csp string, err error) {
	t, err := template.New("docs").Parse(docsPage)
	if err != nil {
		return nil, "", fmt.Errorf("documentation page: %w", err)
	}
	view := docsView{Title: c.doc.Info.Title, Version: version, Style: template.CSS(docsStyle), Intro: prose(c.doc.Info.Description)} // our own files
	for _, tag := range c.doc.Tags {
		view.Groups = append(view.Groups, docsGroup{
			Name: tag.Name, Anchor: strings.ReplaceAll(tag.Name, " ", "-"), Description: tag.Description, Operations: c.describe(tag.Name)})
	}
	for name, ref := range c.doc.Components.Schemas {
		view.Schemas = append(view.Schemas, describeSchema(name, ref.Value))
	}
	slices.SortFunc(view.Schemas, func(a, b docsSchema) int { return strings.Compare(a.Name, b.Name) })
	view.Codes = c.codes()
	var out bytes.Buffer
	if err := t.Execute(&out, view); err != nil {
		return nil, "", fmt.Errorf("documentation page: %w", err)
	}
	sum := sha256.Sum256([]byte(docsStyle))
	csp = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	return out.Bytes(), csp, nil
}

// describe lists the operations of a tag in the order of the document, each path's methods as a record lives.
func (c *contract) describe(tag string) []docsOperation {
	var found []*operation
	for _, o := range c.operations {
		if slices.Contains(o.Op.Tags, tag) {
			found = append(found, o)
		}
	}
	order := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch}
	slices.SortFunc(found, func(a, b *operation) int {
		if byPath := a.Place - b.Place; byPath != 0 {
			return byPath
		}
		return slices.Index(order, a.Method) - slices.Index(order, b.Method)
	})
	views := make([]docsOperation, 0, len(found))
	for _, o := range found {
		views = append(views, describeOperation(o))
	}
	return views
}

func describeOperation(o *operation) docsOperation {
	view := docsOperation{
		ID: o.Op.OperationID, Method: o.Method, Path: o.Path, Summary: o.Op.Summary, Description: prose(o.Op.Description),
		Roles: o.Roles, Codes: o.Codes, Public: o.Public,
	}
	for _, ref := range o.Op.Parameters {
		p := ref.Value
		view.Parameters = append(view.Parameters, docsField{Name: p.Name, In: p.In, Required: p.Required,
			Type: typeName(p.Schema), Bounds: boundsOf(p.Schema.Value), Description: inline(p.Description)})
	}
	if o.Op.RequestBody != nil {
		for _, mediaType := range o.mediaTypes() {
			content := o.Op.RequestBody.Value.Content[mediaType]
			view.Bodies = append(view.Bodies, docsBody{MediaType: mediaType, Type: typeName(content.Schema), Example: exampleOf(mediaType, content.Schema.Value)})
		}
	}
	view.Status, view.Returns, view.ReturnsHTML, view.Example = describeAnswer(o)
	return view
}

// describeAnswer tells the answer of success.
func describeAnswer(o *operation) (status, description string, schema template.HTML, example string) {
	for code, ref := range o.Op.Responses.Map() {
		if !strings.HasPrefix(code, "2") {
			continue
		}
		status, description = code, *ref.Value.Description
		for mediaType, content := range ref.Value.Content {
			if schema = template.HTML(template.HTMLEscapeString(mediaType)); mediaType == typeJSON { // escaped
				schema, example = typeName(content.Schema), exampleOf(mediaType, content.Schema.Value)
			}
		}
	}
	return status, description, schema, example
}

func exampleOf(mediaType string, schema *openapi3.Schema) string {
	if mediaType != typeJSON {
		return ""
	}
	raw, err := json.MarshalIndent(sample(schema, true), "", "  ")
	if err != nil || string(raw) == "{}" {
		return ""
	}
	return string(raw)
}

func describeSchema(name string, schema *openapi3.Schema) docsSchema {
	view := docsSchema{Name: name, Description: inline(schema.Description), Fields: fieldsOf(schema, "")}
	if len(view.Fields) == 0 {
		view.Type, view.Bounds = typeName(&openapi3.SchemaRef{Value: schema}), boundsOf(schema)
	}
	return view
}

// fieldsOf lists the fields of an object, those of nested objects under their path.
func fieldsOf(schema *openapi3.Schema, prefix string) []docsField {
	var fields []docsField
	for _, name := range fieldNames(schema) {
		ref := schema.Properties[name]
		fields = append(fields, docsField{Name: prefix + name, Required: slices.Contains(schema.Required, name), Type: typeName(ref),
			Bounds: boundsOf(ref.Value), Description: inline(ref.Value.Description)})
		inner, under := ref, prefix+name+"."
		if ref.Value.Type.Is("array") && ref.Value.Items != nil {
			inner, under = ref.Value.Items, prefix+name+"[]."
		}
		if inner.Ref == "" && len(inner.Value.Properties) > 0 {
			fields = append(fields, fieldsOf(inner.Value, under)...)
		}
	}
	return fields
}

// fieldNames puts required fields first, in the order in which the specification requires them.
func fieldNames(schema *openapi3.Schema) []string {
	names := slices.Clone(schema.Required)
	var rest []string
	for name := range schema.Properties {
		if !slices.Contains(names, name) {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	return append(names, rest...)
}

const schemaPrefix = "#/components/schemas/"

// typeName names a type, with a link to its schema where it has one.
func typeName(ref *openapi3.SchemaRef) template.HTML {
	if name, named := strings.CutPrefix(ref.Ref, schemaPrefix); named {
		escaped := template.HTMLEscapeString(name)
		return template.HTML(`<a href="#schema-` + escaped + `">` + escaped + `</a>`) // escaped
	}
	s := ref.Value
	switch {
	case s.Type.Is("array") && s.Items != nil:
		return "list of " + typeName(s.Items)
	case s.Format == "binary":
		return "file"
	case s.Format != "":
		return template.HTML(template.HTMLEscapeString(s.Format)) // escaped
	}
	return template.HTML(template.HTMLEscapeString(strings.Join(s.Type.Slice(), " or "))) // escaped
}

// boundsOf says what a value may be, in words.
func boundsOf(s *openapi3.Schema) string {
	switch {
	case len(s.Enum) > 0:
		return strings.TrimPrefix(enumText(s.Enum), ", ")
	case s.Pattern != "":
		return s.Pattern
	case s.Min != nil || s.Max != nil:
		return bounds(decimal(s.Min), decimal(s.Max))
	case s.MaxLength != nil:
		return fmt.Sprintf("%d to %d characters", s.MinLength, *s.MaxLength)
	case s.MaxItems != nil:
		return fmt.Sprintf("%d to %d elements", s.MinItems, *s.MaxItems)
	}
	return ""
}

// codes lists every code that an operation names, with the operations.
func (c *contract) codes() []docsCode {
	used := map[string][]string{}
	for _, o := range c.operations {
		for _, code := range o.Codes {
			used[code] = append(used[code], o.Op.OperationID)
		}
	}
	var codes []docsCode
	for code, operations := range used {
		slices.Sort(operations)
		codes = append(codes, docsCode{Code: code, Used: operations})
	}
	slices.SortFunc(codes, func(a, b docsCode) int { return strings.Compare(a.Code, b.Code) })
	return codes
}

var (
	boldText = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	codeText = regexp.MustCompile("`([^`]+)`")
)

// prose writes the little markup of the specification, paragraphs, bold and code, as HTML; everything else is escaped.
func prose(text string) template.HTML {
	var out strings.Builder
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if paragraph != "" {
			out.WriteString("<p>" + string(inline(paragraph)) + "</p>\n")
		}
	}
	return template.HTML(out.String()) // escaped by inline
}

func inline(text string) template.HTML {
	escaped := template.HTMLEscapeString(text)
	escaped = boldText.ReplaceAllString(escaped, "<strong>$1</strong>")
	return template.HTML(codeText.ReplaceAllString(escaped, "<code>$1</code>")) // escaped above
}

func (s *server) getDocs(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderContentSecurityPolicy, s.docsCSP)
	return c.Blob(http.StatusOK, "text/html; charset=utf-8", s.docs)
}

func (s *server) getSpecification(c echo.Context) error {
	return c.Blob(http.StatusOK, typeYAML, specYAML)
}
