package port

// Cases keeps what the engine keeps about cases, steps and nudges.
type Cases interface{}
