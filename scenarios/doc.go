// Package scenarios proves the product from outside: acceptance stories that peers' own tests tell, and stories of our own,
// played through the HTTP API with real keys on a stepped business clock, a database of their own and channels that record
// what would have gone out. docs/scenarios.md lists every story by its number, with the reason where ours differs on
// purpose. There is nothing here but tests, and nobody imports it.
package scenarios
