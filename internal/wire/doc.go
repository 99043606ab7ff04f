// Package wire puts the product together from its configuration: database, use cases, engine client, relay, worker, channels
// and API. It decides nothing and reads no environment. cmd, devstack and tests use it, so that all of them run the same thing.
package wire
