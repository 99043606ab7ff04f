package api

import (
	"bytes"
	"context"
	_ "embed" // openapi.yaml is part of the binary
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// specYAML is the contract. Handlers follow it, never the other way round; tests hold the two together.
//
//go:embed openapi.yaml
var specYAML []byte

// Bounds of a request where the specification states none of its own.
const (
	defaultMaxBody = 1 << 20 // 1 MiB
	defaultTimeout = 30 * time.Second
)

// The extensions of the specification that this package reads.
const (
	extMaxBody = "x-max-body-bytes"
	extTimeout = "x-timeout-seconds"
	extRoles   = "x-roles"
	extCodes   = "x-error-codes"
	extSecret  = "x-secret-fields"
)

// contract is the parsed specification with its operations at hand.
type contract struct {
	doc        *openapi3.T
	operations map[string]*operation // by method and path, "GET /v1/invoices/{id}"
}

// operation is one route of the specification.
type operation struct {
	Method  string
	Path    string
	Place   int // where the document describes the path
	Op      *openapi3.Operation
	MaxBody int64
	Timeout time.Duration
	Roles   []string
	Codes   []string
	Secret  []string // members of the answer that are shown once and never stored
	Public  bool     // needs no key
	Keyed   bool     // needs an Idempotency-Key
	Receive receiver // takes the file of its form as it comes; nil: forms are read before
}

// loadContract parses the specification once; it does not change while the program runs.
var loadContract = sync.OnceValues(func() (*contract, error) { return parseContract(specYAML) })

func parseContract(raw []byte) (*contract, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(raw)
	if err != nil {
		return nil, fmt.Errorf("read openapi.yaml: %w", err)
	}
	if err := doc.Validate(context.Background(), openapi3.IsOpenAPI31OrLater()); err != nil {
		return nil, fmt.Errorf("validate openapi.yaml: %w", err)
	}
	c := &contract{doc: doc, operations: map[string]*operation{}}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			o, err := newOperation(method, path, item, op)
			if err != nil {
				return nil, fmt.Errorf("openapi.yaml: %s %s: %w", method, path, err)
			}
			o.Place = bytes.Index(raw, []byte("\n  "+path+":\n"))
			c.operations[method+" "+path] = o
		}
	}
	return c, nil
}

func newOperation(method, path string, item *openapi3.PathItem, op *openapi3.Operation) (*operation, error) {
	op.Parameters = append(append(openapi3.Parameters{}, item.Parameters...), op.Parameters...)
	o := &operation{Method: method, Path: path, Op: op, MaxBody: defaultMaxBody, Timeout: defaultTimeout}
	o.Public = op.Security != nil && len(*op.Security) == 0
	o.Keyed = op.Parameters.GetByInAndName("header", headerIdempotencyKey) != nil
	seconds := int64(0)
	err := firstError(
		extension(op, extMaxBody, &o.MaxBody), extension(op, extTimeout, &seconds), extension(op, extRoles, &o.Roles),
		extension(op, extCodes, &o.Codes), extension(op, extSecret, &o.Secret))
	if seconds > 0 {
		o.Timeout = time.Duration(seconds) * time.Second
	}
	return o, err
}

// extension reads an x- member of an operation into into, if it is there.
func extension(op *openapi3.Operation, name string, into any) error {
	value, ok := op.Extensions[name]
	if !ok {
		return nil
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// of finds the operation of an echo route, whose parameters are written ":id" where the specification has "{id}".
func (c *contract) of(method, echoPath string) (*operation, bool) {
	parts := strings.Split(echoPath, "/")
	for i, part := range parts {
		if name, isParameter := strings.CutPrefix(part, ":"); isParameter {
			parts[i] = "{" + name + "}"
		}
	}
	o, ok := c.operations[method+" "+strings.Join(parts, "/")]
	return o, ok
}

// body returns the schema of the operation's body in the media type; ok is false when the route does not read it.
func (o *operation) body(mediaType string) (schema *openapi3.Schema, ok bool) {
	if o.Op.RequestBody == nil {
		return nil, false
	}
	content, ok := o.Op.RequestBody.Value.Content[mediaType]
	if !ok || content.Schema == nil {
		return nil, ok
	}
	return content.Schema.Value, true
}

// takesBody reports whether the operation reads a body at all, and whether it must have one.
func (o *operation) takesBody() (takes, required bool) {
	if o.Op.RequestBody == nil {
		return false, false
	}
	return true, o.Op.RequestBody.Value.Required
}
