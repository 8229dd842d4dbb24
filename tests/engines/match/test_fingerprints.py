"""Fingerprints are stable, thin, and shared by every shared passage of nine letters."""

from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.match import boilerplate, containment, sketch, sketches
from kechuang.engines.match.fingerprints import GRAM, WINDOW, codes, gram_hashes, unsigned, winnowed

LETTERS = st.text(alphabet="草原生态修复技术研究与示范推广abc", min_size=0, max_size=80)
PASSAGE = "牧区节水灌溉关键技术集成与示范"


def test_a_sketch_is_the_same_on_every_machine_and_every_day():
    assert sketch("草原生态修复技术") == (7416663316346809070,), "a changed hash makes every stored index worthless"


def test_width_and_punctuation_leave_the_sketch_as_it_is():
    assert sketch("ＡＢＣ 草原，生态修复技术！") == sketch("abc草原生态修复技术")


def test_an_empty_text_has_no_fingerprints():
    assert sketch("，。") == ()


def test_a_text_shorter_than_a_gram_has_one_fingerprint():
    assert len(sketch("草原")) == 1


@given(LETTERS)
def test_a_sketch_is_rising_without_repeats(text):
    made = sketch(text)
    assert list(made) == sorted(set(made))


@given(LETTERS)
def test_a_sketch_is_made_of_the_hashes_of_the_text_grams(text):
    assert set(sketch(text)) <= set(gram_hashes(codes(text)).view("int64").tolist())


@given(LETTERS, LETTERS)
def test_a_shared_passage_of_nine_letters_shares_a_fingerprint(before, after):
    assert len(PASSAGE) >= GRAM + WINDOW - 1
    assert containment(sketch(PASSAGE), sketch(before + PASSAGE + after)) > 0


def test_winnowing_keeps_fewer_than_half_of_the_grams():
    text = "".join(chr(0x4E00 + (place * 7919) % 9973) for place in range(1000))
    hashed = gram_hashes(codes(text))
    assert len(hashed) == 995
    assert 330 <= len(winnowed(hashed)) <= 450


def test_a_sketch_turns_back_into_its_array():
    text = "草原生态修复技术研究与示范"
    assert unsigned(sketch(text)).tolist() == winnowed(gram_hashes(codes(text))).tolist()


def test_what_the_form_asks_everyone_to_write_is_subtracted():
    form = boilerplate(["本项目拟解决的关键科学问题如下"])
    assert sketch("本项目拟解决的关键科学问题如下", without=form) == ()


def test_the_applicants_own_words_stay_when_boilerplate_is_subtracted():
    form = boilerplate(["本项目拟解决的关键科学问题如下"])
    own = sketch("本项目拟解决的关键科学问题如下：" + PASSAGE, without=form)
    assert containment(sketch(PASSAGE), own) == 1.0


def test_every_section_has_its_own_sketch():
    assert sketches({"goal": PASSAGE, "budget": ""}) == {"goal": sketch(PASSAGE), "budget": ()}


def test_containment_is_the_share_of_the_part():
    assert containment((1, 2, 3, 4), (2, 4, 6)) == 0.5


def test_nothing_is_contained_by_nothing():
    assert containment((), (1,)) == 0.0
