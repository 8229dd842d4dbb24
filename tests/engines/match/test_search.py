"""Search ranks, filters, marks and keeps silent about what may not be seen; small and large indexes agree."""

import pytest
import tantivy

from kechuang.engines.match.large import Large, schema
from kechuang.engines.match.search import Entry, Small, question, snippet

GRASS = Entry("g", "退化草原生态修复技术", "在锡林郭勒研究羊草补播。", kind="case", year=2019, place="152500")
WATER = Entry("w", "河套灌区节水控盐", "引黄灌溉的水盐运移规律与生态需水。", kind="case", year=2021, place="150800")
MILK = Entry("m", "乳酸菌菌株", "益生乳酸菌的筛选 Lactobacillus strains。", kind="record", year=2020, place="150100")
SECRET = Entry("s", "草原无人机", "未公开的草原监测方案。", kind="case", year=2021, seen_by=("unit:7",))
ALL = (GRASS, WATER, MILK, SECRET)


@pytest.fixture(params=["small", "large"])
def index(request):
    if request.param == "large":
        large = Large(tantivy.Index(schema()))
        large.add(ALL)
        return large
    small = Small()
    for entry in ALL:
        small.add(entry)
    return small


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


def test_a_hidden_entry_is_found_by_its_audience_alone(index):
    assert names(index, "无人机") == []
    assert names(index, "无人机", audience=["*", "unit:7"]) == ["s"]


def test_hidden_entries_do_not_move_the_scores_of_a_small_index():
    with_secret, without = Small(), Small()
    for entry in (GRASS, WATER, MILK):
        with_secret.add(entry)
        without.add(entry)
    with_secret.add(SECRET)
    assert with_secret.search(question("草原 监测")) == without.search(question("草原 监测"))


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
