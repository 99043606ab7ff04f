// Package e2e proves the whole system on real servers: mails as they are received, what the engine keeps, what survives a
// crash. It holds tests alone and nobody imports it.
package e2e
