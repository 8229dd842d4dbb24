"""The right people for a text come first, and the reason is said."""

import pytest

from kechuang.engines.match import Work, affinities, profiles

GRASS = Work("草原所", "退化草原羊草补播生态修复技术研究")
WATER = Work("水利院", "河套灌区引黄灌溉水盐运移规律与节水控盐技术研究")
MILK = Work("乳业公司", "益生乳酸菌菌株筛选与发酵乳制品加工工艺")
SOIL = Work("水利院", "盐渍化土壤改良技术研究")


def people(found):
    return [one.whose for one in found]


def test_the_one_who_wrote_about_it_comes_first():
    assert people(profiles([GRASS, WATER, MILK]).nearest("发酵乳制品中乳酸菌的应用"))[0] == "乳业公司"


def test_people_with_nothing_shared_are_not_given():
    assert people(profiles([GRASS, MILK]).nearest("发酵乳制品")) == ["乳业公司"]


def test_an_empty_text_is_near_nobody():
    assert profiles([GRASS]).nearest("") == ()
    assert profiles([]).nearest("草原") == ()


def test_only_as_many_as_asked_for_are_given():
    assert len(profiles([GRASS, WATER, MILK]).nearest("技术研究与工艺", top=2)) == 2


def test_one_may_be_left_out():
    found = profiles([GRASS, WATER]).nearest("草原生态修复技术研究", leave_out=["草原所"])
    assert people(found) == ["水利院"]


def test_all_works_of_one_person_count_together():
    alone = profiles([GRASS, WATER, MILK]).nearest("灌区盐渍化土壤改良")[0]
    both = profiles([GRASS, WATER, MILK, SOIL]).nearest("灌区盐渍化土壤改良")[0]
    assert (alone.whose, both.whose, both.work) == ("水利院", "水利院", 3)


def test_a_work_asked_for_itself_has_the_likeness_one():
    made = profiles([GRASS, WATER])
    assert made.likeness(GRASS.text).tolist()[0] == pytest.approx(1.0)


def test_the_reason_names_the_shared_words():
    why = profiles([GRASS, WATER, MILK]).nearest("羊草的抗旱性")[0].why
    assert (why.code, why.values["words"]) == ("affinity", ["羊草"])


def test_a_code_speaks_where_the_words_do_not():
    coded = profiles([Work("甲", "羊草", codes=("C0301",)), Work("乙", "水稻", codes=("A0101",))])
    found = coded.nearest(Work("", "牧草育种", codes=("C0302",)))
    assert [(one.whose, one.codes) for one in found] == [("甲", ("C030",))]


def test_a_keyword_speaks_where_the_words_do_not():
    keyed = profiles([Work("甲", "羊草", keywords=("抗旱育种",)), Work("乙", "水稻", keywords=("耐盐",))])
    assert people(keyed.nearest(Work("", "苜蓿", keywords=("抗旱育种",)))) == ["甲"]


def test_equal_people_come_by_name():
    twice = profiles([Work("b", GRASS.text), Work("a", GRASS.text), MILK])
    assert people(twice.nearest(GRASS.text)) == ["a", "b"]


def test_the_table_for_a_panel_has_a_row_a_text_and_a_column_a_person():
    made = profiles([GRASS, WATER, MILK])
    table = affinities(made, [MILK.text, GRASS.text])
    assert [made.people[place] for place in table.argmax(axis=1)] == ["乳业公司", "草原所"]


def test_a_work_can_be_left_out_without_its_person():
    made = profiles([GRASS, WATER, SOIL])
    found = made.nearest(WATER.text, without=[1])
    assert [(one.whose, one.work) for one in found if one.whose == "水利院"] == [("水利院", 2)]
