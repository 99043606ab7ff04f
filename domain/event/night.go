package event

// nightTypes are what the nightly work and its census tell.
func nightTypes() []TypeInfo {
	return []TypeInfo{
		{Name: "census.asked", Doc: "A person asked for a census.", data: ""},
		{
			Name: "census.finding", Doc: "A census found something that must not be, for the first time, and opened a task.",
			data: "check finding repair? task_id",
		},
		{
			Name: "census.finished", Doc: "A census has looked at everything.",
			data: "found raised resolved repaired compared",
		},
		{
			Name: "night.finished", Doc: "A night's work is done.",
			data: "census_id missed purged",
		},
		{
			Name: "snapshot.taken", Doc: "The items were kept as they stood at a month's end.",
			data: "as_of month_end? opening items missed",
		},
	}
}
