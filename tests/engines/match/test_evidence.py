"""Evidence shows every copied passage with its place in both texts, moved blocks included."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.match import boilerplate, evidence, normalise

ONE = "针对草原退化问题研究羊草补播与围封轮牧相结合的生态修复技术体系"
TWO = "开展河套灌区引黄灌溉水盐运移规律监测与节水控盐精准调控关键技术"
NEW = "筛选具有自主知识产权的益生乳酸菌菌株并开发适用于牧区的发酵乳制品"
TEXT = st.text(alphabet="草原生态ab，。 ", max_size=120)


def quoted(a, b):
    found = evidence(a, b)
    return [(a[p.a_start : p.a_end], b[p.b_start : p.b_end]) for p in found.passages]


def test_a_copied_passage_is_shown_in_both_texts():
    assert quoted(NEW + "。" + ONE + "。", "前言：" + ONE) == [(ONE, ONE)]


def test_moved_blocks_are_found_in_full():
    found = evidence(ONE + "。" + TWO, TWO + "。" + ONE)
    assert found.share_of_a == Fraction(1)
    assert quoted(ONE + "。" + TWO, TWO + "。" + ONE) == [(ONE, ONE), (TWO, TWO)]


def test_other_punctuation_and_width_inside_a_passage_do_not_hide_it():
    assert quoted("《" + ONE[:10] + "，" + ONE[10:] + "》", ONE) == [(ONE[:10] + "，" + ONE[10:], ONE)]


def test_texts_with_nothing_in_common_have_no_passages():
    assert evidence(ONE, NEW).passages == ()


def test_a_letter_is_used_once():
    found = evidence(ONE + ONE, ONE)
    assert (found.shared, found.share_of_b) == (len(ONE), Fraction(1))


def test_the_longer_passage_goes_first_and_the_rest_of_a_cut_one_is_kept():
    a = ONE + TWO
    b = ONE[10:] + TWO[:20] + NEW + ONE[:16]
    assert quoted(a, b) == [(ONE[:10], ONE[:10]), (ONE[10:] + TWO[:20], ONE[10:] + TWO[:20])]


def test_runs_shorter_than_asked_are_not_evidence():
    assert evidence(ONE[:7] + NEW, ONE[:7] + TWO).passages == ()


def test_what_the_form_says_is_neither_matched_nor_counted():
    form = "本项目拟解决的关键科学问题如下"
    found = evidence(form + ONE, form + TWO, without=boilerplate([form]))
    assert (found.passages, found.a_letters) == ((), len(ONE))


def test_empty_texts_share_nothing():
    assert (evidence("", ONE).share_of_a, evidence(ONE, "").share_of_b) == (Fraction(0), Fraction(0))


def test_a_text_that_only_repeats_itself_is_still_compared():
    found = evidence("草原" * 4000, "草原" * 4000)
    assert found.share_of_a > Fraction(9, 10)


@given(TEXT, TEXT)
def test_passages_are_equal_in_both_and_overlap_in_neither(a, b):
    found = evidence(a, b, shortest=3)
    for side in ("a", "b"):
        ends = sorted((getattr(p, f"{side}_start"), getattr(p, f"{side}_end")) for p in found.passages)
        assert all(end <= start for (_, end), (start, _) in pairwise(ends))
    for p in found.passages:
        assert normalise(a[p.a_start : p.a_end]) == normalise(b[p.b_start : p.b_end])


@given(st.permutations([ONE, TWO, NEW]))
def test_a_reordered_text_is_copied_whole(parts):
    assert evidence("\n".join(parts), ONE + TWO + NEW).share_of_a == Fraction(1)
