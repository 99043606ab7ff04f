// Package outbound posts to addresses that strangers named: it connects to public addresses only, follows no redirect, uses
// no proxy of the environment, and bounds what it reads and how long it waits. It decides nothing about what is posted and
// repeats nothing. notify, relay's wiring and tests use it; it imports the domain alone.
package outbound
