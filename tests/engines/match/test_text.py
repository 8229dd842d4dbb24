"""Texts are read one way: letters for copies, tokens for words."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.match import aligned, normalise, placed_tokens, tokens
from kechuang.engines.match.text import occurrences

CHINESE = st.text(alphabet="草原生态修复技术ＡＢｃ１２３㎡，。 ；\n\u0301é()", max_size=60)


def test_width_case_spaces_and_punctuation_make_no_difference():
    assert normalise("ＡＢc－１２３，《草原》 生态。") == "abc123草原生态"


def test_a_text_of_punctuation_alone_has_no_letters():
    assert normalise(" ，。——_ ") == ""


def test_each_letter_knows_the_place_it_came_from():
    assert aligned("草，原 Ａ") == ("草原a", [0, 2, 4])


def test_a_sign_that_opens_into_two_letters_has_one_place():
    assert aligned("5㎡地") == ("5m2地", [0, 1, 1, 2])


def test_an_accent_written_apart_belongs_to_its_letter():
    assert aligned("e\u0301x") == ("éx", [0, 2])


@given(CHINESE)
def test_aligned_letters_are_the_normalised_ones(text):
    assert aligned(text)[0] == normalise(text)


@given(CHINESE)
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


def test_tokens_are_words_and_their_parts_without_punctuation():
    assert tokens("内蒙古自治区，ＧＰＵ！") == ("内蒙", "蒙古", "自治", "内蒙古", "自治区", "内蒙古自治区", "gpu")


def test_an_empty_text_has_no_tokens():
    assert tokens("") == ()


def test_placed_tokens_say_where_they_stand():
    assert placed_tokens("测 ＧＰＵ 法") == (("测", 0, 1), ("gpu", 2, 5), ("法", 6, 7))


def test_a_letter_is_not_cut_from_the_marks_that_combine_with_it():
    assert placed_tokens("Ａ\u0301\u0301草")[0] == ("á", 0, 3)


@given(CHINESE)
def test_placed_tokens_read_what_stands_at_their_place(text):
    for word, start, end in placed_tokens(text):
        assert word in unicodedata.normalize("NFKC", text[start:end]).casefold()


def test_words_are_found_where_they_stand_whatever_their_width():
    assert occurrences("草原ＧＰＵ生态草原", {"草原", "gpu"}) == [(0, 2), (2, 5), (7, 9)]


def test_a_latin_word_is_not_found_within_another():
    assert occurrences("gpus cpu-gpu agpu", {"gpu"}) == [(9, 12)]


def test_a_word_being_typed_is_found_at_the_beginning_of_others():
    assert occurrences("gpus cpu", set(), begun="gp") == [(0, 2)]


def test_no_words_are_nowhere():
    assert occurrences("草原", set()) == []
