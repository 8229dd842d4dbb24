"""The geometry of the three charts drawn as SVG: bars, lines, and the tiles of the twelve leagues and cities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from kechuang.faces.web.wording import number, text

WIDTH, HEIGHT, LEFT, TOP, BASE = 720, 360, 46, 12, 316
TILE = 86
# Where each league or city stands among the tiles: (column, row) of a grid seven wide; codes of GB/T 2260.
PLACES = {
    "150700": (6, 0, {"zh": "呼伦贝尔", "en": "Hulunbuir"}),
    "152200": (6, 1, {"zh": "兴安", "en": "Hinggan"}),
    "152500": (5, 2, {"zh": "锡林郭勒", "en": "Xilingol"}),
    "150500": (6, 2, {"zh": "通辽", "en": "Tongliao"}),
    "152900": (0, 3, {"zh": "阿拉善", "en": "Alxa"}),
    "150800": (1, 3, {"zh": "巴彦淖尔", "en": "Bayannur"}),
    "150200": (2, 3, {"zh": "包头", "en": "Baotou"}),
    "150100": (3, 3, {"zh": "呼和浩特", "en": "Hohhot"}),
    "150900": (4, 3, {"zh": "乌兰察布", "en": "Ulanqab"}),
    "150400": (5, 3, {"zh": "赤峰", "en": "Chifeng"}),
    "150300": (1, 4, {"zh": "乌海", "en": "Wuhai"}),
    "150600": (2, 4, {"zh": "鄂尔多斯", "en": "Ordos"}),
}


@dataclass(frozen=True, slots=True)
class Grid:
    """One level of the scale."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    shown: str
    tone: str
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of standing bars; `plan` is the path of a line over them."""

    title: Any
    note: Any
    sentence: Any
    bars: tuple[Bar, ...]
    grid: tuple[Grid, ...]
    heads: tuple[Any, ...]
    table: tuple[tuple[str, ...], ...]
    plan: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = BASE
    foot: int = BASE + 22


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Line:
    title: Any
    path: str
    tone: str
    colour: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A chart of lines over the same points; `here` is the path of the sun on the axis."""

    title: Any
    note: Any
    sentence: Any
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    grid: tuple[Grid, ...]
    heads: tuple[Any, ...]
    table: tuple[tuple[str, ...], ...]
    here: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = BASE
    foot: int = BASE + 22


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    shown: str
    step: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Tiles:
    """The tile map: twelve leagues and cities in five steps."""

    title: Any
    note: Any
    sentence: Any
    tiles: tuple[Tile, ...]
    heads: tuple[Any, ...]
    table: tuple[tuple[str, ...], ...]


def scale(most: float, levels: int = 4) -> tuple[float, ...]:
    """Round levels from nought to at least `most`: 0 1 2 3 4; 0 250 500 750."""
    if most <= 0:
        return (0.0, 1.0)
    rough = most / levels
    size = 10.0 ** floor(log10(rough))
    step = next(size * k for k in (1, 2, 2.5, 5, 10) if size * k >= rough * 0.999)
    return tuple(step * n for n in range(ceil(most / step - 1e-9) + 1))


def _height(value: float, top: float) -> float:
    return round(BASE - (BASE - TOP) * value / top, 1)


def _grid(levels: Sequence[float]) -> tuple[Grid, ...]:
    return tuple(Grid(_height(level, levels[-1]), number(f"{level:g}")) for level in levels)


def bars(
    rows: Sequence[tuple[Any, float]],
    *,
    title: Any,
    note: Any,
    sentence: Any,
    heads: Sequence[Any],
    plan: Sequence[float] = (),
    tone: str = "grass",
    tones: Mapping[int, str] | None = None,
) -> Bars:
    """A chart of `rows` (label, value); `plan` gives the values of the line, `tones` other colours by position."""
    levels = scale(max([value for _, value in rows] + list(plan), default=0))
    slot = (WIDTH - LEFT) / max(len(rows), 1)
    wide = round(min(slot * 0.5, 44), 1)
    places = [round(LEFT + slot * (i + 0.5) - wide / 2, 1) for i in range(len(rows))]
    drawn = tuple(
        Bar(
            text(label),
            number(value),
            (tones or {}).get(i, tone),
            x,
            y := _height(value, levels[-1]),
            wide,
            round(BASE - y, 1),
        )
        for i, ((label, value), x) in enumerate(zip(rows, places, strict=True))
    )
    points = [f"{x + wide / 2:.1f} {_height(value, levels[-1])}" for x, value in zip(places, plan, strict=False)]
    numbers = [(number(value), *([number(plan[i])] if i < len(plan) else [])) for i, (_, value) in enumerate(rows)]
    table = tuple((text(label), *shown) for (label, _), shown in zip(rows, numbers, strict=True))
    return Bars(
        title, note, sentence, drawn, _grid(levels), tuple(heads), table, "M" + " L".join(points) if points else ""
    )


LOOKS = (("s-grass", "grass"), ("s-sky", "sky"), ("s-quiet", "line"), ("s-sun", "sun"))


def lines(
    labels: Sequence[Any],
    series: Sequence[tuple[Any, Sequence[float]]],
    *,
    title: Any,
    note: Any,
    sentence: Any,
    heads: Sequence[Any],
    here: int | None = None,
) -> Lines:
    """A chart of `series` (title, values) over `labels`; the sun stands at position `here`."""
    levels = scale(max((value for _, values in series for value in values), default=0))
    step = (WIDTH - LEFT - 24) / max(len(labels) - 1, 1)
    places = [round(LEFT + 12 + step * i, 1) for i in range(len(labels))]
    drawn = tuple(
        Line(name, _path(places, values, levels[-1]), *LOOKS[i % len(LOOKS)]) for i, (name, values) in enumerate(series)
    )
    sparse = max(ceil(len(labels) / 12), 1)
    ticks = tuple(
        Tick(x, text(label)) for i, (x, label) in enumerate(zip(places, labels, strict=True)) if i % sparse == 0
    )
    table = tuple(
        (text(label), *(number(values[i]) if i < len(values) else "" for _, values in series))
        for i, label in enumerate(labels)
    )
    sun = f"M{places[here] - 11:.1f} {BASE}a11 11 0 0 1 22 0z" if here is not None and labels else ""
    return Lines(title, note, sentence, drawn, ticks, _grid(levels), tuple(heads), table, sun)


def _path(places: Sequence[float], values: Sequence[float], top: float) -> str:
    return "M" + " L".join(f"{x} {_height(value, top)}" for x, value in zip(places, values, strict=False))


def tiles(values: Mapping[str, float], *, title: Any, note: Any, sentence: Any, heads: Sequence[Any]) -> Tiles:
    """The tile map of `values` by place code; five steps of equal number of places, so that no single place pales all."""
    ranked = sorted({values.get(code, 0) for code in PLACES})
    drawn = tuple(
        Tile(text(name), number(values.get(code, 0)), _step(values.get(code, 0), ranked), column * TILE, row * TILE)
        for code, (column, row, name) in PLACES.items()
    )
    order = sorted(PLACES, key=lambda code: -values.get(code, 0))
    table = tuple((text(PLACES[code][2]), number(values.get(code, 0))) for code in order)
    return Tiles(title, note, sentence, drawn, tuple(heads), table)


def _step(value: float, ranked: Sequence[float]) -> int:
    return 1 + (5 * ranked.index(value)) // len(ranked)


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on a curve with its words."""

    x: float
    y: float
    label: str
    above: bool = False  # where the curve falls its words stand above, clear of the line


@dataclass(frozen=True, slots=True)
class Curve:
    """One line over a scale of values, with what holds today, what is tried, and a level it may not pass."""

    title: Any
    note: Any
    sentence: Any
    axis: Any
    path: str
    wash: str
    grid: tuple[Grid, ...]
    ticks: tuple[Tick, ...]
    heads: tuple[Any, ...]
    table: tuple[tuple[str, ...], ...]
    today: Mark | None = None
    pin: Mark | None = None
    level: Mark | None = None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = BASE
    foot: int = BASE + 22


def curve(
    points: Sequence[tuple[float, float]],
    *,
    title: Any,
    note: Any,
    sentence: Any,
    axis: Any,
    heads: Sequence[Any],
    table: Sequence[tuple[str, ...]],
    today: tuple[float, float, str] | None = None,
    pin: tuple[float, float, str] | None = None,
    level: tuple[float, str] | None = None,
) -> Curve:
    """The curve of `points` (value, cost), ordered by value; `today` and `pin` are (value, cost, words), `level` a cost."""
    marks = [one for one in (today, pin) if one is not None]
    widest = max([x for x, _ in points] + [one[0] for one in marks], default=1) or 1
    tops = [y for _, y in points] + [one[1] for one in marks] + ([level[0]] if level else [])
    levels, across = scale(max(tops, default=0), 6), scale(widest, 5)
    wide = WIDTH - LEFT - 24

    def at(x: float, y: float) -> tuple[float, float]:
        return round(LEFT + wide * x / across[-1], 1), _height(y, levels[-1])

    drawn = [at(x, y) for x, y in points]
    path = "M" + " L".join(f"{x} {y}" for x, y in drawn) if drawn else ""
    wash = f"{path} L{drawn[-1][0]} {BASE} L{drawn[0][0]} {BASE}Z" if drawn else ""
    ticks = tuple(Tick(at(x, 0)[0], number(f"{x:g}")) for x in across)
    return Curve(
        title, note, sentence, axis, path, wash, _grid(levels), ticks, tuple(heads), tuple(table),
        Mark(*at(*today[:2]), today[2], bool(points) and points[-1][1] < points[0][1]) if today else None, Mark(*at(*pin[:2]), pin[2]) if pin else None,
        Mark(LEFT, _height(level[0], levels[-1]), level[1]) if level else None,
    )  # fmt: skip
