package store

// EventQuery is what ListEvents runs, for tests of its plan.
const EventQuery = eventQuery
