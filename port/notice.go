package port

// Notices keeps notices and their lines.
type Notices interface{}
