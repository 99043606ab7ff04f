package app

// InParts is the load with every window split into so many parts, whatever the machine.
func (in NewImport) InParts(n int) NewImport {
	in.parts = n
	return in
}
