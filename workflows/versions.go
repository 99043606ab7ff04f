package workflows

// Changes lists the ids of all workflow.GetVersion calls, oldest first, with what they changed. A history that was recorded
// before a change is replayed along the old branch, so a branch goes only when no run that took it is kept any more.
//
// There is none so far: the loop has not changed since its first release.
func Changes() []string { return nil }
