// Package house sets up a whole installation of the product for tests: a schema and an engine namespace of its own, its own
// mail sink, and relay and worker in the test's process, all on the servers that the ARREARS_TEST_… variables name. It
// waits on what is in database and engine, never for a time. It is no part of the product; devstack's tests alone import
// it.
package house
