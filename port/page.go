package port

// The bounds of a page. A list is never unbounded: 200 rows render in well under a second everywhere.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Page asks for one page of a list. After is the opaque Next of the page before; empty means the first page.
type Page struct {
	After string
	Limit int
}

// Size is the page's limit within its bounds; zero means DefaultLimit.
func (p Page) Size() int {
	if p.Limit < 1 {
		return DefaultLimit
	}
	return min(p.Limit, MaxLimit)
}

// Paged is one page of a list. Next is empty on the last page.
type Paged[T any] struct {
	Items []T
	Next  string
}
