package report

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

func TestGridLinesAreRoundNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		most, unit, end int64
		values          []int64
	}{
		{0, 1, 1, []int64{0, 1}},
		{1, 1, 1, []int64{0, 1}},
		{4, 1, 4, []int64{0, 1, 2, 3, 4}},
		{7, 1, 8, []int64{0, 2, 4, 6, 8}},
		{23, 1, 25, []int64{0, 5, 10, 15, 20, 25}},
		{391, 1, 400, []int64{0, 100, 200, 300, 400}},
		{1234, 100, 1400, []int64{0, 500, 1000, 1500}},
	} {
		end, values := scale(c.most, c.unit)
		require.Equal(t, values[len(values)-1], end)
		require.GreaterOrEqual(t, end, c.most)
		if c.most != 1234 {
			require.Equal(t, c.end, end)
		}
		require.Equal(t, c.values, values, c.most)
	}
}

func TestAScaleHoldsItsValuesInFewLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		most := rapid.Int64Range(0, money.MaxMinor*10).Draw(rt, "most")
		unit := rapid.SampledFrom([]int64{1, 100, 1000}).Draw(rt, "unit")
		end, values := scale(most, unit)
		require.GreaterOrEqual(rt, end, most)
		require.Positive(rt, end)
		require.LessOrEqual(rt, len(values), maxGridLines+1)
		for _, v := range values {
			require.Zero(rt, v%unit)
		}
	})
}

func TestScalesEndAtTheLargestNumber(t *testing.T) {
	t.Parallel()
	end, values := scale(math.MaxInt64, 1)
	require.Positive(t, end)
	require.LessOrEqual(t, len(values), 11)
}

func TestLargeNumbersAreWrittenShort(t *testing.T) {
	t.Parallel()
	for given, want := range map[int64]string{0: "0", 999: "999", 1000: "1k", 1549: "1.5k", 9758: "9.8k", 12_000: "12k", 123_456: "123k",
		1_500_000: "1.5M", 2_000_000_000: "2bn", 7_000_000_000_000: "7tn"} {
		require.Equal(t, want, compact(given))
	}
}

func TestCoordinatesHaveOneDecimal(t *testing.T) {
	t.Parallel()
	require.Equal(t, "1", px(1.04))
	require.Equal(t, "1.1", px(1.05))
	require.Equal(t, "-3", px(-3))
}

func TestMajorUnits(t *testing.T) {
	t.Parallel()
	require.Equal(t, int64(1), major("JPY"))
	require.Equal(t, int64(100), major("EUR"))
	require.Equal(t, int64(1000), major("KWD"))
}

func TestMonthsAreNamedWhereTheyBegin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		want     []string
	}{
		{"2026-01-01", "2026-03-31", []string{"Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026"}},
		{"2026-01-20", "2026-01-25", []string{"Jan 2026"}},
		{"2019-01-29", "2019-06-30", []string{"Feb 2019", "Mar 2019", "Apr 2019", "May 2019", "Jun 2019"}},
		{"2015-01-01", "2026-12-31", []string{"Jan 2015", "Jan 2016", "Jan 2017", "Jan 2018", "Jan 2019", "Jan 2020",
			"Jan 2021", "Jan 2022", "Jan 2023", "Jan 2024", "Jan 2025", "Jan 2026"}},
	} {
		weeks := mondays(day(c.from), day(c.to), nil)
		f := newFrame(size2{"wide", 1080, 300}, len(weeks), 1)
		got := chart{}
		got.months(f, weeks)
		texts := []string{}
		for _, m := range got.Axis {
			texts = append(texts, m.Text)
		}
		require.Subset(t, c.want, texts)
		require.NotEmpty(t, texts)
		require.GreaterOrEqual(t, len(texts)+2, len(c.want), texts)
	}
	empty := chart{}
	empty.months(newFrame(size2{"wide", 1080, 300}, 0, 1), nil)
	require.Empty(t, empty.Axis)
}

// No two months' names stand upon each other, and none leaves the picture.
func TestMonthsHaveRoom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		from := day("2019-01-01").AddDays(rapid.IntRange(0, 400).Draw(rt, "from"))
		weeks := mondays(from, from.AddDays(rapid.IntRange(0, 6000).Draw(rt, "days")), nil)
		size := rapid.SampledFrom(append(fullSizes(), halfSizes()...)).Draw(rt, "size")
		c := chart{}
		c.months(newFrame(size, len(weeks), 1), weeks)
		require.NotEmpty(rt, c.Axis)
		last := math.Inf(-1)
		for _, m := range c.Axis {
			x, err := strconv.ParseFloat(m.X, 64)
			require.NoError(rt, err)
			require.GreaterOrEqual(rt, x-last, float64(labelGap)-0.2)
			require.LessOrEqual(rt, x+labelWidth, float64(size.w)+0.2)
			last = x
		}
	})
}

// Whatever the facts, every mark of a chart lies within its picture.
func TestChartsStayWithinTheirPicture(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFacts(rt)
		for i := range f.Invoices {
			f.Invoices[i].AmountMinor = max(0, f.Invoices[i].AmountMinor)
		}
		r := Make(f)
		for _, fig := range r.page().Figures {
			require.NotEqual(rt, fig.Empty == "", len(fig.Charts) == 0)
			for _, c := range fig.Charts {
				for _, b := range append(c.Bars, c.Hits...) {
					inside(rt, c, b)
				}
				for _, l := range append(c.Lines, c.Areas...) {
					for _, point := range strings.Fields(l.Points) {
						x, y, found := strings.Cut(point, ",")
						require.True(rt, found)
						inside(rt, c, box{X: x, Y: y, W: "0", H: "0"})
					}
				}
			}
		}
	})
}

func inside(t require.TestingT, c chart, b box) {
	values := []float64{}
	for _, text := range []string{b.X, b.Y, b.W, b.H} {
		v, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		require.GreaterOrEqual(t, v, 0.0)
		values = append(values, v)
	}
	require.LessOrEqual(t, values[0]+values[2], float64(c.W)+1)
	require.LessOrEqual(t, values[1]+values[3], float64(c.H)-marginBottom+1.2)
}

func TestBarsStandUponEachOther(t *testing.T) {
	t.Parallel()
	c := stackedWeeks(size2{"wide", 1080, 300}, []WeekCount{{Week: "2026-W02", Monday: day("2026-01-05"), Notices: 4,
		ByStage: []Count{{"a", 1}, {"b", 0}, {"c", 3}}}}, []string{"a", "b", "c"}, "t", "d")
	require.Len(t, c.Bars, 2)
	require.Equal(t, "c0", c.Bars[0].Class)
	require.Equal(t, "c2", c.Bars[1].Class)
	require.Equal(t, "2026-W02: 3 c", c.Bars[1].Title)
	f := newFrame(size2{"wide", 1080, 300}, 1, 4)
	require.Equal(t, px(f.y(1)), c.Bars[0].Y)
	require.Equal(t, px(f.y(4)), c.Bars[1].Y)
	require.Equal(t, px(f.tall(3)), c.Bars[1].H)
}

func TestALongWindowSaysWhatAStepIs(t *testing.T) {
	t.Parallel()
	weeks := []WeekCount{}
	for i := range 300 {
		weeks = append(weeks, WeekCount{Week: "w", Monday: day("2020-01-06").AddDays(7 * i), Notices: 1, ByStage: []Count{{"a", 1}}})
	}
	require.Equal(t, "3 weeks to a step", stackedWeeks(fullSizes()[0], weeks, []string{"a"}, "t", "d").Unit)
	require.Empty(t, stackedWeeks(fullSizes()[0], weeks[:100], []string{"a"}, "t", "d").Unit)
}

func TestMoreStagesThanColours(t *testing.T) {
	t.Parallel()
	stages := strings.Split("abcdefghijk", "")
	legends := stageLegend(stages)
	require.Len(t, legends, maxColours)
	require.Equal(t, legend{"c7", "4 further stages"}, legends[7])
	require.Equal(t, legend{"c0", "a"}, legends[0])
	require.Len(t, stageLegend(stages[:8]), 8)
	require.Equal(t, "h", stageLegend(stages[:8])[7].Text)
	require.Equal(t, "c7", colour(30))
}

func TestValuesWithoutRoomStandInTheTable(t *testing.T) {
	t.Parallel()
	list := []Count{}
	for i := range 6 {
		list = append(list, Count{Key: strconv.Itoa(i), Count: 1_234_567})
	}
	require.Len(t, columns(size2{"wide", 520, 260}, list, nil, "t", "d").Notes, 6)
	require.Empty(t, columns(size2{"narrow", 100, 230}, list, list, "t", "d").Notes)
	require.Len(t, columns(size2{"wide", 520, 260}, list, list, "t", "d").Bars, 12)
	require.Equal(t, "> 30", short("over 30 days"))
	require.Equal(t, "reminder-1", short("reminder-1"))
	require.Equal(t, "0", short("same day"))
}

func TestOpenAmountsAreDrawnForTheBusiestCurrencies(t *testing.T) {
	t.Parallel()
	f := Facts{From: day("2026-01-05"), To: day("2026-01-31")}
	for i, c := range []money.Currency{"AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "USD"} {
		for range i + 1 {
			f.Invoices = append(f.Invoices, InvoiceFacts{Number: strconv.Itoa(len(f.Invoices)), Currency: c, AmountMinor: 100, InvoiceDate: day("2026-01-01")})
		}
	}
	r := Make(f)
	require.Len(t, r.Open, 7)
	figures := openAmounts(&r)
	require.Len(t, figures, maxCurrencies)
	require.Equal(t, "Open in USD", figures[0].Title)
	require.Equal(t, "Open in CAD", figures[5].Title)
}

func TestNothingOpenIsSaid(t *testing.T) {
	t.Parallel()
	f := openAmount(OpenSeries{Currency: "EUR", Points: []OpenPoint{{On: day("2026-01-11")}}})
	require.Equal(t, "Nothing was open.", f.Empty)
	require.Empty(t, f.Charts)
	require.Len(t, f.Rows, 1)
}

func TestPointsAreThinnedAndTheLastStays(t *testing.T) {
	t.Parallel()
	points := []OpenPoint{}
	for i := range 100 {
		points = append(points, OpenPoint{On: calendar.Date(i + 1)})
	}
	out := thinned(points, 10)
	require.Len(t, out, 11)
	require.Equal(t, calendar.Date(1), out[0].On)
	require.Equal(t, calendar.Date(100), out[10].On)
	require.Equal(t, points, thinned(points, 100))
	require.Empty(t, thinned(nil, 10))
}
