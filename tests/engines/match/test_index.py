"""The compact index finds what the plain store finds, from arrays, in segments that come and go."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kechuang.engines.match import Builder, Index, Segment, boilerplate, merged, normalise, sketch
from kechuang.engines.match.compact import _distinct, packed_counts, read_batch, unpacked_counts
from kechuang.engines.match.index import _in_runs, rarities
from kechuang.engines.match.nearest import rarity

GRASS = "针对草原退化问题，研究羊草补播与围封轮牧相结合的生态修复技术体系。"
WATER = "开展河套灌区引黄灌溉水盐运移规律监测与节水控盐精准调控关键技术。"
MILK = "筛选具有自主知识产权的益生乳酸菌菌株，并开发适用于牧区的发酵乳制品。"
LETTERS = st.text(alphabet="草原生态修复𠮷技术，。 abＣ", max_size=40)


def segment(**texts):
    builder = Builder()
    builder.add(list(texts), [[text] if isinstance(text, str) else text for text in texts.values()])
    return builder.segment()


def names(hits):
    return [hit.name for hit in hits]


@settings(deadline=None)
@given(st.lists(st.lists(LETTERS, max_size=3), min_size=1, max_size=4))
def test_a_batch_has_the_fingerprints_its_sections_have_alone(documents):
    read = read_batch(documents)
    marks = read.marks.view(np.int64).tolist()
    found = set(zip(read.bearers.tolist(), marks, strict=True))
    alone = {(place, mark) for place, document in enumerate(documents) for text in document for mark in sketch(text)}
    assert found == alone


@settings(deadline=None)
@given(st.lists(LETTERS, max_size=5))
def test_a_segment_keeps_the_letters_of_every_document(texts):
    builder = Builder()
    builder.add([str(place) for place in range(len(texts))], [[text] for text in texts])
    made = builder.segment()
    assert [len(made.text(place)) for place in range(len(made))] == [len(normalise(text)) for text in texts]


def test_the_whole_text_is_found_with_everything_shared():
    hit = Index((segment(grass=GRASS, water=WATER, milk=MILK),)).query(WATER)[0]
    assert (hit.name, hit.score, hit.share, hit.shares) == ("water", 1.0, 1.0, {"text": 1.0})


def test_an_empty_index_and_an_empty_question_have_no_hits():
    assert Index().query(GRASS) == ()
    assert Index((segment(grass=GRASS),)).query("") == ()
    assert Index((segment(),)).query(GRASS) == ()


def test_a_text_with_nothing_shared_has_no_hits():
    assert Index((segment(grass=GRASS, water=WATER),)).query(MILK) == ()


def test_only_as_many_as_asked_for_are_given_and_equal_ones_by_name():
    index = Index((segment(c=GRASS, b=GRASS, a=GRASS),))
    assert names(index.query(GRASS, top=2)) == ["a", "b"]


def test_a_document_added_while_serving_is_found_and_the_old_index_is_undisturbed():
    old = Index((segment(grass=GRASS),))
    new = old.add(segment(water=WATER))
    assert names(new.query(WATER)) == ["water"]
    assert (old.query(WATER), len(old), len(new)) == ((), 1, 2)


def test_a_removed_document_and_one_left_out_are_not_found():
    index = Index((segment(grass=GRASS, again=GRASS + WATER),))
    assert names(index.remove(["grass"]).query(GRASS)) == ["again"]
    assert names(index.query(GRASS, leave_out=["again"])) == ["grass"]


def test_merged_segments_answer_as_one_made_at_once():
    parts = [segment(grass=GRASS, gone=MILK), segment(water=[WATER, "短"])]
    whole = segment(grass=GRASS, water=[WATER, "短"]).arrays()
    made = merged(parts, removed={"gone"}).arrays()
    assert {name: array.tolist() for name, array in made.items()} == {
        name: array.tolist() for name, array in whole.items()
    }


def test_a_merge_in_many_slices_is_the_merge_in_one():
    parts = [segment(grass=GRASS, gone=MILK, empty=""), segment(water=[WATER, "短"])]
    whole = merged(parts, removed={"gone"}).arrays()
    for size in (1, 2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("kechuang.engines.match.compact.SLICE", size)
            made = merged(parts, removed={"gone"}).arrays()
        assert [array.tolist() for array in made.values()] == [array.tolist() for array in whole.values()]


def test_a_segment_is_its_arrays():
    made = segment(grass=GRASS)
    assert names(Index((Segment.of(made.arrays()),)).query(GRASS)) == ["grass"]


def test_sections_say_their_shares_and_weigh_as_the_book_says():
    index = Index((segment(grass=GRASS, water=WATER),))
    asked = {"goal": GRASS, "method": WATER}
    by_goal = index.query(asked, weights={"goal": 3})
    assert [(hit.name, dict(hit.shares)) for hit in by_goal] == [
        ("grass", {"goal": 1.0, "method": 0.0}),
        ("water", {"goal": 0.0, "method": 1.0}),
    ]
    assert names(index.query(asked, weights={"goal": 0})) == ["water"]


def test_boilerplate_is_neither_looked_up_nor_scored():
    index = Index((segment(grass=GRASS, water=WATER),))
    hits = index.query(GRASS + WATER, without=boilerplate([WATER]))
    assert [(hit.name, hit.score) for hit in hits] == [("grass", 1.0)]


def test_a_copy_with_every_fifth_word_changed_is_still_found():
    changed = GRASS.replace("问题", "难题").replace("研究", "探讨").replace("体系", "系统")
    assert names(Index((segment(grass=GRASS, water=WATER),)).query(changed)) == ["grass"]


def test_bucket_bits_grow_with_the_index_and_nothing_is_lost():
    texts = {
        f"d{place}": "".join(chr(0x4E00 + (place * 131 + step * 7) % 9000) for step in range(60))
        for place in range(3000)
    }
    made = segment(**texts)
    index = Index((made,))
    assert made.bucket_bits > 8
    assert [index.query(texts[name], top=1)[0].name for name in ("d0", "d1499", "d2999")] == ["d0", "d1499", "d2999"]


def test_a_passage_in_every_document_is_not_looked_up():
    texts = {f"d{place}": WATER + chr(0x5000 + place) * 9 for place in range(400)}
    assert Index((segment(**texts),)).query(WATER) == ()


@given(st.integers(0, 10**6))
def test_counts_packed_in_a_byte_are_right_to_a_few_in_a_hundred(count):
    back = unpacked_counts(packed_counts(np.array([count], dtype=np.uint32)))[0]
    assert min(count, 60000) == pytest.approx(min(back, 60000), rel=0.05, abs=0.5)


@given(st.integers(0, 1000), st.integers(0, 2000))
def test_rarity_alone_and_in_bulk_are_the_same(count, bearers):
    assert rarities(count, np.array([bearers]))[0] == pytest.approx(rarity(count, bearers))


def test_a_question_without_sections_or_letters_has_no_hits():
    index = Index((segment(grass=GRASS),))
    assert (index.query({}), index.query({"goal": "", "method": "，"}), index.query("草")) == ((), (), ())


@given(st.lists(st.booleans(), max_size=40), st.sampled_from([3, 4, 10]))
def test_only_what_stands_in_long_enough_runs_is_kept(bits, run):
    words = "".join("1" if bit else "0" for bit in bits).split("0")
    wanted = "0".join(word if len(word) >= run else "0" * len(word) for word in words)
    kept = _in_runs(np.array(bits, dtype=np.uint64), run)
    assert "".join(map(str, kept.tolist())) == wanted


def test_a_short_text_that_went_whole_into_a_long_one_comes_before_one_that_shares_as_much():
    index = Index((segment(a_long=WATER + MILK * 3, short=WATER, other=GRASS),))
    assert names(index.query(WATER + GRASS)) == ["other", "short", "a_long"]


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 7))
def test_distinct_keys_are_moved_to_the_front_whatever_the_chunk(keys, chunk):
    ranked = np.array(sorted(keys), dtype=np.uint64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kechuang.engines.match.compact.CHUNK", chunk)
        end = _distinct(ranked)
    assert ranked[:end].tolist() == sorted(set(keys))
