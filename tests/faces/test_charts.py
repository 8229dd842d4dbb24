"""The geometry of charts: bars stand on the axis, scales are round, the map knows twelve places."""

from __future__ import annotations

import pytest

from kechuang.faces.web import charts

WORDS = {"title": "拨付", "note": "万元", "sentence": "拨付逐月上升", "heads": ("月", "实际")}


@pytest.mark.parametrize(
    ("most", "levels"),
    [(3.42, (0, 1, 2, 3, 4)), (9860, (0, 2500, 5000, 7500, 10000)), (0, (0, 1)), (4, (0, 1, 2, 3, 4)), (0.07, (0, 0.02, 0.04, 0.06, 0.08))],
)  # fmt: skip
def test_a_scale_has_round_levels_up_to_the_most(most, levels):
    assert charts.scale(most) == pytest.approx(levels)


def test_bars_stand_on_the_axis_in_proportion():
    drawn = charts.bars([("1月", 2), ("2月", 4)], **WORDS)
    assert [round(bar.y + bar.height, 1) for bar in drawn.bars] == [charts.BASE, charts.BASE]
    assert drawn.bars[1].height == 2 * drawn.bars[0].height


def test_the_numbers_of_a_chart_stand_in_its_table():
    drawn = charts.bars([("1月", 2000), ("2月", 4000)], plan=[1000, 5000], **WORDS)
    assert drawn.table == (("1月", "2,000", "1,000"), ("2月", "4,000", "5,000"))


def test_a_chart_of_nothing_is_drawn_empty():
    assert (charts.bars([], **WORDS).bars, charts.lines([], [], **WORDS).ticks) == ((), ())


def test_the_sun_stands_on_the_axis_where_we_are():
    drawn = charts.lines(["1月", "2月", "3月"], [("实际", [1, 2, 3])], here=0, **WORDS)
    assert drawn.here == f"M{charts.LEFT + 12 - 11:.1f} {charts.BASE}a11 11 0 0 1 22 0z"


def test_many_points_leave_room_for_their_labels():
    drawn = charts.lines([str(n) for n in range(48)], [("实际", range(48))], **WORDS)
    assert [tick.label for tick in drawn.ticks] == [str(n) for n in range(0, 48, 4)]


def test_the_map_shows_twelve_places_each_on_its_own_tile():
    drawn = charts.tiles({"150100": 9860, "150200": 6210}, **WORDS)
    assert len({(tile.x, tile.y) for tile in drawn.tiles}) == 12
    assert drawn.table[:2] == (("呼和浩特", "9,860"), ("包头", "6,210"))


def test_the_map_keeps_to_five_steps():
    drawn = charts.tiles({code: n for n, code in enumerate(charts.PLACES)}, **WORDS)
    assert sorted({tile.step for tile in drawn.tiles}) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("costs", "above"), [((1, 2, 3), False), ((3, 2, 1), True)])
def test_the_words_of_today_stand_clear_of_a_curve_that_falls(costs, above):
    points = [(float(n), float(cost)) for n, cost in enumerate(costs)]
    shown = charts.curve(points, **WORDS, axis="x", table=[], today=(1.0, 2.0, "today"))
    assert shown.today.above is above
