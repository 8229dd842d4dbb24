"""The nearest documents come first; common passages count little, sections as the book weighs them."""

from kechuang.engines.match import Memory, candidates, sketch, sketches

GRASS = "针对草原退化问题研究羊草补播与围封轮牧相结合的生态修复技术体系并在锡林郭勒建立示范区"
WATER = "开展河套灌区引黄灌溉水盐运移规律监测与节水控盐精准调控关键技术的研发和示范应用"
MILK = "筛选具有自主知识产权的益生乳酸菌菌株并开发适用于牧区的发酵乳制品加工工艺和装备"


def shelf(**texts):
    store = Memory()
    for name, text in texts.items():
        store.add(name, sketch(text))
    return store


def test_a_copy_is_found_first_with_the_whole_text_shared():
    best = candidates(sketch(GRASS), shelf(grass=GRASS, water=WATER, milk=MILK))[0]
    assert (best.document, best.score, best.shares) == ("grass", 1.0, {"text": 1.0})


def test_a_text_without_anything_shared_has_no_candidates():
    assert candidates(sketch(MILK), shelf(grass=GRASS, water=WATER)) == ()


def test_the_document_asked_about_can_be_left_out():
    assert candidates(sketch(GRASS), shelf(grass=GRASS), leave_out={"grass"}) == ()


def test_the_nearer_of_two_comes_first():
    store = shelf(half=GRASS[:25] + MILK, whole=WATER + GRASS)
    assert [one.document for one in candidates(sketch(GRASS), store)] == ["whole", "half"]


def test_equal_candidates_come_in_the_order_of_their_names():
    store = shelf(b=GRASS, a=GRASS)
    assert [one.document for one in candidates(sketch(GRASS), store)] == ["a", "b"]


def test_only_as_many_as_asked_for_are_given():
    assert len(candidates(sketch(GRASS), shelf(a=GRASS, b=GRASS, c=GRASS), top=2)) == 2


def test_each_section_says_how_much_of_it_is_shared():
    asked = sketches({"goal": GRASS, "method": WATER})
    best = candidates(asked, shelf(grass=GRASS))[0]
    assert best.shares == {"goal": 1.0, "method": 0.0}


def test_a_section_of_weight_zero_is_not_looked_up():
    asked = sketches({"goal": MILK, "method": GRASS})
    assert candidates(asked, shelf(grass=GRASS), weights={"method": 0}) == ()


def test_a_heavier_section_moves_the_score():
    asked = sketches({"goal": GRASS, "method": WATER})
    light = candidates(asked, shelf(grass=GRASS))[0].score
    heavy = candidates(asked, shelf(grass=GRASS), weights={"goal": 3})[0].score
    assert light < heavy


def test_a_passage_that_many_share_says_less_than_one_that_few_share():
    common = {f"other{place}": GRASS + f"第{place}号甲乙丙丁戊己庚辛" for place in range(20)}
    store = shelf(rare=WATER, **common)
    found = {one.document: one.score for one in candidates(sketch(GRASS + WATER), store)}
    assert found["rare"] > found["other0"] * 2


def test_a_passage_that_everyone_shares_is_not_looked_up():
    common = {f"other{place}": GRASS for place in range(1000)}
    store = shelf(rare=WATER, **common)
    assert [one.document for one in candidates(sketch(GRASS + WATER), store)] == ["rare"]


def test_a_removed_document_is_found_no_more():
    store = shelf(grass=GRASS, water=WATER)
    store.remove("grass")
    assert candidates(sketch(GRASS), store) == ()
    assert store.count() == 1


def test_a_document_put_in_again_is_replaced():
    store = shelf(one=GRASS)
    store.add("one", sketch(WATER))
    assert candidates(sketch(GRASS), store) == ()


def test_two_stores_merge_into_one():
    store = shelf(grass=GRASS)
    store.merge(shelf(water=WATER))
    assert [one.document for one in candidates(sketch(WATER), store)] == ["water"]


def test_a_candidate_says_how_big_it_is_and_how_much_is_common():
    best = candidates(sketch(GRASS), shelf(both=GRASS + WATER))[0]
    assert (best.common, best.size) == (
        len(set(sketch(GRASS)) & set(sketch(GRASS + WATER))),
        len(sketch(GRASS + WATER)),
    )
