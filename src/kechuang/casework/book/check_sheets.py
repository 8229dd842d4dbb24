"""What holds for review sheets: weights, modes, panels, and that no criterion counts papers, titles, degrees or prizes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kechuang.casework.book.frozen import sheets_of
from kechuang.casework.book.tracks import for_kind, for_track, kinds_of, tracks_of
from kechuang.engines.forms import sheet_form
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

# 破四唯: the work report (三(6)) asks for evaluation by quality, performance and contribution, not by number of papers,
# titles, degrees or prizes. A criterion must not be called after these; its help may name them to rule them out.
COUNTED = re.compile(
    r"论文|篇数|影响因子|被引|引用次数|期刊|SCI|EI收录|职称|头衔|称号|帽子|学历|学位|获奖|奖项|奖励|"
    r"\bpapers?\b|\bpublications?\b|impact factor|citations?|\btitles?\b|\bdegrees?\b|\bprizes?\b|\bawards?\b",
    re.IGNORECASE,
)
RULED_OUT = re.compile(r"不看|不以|不列|不论|不得|\bnot\b|\bneither\b|\bno\b", re.IGNORECASE)
WATCHED = ("outlier_score", "identical_text", "repeated_text")  # what may be noted of sheets for supervision
SEED = "seed"  # the last resort of a ranking: the published seed


def sheets(body: Mapping[str, Any]) -> Iterator[BadPage]:
    """Every fault of the sheets of an expanded programme, by path."""
    for n, sheet in enumerate(body.get("sheets", ())):
        yield from _sheet(sheet, f"sheets.{n}", body)
    last = body.get("acceptance", {}).get("sheet")
    if last:
        yield from _sheet(last, "acceptance.sheet", body)
    if body.get("sheets"):
        yield from _combined(body)
        yield from _ties(body)
    yield from _panels(body.get("panel", {}))
    codes = [sheet.get("code") for sheet in sheets_of(body)]
    for code in sorted({str(code) for code in codes if codes.count(code) > 1}):
        yield BadPage("sheets", "two sheets are called {code}", "name one otherwise", code=code)


def _sheet(sheet: Mapping[str, Any], path: str, body: Mapping[str, Any]) -> Iterator[BadPage]:
    criteria = sheet.get("criteria", [])
    try:
        sheet_form(sheet)
    except BadPage as bad:
        yield BadPage(f"{path}.criteria", bad.why, bad.mend)
    weights = sum(one.get("weight", 0) for one in criteria if isinstance(one.get("weight", 0), int))
    by_points = all("points" in one and "weight" not in one for one in criteria)  # the mark is the sum of the points
    if weights != 100 and not by_points:
        yield BadPage(f"{path}.criteria", "the weights come to {weights}", "let them come to 100", weights=weights)
    for track in tracks_of(sheet):
        if track not in body.get("tracks", ()):
            yield BadPage(f"{path}.for", "there is no track {track}", "name tracks of this page", track=track)
    for n, one in enumerate(criteria):
        yield from _counts(one, f"{path}.criteria.{n}")


def _counts(criterion: Mapping[str, Any], path: str) -> Iterator[BadPage]:
    told = [str(criterion.get("zh", "")), str(criterion.get("en", ""))]
    told += [text for text in criterion.get("help", {}).values() if not RULED_OUT.search(str(text))]
    for text in told:
        found = COUNTED.search(str(text))
        if found:
            mend = "ask for the quality, effect or contribution instead (破四唯)"
            yield BadPage(path, "a criterion may not count {word!r}", mend, word=found[0])
            return


def _combined(body: Mapping[str, Any]) -> Iterator[BadPage]:
    modes = body.get("combine", {})
    weights = sum(weight for weight in modes.values() if isinstance(weight, int))
    if weights != 100:
        yield BadPage("combine", "the modes come to {weights}", "let them come to 100", weights=weights)
    for track in body.get("tracks", ()):
        sheets = for_track(body["sheets"], track)
        for mode in modes:
            for kind in kinds_sitting(body, mode) if any(kinds_of(one) for one in sheets) else ("",):
                there = [sheet.get("mode") for sheet in for_kind(sheets, kind)]
                if there.count(mode) != 1:
                    whose = Phrase(" for {kind} experts", kind=kind) if kind else ""
                    yield BadPage(
                        "combine",
                        "{track} has {count} sheets of the mode {mode}{whose}",
                        "give it one",
                        track=track,
                        count=there.count(mode),
                        mode=mode,
                        whose=whose,
                    )


def kinds_sitting(body: Mapping[str, Any], mode: str) -> tuple[str, ...]:
    """The kinds of experts that the page seats on the panel of a mode."""
    mix = ((body.get("panel") or {}).get(mode) or {}).get("mix", {})
    return tuple(kind for kind in mix if kind != "outside_region") or ("",)


def _ties(body: Mapping[str, Any]) -> Iterator[BadPage]:
    criteria = {one.get("code") for sheet in body["sheets"] for one in sheet.get("criteria", ())}
    for n, tie in enumerate(body.get("ranking", {}).get("ties", ())):
        if tie != SEED and tie not in criteria:
            yield BadPage(f"ranking.ties.{n}", "no criterion is called {tie}", "name a criterion, or seed", tie=tie)


def _panels(panel: Mapping[str, Any]) -> Iterator[BadPage]:
    """The kinds of experts of a panel come to its size; those from outside the region are counted among them."""
    to_panel = panel.get("panel", {}).get("to_panel")
    if to_panel is not None and ("all" in to_panel) == ("per_place" in to_panel):
        yield BadPage(
            "panel.panel.to_panel", "nobody knows who comes before the panel", "write all: true, or per_place: 2"
        )
    for n, kind in enumerate(panel.get("watch", ())):
        if kind not in WATCHED:
            yield BadPage(
                f"panel.watch.{n}", "nobody looks for {kind}", "one of {watched}", kind=kind, watched=tuple(WATCHED)
            )
    if "site_visit" in panel and panel["site_visit"].get("required") is not True:
        yield BadPage("panel.site_visit", "nobody is visited", "write required: true, or leave it out")
    for mode in ("mail", "panel", "site_visit"):
        told = panel.get(mode, {})
        mix, size = told.get("mix", {}), told.get("size", 0)
        kinds = sum(count for kind, count in mix.items() if kind != "outside_region")
        if mix and kinds != size:
            yield BadPage(
                f"panel.{mode}.mix",
                "{kinds} experts for a panel of {size}",
                "let the kinds come to the size",
                kinds=kinds,
                size=size,
            )
        for key in ("quorum", "at_least"):
            if told.get(key, 0) > size:
                yield BadPage(
                    f"panel.{mode}.{key}",
                    "{count} of a panel of {size}",
                    "ask for no more than there are",
                    count=told[key],
                    size=size,
                )
        if mix.get("outside_region", 0) > size:
            yield BadPage(
                f"panel.{mode}.mix.outside_region", "more than the panel has", "ask for no more than there are"
            )
