"""Search ranks, filters, marks and keeps silent about what may not be seen; the three indexes agree."""

import numpy as np
import pytest
import tantivy

from kechuang.engines.match.large import Large, schema
from kechuang.engines.match.search import Entry, Found, Question, Small, question, snippet
from kechuang.engines.match.visible import Part, PartBuilder, Visible, merged_parts

GRASS = Entry("g", "退化草原生态修复技术", "在锡林郭勒研究羊草补播。", kind="case", year=2019, place="152500")
WATER = Entry("w", "河套灌区节水控盐", "引黄灌溉的水盐运移规律与生态需水。", kind="case", year=2021, place="150800")
MILK = Entry("m", "乳酸菌菌株", "益生乳酸菌的筛选 Lactobacillus strains。", kind="record", year=2020, place="150100")
SECRET = Entry("s", "草原无人机", "未公开的草原监测方案。", kind="case", year=2021, seen_by=("unit:7",))
ALL = (GRASS, WATER, MILK, SECRET)


class Shelf:
    """A `Visible` used as the others are: a part for every addition, keys in the order of the names."""

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = {}
        self.visible = Visible()

    def add(self, *entries: Entry) -> None:
        builder = PartBuilder()
        for entry in entries:
            self.entries[ord(entry.name)] = entry
            builder.add(ord(entry.name), entry)
        self.visible = Visible([*self.visible.parts, builder.part()])

    def remove(self, name: str) -> None:
        self.visible = Visible([*self.visible.parts, PartBuilder().part(gone=[ord(name)])])

    def search(self, asked: Question, *, top: int = 20) -> tuple[Found, ...]:
        found = [(self.entries[key], score) for key, score in self.visible.search(asked, top=top)]
        return tuple(Found(entry, score, snippet(entry.text or entry.title, asked)) for entry, score in found)


def filled(index, *entries: Entry):
    """The same entries in any of the three."""
    if isinstance(index, Large):
        index.add(entries)
    elif isinstance(index, Shelf):
        index.add(*entries[: len(entries) // 2])
        index.add(*entries[len(entries) // 2 :])
    else:
        for entry in entries:
            index.add(entry)
    return index


@pytest.fixture(params=["small", "large", "visible"])
def index(request):
    if request.param == "large":
        return filled(Large(tantivy.Index(schema())), GRASS, WATER, MILK)
    return filled(Small() if request.param == "small" else Shelf(), *ALL)


def names(index, words, **filters):
    return [found.entry.name for found in index.search(question(words, **filters))]


def test_a_word_of_two_characters_is_found(index):
    assert names(index, "羊草") == ["g"]


def test_a_word_of_the_title_weighs_more_than_one_of_the_text(index):
    assert names(index, "生态") == ["g", "w"]


def test_english_is_found_whatever_its_case(index):
    assert names(index, "LACTOBACILLUS") == ["m"]


def test_nothing_asked_finds_nothing(index):
    assert names(index, " ，") == []


def test_a_word_nobody_has_finds_nothing(index):
    assert names(index, "量子") == []


def test_kinds_years_and_places_narrow_the_answer(index):
    assert names(index, "生态 乳酸菌", kinds=["case"]) == ["g", "w"]
    assert names(index, "生态 乳酸菌", years=(2020, 2020)) == ["m"]
    assert names(index, "生态 乳酸菌", place="1508") == ["w"]


def test_a_synonym_of_the_table_is_looked_for_too(index):
    assert names(index, "草地") == []
    assert names(index, "草地", synonyms={"草地": ["草原"]}) == ["g"]


def test_while_typing_the_last_word_may_go_on(index):
    assert names(index, "lacto") == []
    assert names(index, "lacto", typing=True) == ["m"]


def test_a_phrase_of_the_table_brings_the_word_that_says_most(index):
    table = {"微生物菌种": ["乳酸菌菌株"]}
    assert names(index, "微生物菌种", synonyms=table) == ["m"]


def test_a_hidden_entry_is_found_by_its_audience_alone(index):
    assert names(index, "无人机") == []
    if not isinstance(index, Large):
        assert names(index, "无人机", audience=["*", "unit:7"]) == ["s"]
    assert names(index, "羊草", audience=["unit:7"]) == []


def test_a_large_index_refuses_what_is_not_for_everyone():
    with pytest.raises(ValueError, match="not for everyone"):
        filled(Large(tantivy.Index(schema())), SECRET)


@pytest.mark.parametrize("make", [Small, Shelf])
@pytest.mark.parametrize("words", ["草原 监测", "草", "未公开的草原方案 生态"])
def test_hidden_entries_do_not_move_the_scores(make, words):
    hidden = [
        Entry(chr(97 + number), "草原监测" * 3, "草地生态草莓" * number, seen_by=("unit:7",)) for number in range(5)
    ]
    with_secrets, without = filled(make(), *hidden, GRASS, WATER, MILK, SECRET), filled(make(), GRASS, WATER, MILK)
    asked = question(words, typing=True)
    assert with_secrets.search(asked) == without.search(asked)


def test_a_planted_score_counted_over_everything_is_seen_to_move():
    open_to_all = [Entry(one.name, one.title, one.text) for one in ALL]
    asked = question("草原 监测")
    found = {one.entry.name: one.score for one in filled(Shelf(), *open_to_all).search(asked)}
    alone = {one.entry.name: one.score for one in filled(Shelf(), GRASS, WATER, MILK).search(asked)}
    assert found["g"] != alone["g"]


@pytest.mark.parametrize("words", ["生态", "草原 技术 乳酸菌", "草", "lacto", "水盐"])
@pytest.mark.parametrize("audience", [("*",), ("*", "unit:7"), ("unit:7",)])
def test_the_arrays_score_as_the_dictionaries_do(words, audience):
    asked = question(words, typing=True, synonyms={"草": ["草原"]}, audience=audience)
    small, shelf = filled(Small(), *ALL), filled(Shelf(), *ALL)
    told = [[(one.entry.name, round(one.score, 9)) for one in index.search(asked)] for index in (small, shelf)]
    assert told[0] == told[1]


def test_merged_parts_answer_as_they_did_apart():
    shelf = filled(Shelf(), *ALL)
    shelf.add(Entry("w", "沙漠治理", year=2022))
    shelf.remove("m")
    one = Visible([merged_parts(shelf.visible.parts)])
    assert (len(one), len(one.parts[0].words)) == (3, len({*one_word_each(GRASS, SECRET), "沙漠", "治理"}))
    for words in ("草原 监测", "沙漠", "lacto", "灌溉"):
        asked = question(words, typing=True, audience=["*", "unit:7"])
        assert one.search(asked) == shelf.visible.search(asked)


def one_word_each(*entries: Entry) -> set[str]:
    made = PartBuilder()
    for number, entry in enumerate(entries):
        made.add(number, entry)
    words = made.part().words
    return {words.term(number).decode() for number in range(len(words))}


def test_the_newest_are_those_one_may_see_of_the_kinds_asked_for():
    visible = filled(Shelf(), *ALL).visible
    seen = [("*",), ("*", "unit:7")]
    told = [visible.newest(question("", audience=one, kinds=["case"]), top=2) for one in seen]
    assert [["".join(map(chr, keys))] for keys in told] == [["wg"], ["ws"]]
    assert (visible.newest(question("", audience=["nobody"]), top=2), Visible().newest(question(""), top=2)) == ((), ())


def test_a_part_is_the_same_after_being_written_as_arrays():
    part = filled(Shelf(), *ALL).visible.parts[1]
    again = Part.of({name: np.array(array) for name, array in part.arrays().items()})
    asked = question("生态 草原", audience=["*", "unit:7"])
    assert Visible([again]).search(asked) == Visible([part]).search(asked)


def test_an_empty_index_finds_nothing():
    assert (Visible().search(question("草原")), Visible([PartBuilder().part()]).search(question("草"))) == ((), ())


def test_what_is_found_is_the_entry_as_it_was_put_in(index):
    assert index.search(question("节水控盐"))[0].entry == WATER


def test_an_entry_put_in_again_is_replaced(index):
    newer = Entry("w", "沙漠治理", year=2022)
    index.add([newer] if isinstance(index, Large) else newer)
    assert (names(index, "灌溉"), names(index, "沙漠")) == ([], ["w"])


def test_a_removed_entry_is_not_found(index):
    index.remove(["g"] if isinstance(index, Large) else "g")
    assert names(index, "羊草") == []


def test_only_as_many_as_asked_for_are_given(index):
    assert len(index.search(question("生态 乳酸菌"), top=1)) == 1


def test_a_snippet_shows_the_words_and_marks_them():
    text = "前言" * 50 + "本项目研究羊草补播与草原生态。" + "后记" * 50
    made = snippet(text, question("羊草 生态"), width=24)
    assert [made.text[start:end] for start, end in made.marks] == ["羊草", "生态"]
    assert len(made.text) == 24


def test_a_snippet_without_the_words_is_the_beginning():
    assert snippet("草原生态", question("量子")).text == "草原生态"


def test_words_that_touch_are_one_mark():
    assert snippet("内蒙古自治区", question("内蒙古自治区")).marks == ((0, 6),)
