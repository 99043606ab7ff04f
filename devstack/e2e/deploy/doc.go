// Package deploy tries what an operator does: what docker-compose.yml starts, as plain processes; a worker of the last
// release beside one of this version. It holds tests alone and nobody imports it.
package deploy
