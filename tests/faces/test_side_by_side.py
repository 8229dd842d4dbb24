"""Two texts beside each other: what is shared stands in its sentence, numbered once, word for word before other words."""

from fractions import Fraction

from kechuang.desks.texts.comparing import Shared
from kechuang.engines.match import evidence, rewritten
from kechuang.faces.web.side_by_side import NEAR, PARAGRAPH, REACH, SAME, Mark, Sides, marks, runs, stretches

COPIED = "在四子王旗设置不同年限的样地并按季节采集土样。"
FIRST = "本项目研究荒漠草原围封恢复过程中土壤微生物群落结构的变化规律。"
AGAIN = "本课题探讨荒漠草原围封修复期间土壤微生物群落结构的演变特征。"
MINE = {"background": f"开头的话与别人无关。\n{COPIED}", "method": AGAIN}
THEIRS = {"research": FIRST, "plan": f"另起一段。{COPIED}"}


def found() -> Shared:
    other = "\n".join(THEIRS.values())
    seen = {name: evidence(text, other, shortest=12) for name, text in MINE.items()}
    again = {name: rewritten(text, other, copied=seen[name].passages) for name, text in MINE.items()}
    zero = dict.fromkeys(MINE, Fraction(0))
    return Shared(
        zero, {name: one.passages for name, one in seen.items()}, Fraction(0), again, Fraction(0), seen, Fraction(0)
    )  # fmt: skip


def sides() -> Sides:
    return Sides(MINE, THEIRS, ({"background": "背景"}, {"research": "研究内容", "plan": "安排"}))


def said(side: dict) -> tuple[str, list[tuple[str, str, int]]]:
    return side["place"], [(run["text"], run.get("mark", ""), run.get("n", 0)) for run in side["runs"]]


def test_what_is_shared_is_numbered_in_the_order_of_the_case_at_hand():
    whole = "\n".join(THEIRS.values())
    told = [
        (one.number, one.how, MINE[one.section][slice(*one.here)], whole[slice(*one.there)]) for one in marks(found())
    ]
    copied = COPIED.rstrip("。")
    assert [row[:2] for row in told] == [(1, SAME), (2, NEAR)]
    assert [[text.rstrip("。") for text in row[2:]] for row in told] == [
        [copied, copied],
        [AGAIN.rstrip("。"), FIRST.rstrip("。")],
    ]


def test_each_stretch_stands_beside_what_it_shares_under_the_title_of_its_section():
    pairs = sides().shared(marks(found()))
    assert [[said(side) for side in pair["left"]] for pair in pairs] == [
        [("背景", [(COPIED.rstrip("。"), SAME, 1), ("。", "", 0)])],
        [("method", [(AGAIN.rstrip("。"), NEAR, 2), ("。", "", 0)])],
    ]
    assert [[said(side) for side in pair["right"]] for pair in pairs] == [
        [("安排", [("另起一段。", "", 0), (COPIED.rstrip("。"), SAME, 1), ("。", "", 0)])],
        [("研究内容", [(FIRST.rstrip("。"), NEAR, 2), ("。", "", 0)])],
    ]


def test_the_whole_of_both_texts_keeps_every_letter_under_its_titles():
    (pair,) = sides().whole(marks(found()))
    assert ["".join(run["text"] for run in side["runs"]) for side in pair["left"]] == list(MINE.values())
    assert ["".join(run["text"] for run in side["runs"]) for side in pair["right"]] == list(THEIRS.values())
    assert [side["place"] for side in pair["right"]] == ["研究内容", "安排"]


def test_every_number_is_an_address_once_on_either_side():
    addresses = [
        run["id"]
        for pair in sides().shared(marks(found()))
        for side in (*pair["left"], *pair["right"])
        for run in side["runs"]
        if run.get("id")
    ]
    assert sorted(addresses) == ["l-1", "l-2", "r-1", "r-2"]


def test_of_a_long_paragraph_only_what_stands_around_a_passage_is_shown():
    text = "长" * PARAGRAPH + "此处相同" + "尾" * PARAGRAPH
    start = PARAGRAPH
    assert stretches(text, [(start, start + 4)]) == [(start - REACH, start + 4 + REACH)]
    near = (start + 100, start + 110)
    assert stretches(text, [near, (start, start + 4)]) == [(start - REACH, start + 110 + REACH)]
    shown = list(runs(text, (start - REACH, start + 4 + REACH), []))
    assert (shown[0]["text"], shown[-1]["text"]) == ("……", "……")


def test_a_passage_within_a_sentence_in_other_words_keeps_its_own_mark():
    near, same = Mark(1, NEAR, "t", (0, 6), (0, 6)), Mark(2, SAME, "t", (2, 4), (2, 4))
    drawn = runs("甲乙丙丁戊己", (0, 6), [(same, same.here), (near, near.here)])
    assert [(run["text"], run["mark"], run["n"]) for run in drawn] == [
        ("甲乙", NEAR, 1),
        ("丙丁", SAME, 2),
        ("戊己", NEAR, 1),
    ]
