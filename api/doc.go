// Package api is the REST face of the product: it reads requests as openapi.yaml says, calls one use case of app for each,
// and writes the answer or a problem. It decides nothing, knows no SQL and no engine. internal/wire and cmd import it.
package api
