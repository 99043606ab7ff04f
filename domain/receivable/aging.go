package receivable

import "math"

// Bucket is a range of days past due by which receivables are aged.
type Bucket struct {
	Name string
	From int // days past due, inclusive
	To   int // inclusive
}

// Buckets are the aging buckets, from not due to the oldest. Together they hold every number of days.
func Buckets() []Bucket {
	return []Bucket{
		{Name: "current", From: math.MinInt32, To: 0},
		{Name: "1-30", From: 1, To: 30},
		{Name: "31-60", From: 31, To: 60},
		{Name: "61-90", From: 61, To: 90},
		{Name: "91+", From: 91, To: math.MaxInt32},
	}
}

// BucketOf is the name of the bucket of an item that is so many days past due; 0 and less is not due.
func BucketOf(daysPastDue int) string {
	for _, b := range Buckets() {
		if daysPastDue <= b.To {
			return b.Name
		}
	}
	return ""
}
