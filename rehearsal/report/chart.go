package report

import (
	"math"
	"strconv"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// chart is the geometry of one picture; the template turns it into SVG. Whatever it shows stands in a table behind it too.
type chart struct {
	ID, Title, Desc string
	Class           string // wide or narrow: the page shows one of them, by its own width
	W, H            int
	Left, Right     string
	Base            string // of the values' axis
	Unit            string // what one place stands for, where that is not plain
	Grid            []mark
	Axis            []mark
	Bars            []box
	Areas, Lines    []curve
	Hits            []box // unseen, for their titles
	Notes           []mark
}

// mark is a text at a place.
type mark struct{ X, Y, Text, Anchor string }

// box is a rectangle; Class names its colour and Title what it means.
type box struct{ X, Y, W, H, Class, Title string }

// curve is a line through points.
type curve struct{ Points, Class string }

// size2 is the room of a chart in pixels.
type size2 struct {
	class string
	w, h  int
}

// frame is the inner room of a chart, and its scale.
type frame struct {
	left, top, right, bottom float64
	slots                    int   // along the horizontal axis
	most                     int64 // of the values' axis
}

// Room around the drawing for the axes' texts.
const (
	marginLeft   = 46
	marginTop    = 14
	marginRight  = 8
	marginBottom = 26
	labelGap     = 68 // between two months' names
	labelWidth   = 54
	maxGridLines = 5
)

func newFrame(s size2, slots int, most int64) frame {
	return frame{marginLeft, marginTop, float64(s.w - marginRight), float64(s.h - marginBottom), max(1, slots), max(1, most)}
}

func newChart(s size2, f frame, title, desc string) chart {
	return chart{Title: title, Desc: desc, Class: s.class, W: s.w, H: s.h, Left: px(f.left), Right: px(f.right), Base: px(f.bottom)}
}

// slot is the width of one place of the horizontal axis, and x where it begins.
func (f frame) slot() float64     { return (f.right - f.left) / float64(f.slots) }
func (f frame) x(i int) float64   { return f.left + f.slot()*float64(i) }
func (f frame) mid(i int) float64 { return f.x(i) + f.slot()/2 }
func (f frame) y(v int64) float64 { return f.bottom - f.tall(v) }
func (f frame) tall(v int64) float64 {
	return (f.bottom - f.top) * float64(v) / float64(f.most)
}

// px writes a coordinate with one decimal, the same on every machine.
func px(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(math.Round(v*10)/10, 'f', 1, 64), ".0")
}

// stepFor returns the distance of the grid lines: 1, 2 or 5 times a power of ten of the unit, at most maxGridLines of them.
func stepFor(most, unit int64) int64 {
	step := unit
	for _, factor := range []int64{2, 5, 10} {
		if most/step < maxGridLines {
			return step
		}
		step = unit * factor
	}
	if most/step < maxGridLines || unit > math.MaxInt64/100 {
		return step
	}
	return stepFor(most, unit*10)
}

// scale returns the axis' end and its grid: the end is the first grid line that nothing passes.
func scale(most, unit int64) (end int64, values []int64) {
	step := stepFor(max(most, unit), unit)
	for v := int64(0); ; v += step {
		values = append(values, v)
		if v >= most && v > 0 || v > math.MaxInt64-step {
			return v, values
		}
	}
}

func (c *chart) grid(f frame, values []int64, text func(int64) string) {
	for _, v := range values {
		c.Grid = append(c.Grid, mark{X: px(f.left - 6), Y: px(f.y(v)), Text: text(v)})
	}
}

// months writes every so many months below the slots that begin them, as far as there is room.
func (c *chart) months(f frame, mondays []calendar.Date) {
	step := f.monthStep(mondays)
	last := math.Inf(-1)
	for i, monday := range mondays {
		if monday.IsZero() {
			continue
		}
		month := monthsOf(monday)
		begins := monday.AddDays(3).Day() <= 7 || i > 0 && monthsOf(mondays[i-1]) != month
		if x := f.x(i); begins && month%step == 0 && x-last >= labelGap && x+labelWidth < f.right+marginRight {
			c.Axis = append(c.Axis, mark{X: px(x), Y: px(f.bottom), Text: monthText(monday.AddDays(3))})
			last = x
		}
	}
	if len(c.Axis) == 0 && len(mondays) > 0 && !mondays[0].IsZero() {
		c.Axis = append(c.Axis, mark{X: px(f.left), Y: px(f.bottom), Text: monthText(mondays[0].AddDays(3))})
	}
}

// monthStep is how many months lie between two that are named.
func (f frame) monthStep(mondays []calendar.Date) int {
	if len(mondays) == 0 {
		return 1
	}
	all := monthsOf(mondays[len(mondays)-1]) - monthsOf(mondays[0]) + 1
	for _, step := range []int{1, 2, 3, 6, 12, 24, 60} {
		if (f.right-f.left)*float64(step)/float64(all) >= labelGap {
			return step
		}
	}
	return 120
}

// monthsOf counts the months to that of the week's Thursday.
func monthsOf(monday calendar.Date) int {
	thursday := monday.AddDays(3)
	return thursday.Year()*12 + int(thursday.Month()) - 1
}

// perBar says in the picture's corner when one place stands for several weeks.
func (c *chart) perBar(weeks int) {
	if weeks > 1 {
		c.Unit = number(weeks) + " weeks to a step"
	}
}

func monthText(d calendar.Date) string { return d.Month().String()[:3] + " " + strconv.Itoa(d.Year()) }

// compact writes a large number in few characters: 950, 1.5k, 12M.
func compact(v int64) string {
	for _, u := range []struct {
		size int64
		name string
	}{{1e12, "tn"}, {1e9, "bn"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= u.size {
			tenths := (v + u.size/20) / (u.size / 10)
			text := strconv.FormatInt(tenths/10, 10)
			if tenths%10 != 0 && tenths < 1000 {
				text += "." + strconv.FormatInt(tenths%10, 10)
			}
			return text + u.name
		}
	}
	return strconv.FormatInt(v, 10)
}

// major returns how many minor units make one of the currency.
func major(c money.Currency) int64 {
	unit := int64(1)
	for range c.Exponent() {
		unit *= 10
	}
	return unit
}
