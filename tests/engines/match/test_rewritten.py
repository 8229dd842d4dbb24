"""Sentences told again in other words are shown beside each other; what is copied or merely alike in form is not."""

from kechuang.engines.match import boilerplate, evidence, rewritten

FIRST = "本项目研究荒漠草原围封恢复过程中土壤微生物群落结构的变化规律。在四子王旗设置不同年限的样地并按季节采集土样。"
AGAIN = "本课题探讨荒漠草原围封修复期间土壤微生物群落结构的演变特征。"
OTHER = "稀土钢轨在高寒重载线路上的疲劳裂纹扩展速率尚不清楚。本课题通过现场监测与实验室加载相结合获得寿命预测模型。"


def told(a: str, b: str, **given) -> list[tuple[str, str]]:
    return [(a[one.a_start : one.a_end], b[one.b_start : one.b_end]) for one in rewritten(a, b, **given)]


def test_a_sentence_in_other_words_is_found_where_it_stands_in_both():
    assert told(AGAIN, OTHER + FIRST) == [(AGAIN[:-1], FIRST.split("。")[0])]


def test_unlike_sentences_are_not_brought_together():
    assert told(OTHER, FIRST) == []


def test_a_sentence_that_is_copied_is_left_to_the_evidence():
    copied = evidence(FIRST, FIRST)
    assert (told(FIRST, FIRST, copied=copied.passages), len(told(FIRST, FIRST))) == ([], 2)


def test_what_was_copied_once_is_not_told_again_as_other_words():
    twice = FIRST.split("。")[0] + "。"
    copied = evidence(twice * 2, FIRST)
    assert (len(copied.passages), told(twice * 2, FIRST, copied=copied.passages)) == (1, [])


def test_only_the_letters_that_are_not_copied_are_counted():
    mine = "荒漠草原围封恢复过程里土壤微生物群落组成的演变特点"
    found = evidence(mine, FIRST, shortest=8)
    (one,) = rewritten(mine, FIRST, copied=found.passages)
    assert one.length == found.a_letters - found.shared > 0


def test_every_sentence_is_used_once():
    assert told(AGAIN * 3, FIRST) == [(AGAIN[:-1], FIRST.split("。")[0])]


def test_what_the_form_says_is_nobodys_own():
    assert told(AGAIN, FIRST, without=boilerplate([AGAIN])) == []


def test_a_sentence_of_a_few_letters_says_too_little():
    assert told("开展三年的田间试验。", "进行三年的田间试验。") == []


def test_english_is_read_by_its_words():
    mine = "We study how grazing exclusion changes the microbial community of desert steppe soils"
    theirs = "This work studies how grazing exclusion alters the microbial community of desert steppe soils"
    other = "Fatigue cracks in rails under heavy loads grow at rates that nobody has measured in the cold"
    assert (told(mine, f"{other}.\n{theirs}."), told(mine, other)) == ([(mine, theirs + ".")], [])


def test_it_takes_the_most_alike_first():
    near = "本课题研究荒漠草原围封恢复过程中土壤微生物群落结构的变化特征"
    assert told(near, f"{AGAIN}{FIRST}") == [(near, FIRST.split("。")[0])]


def test_a_text_of_thousands_of_sentences_is_read_in_time_and_bounded():
    many = "".join(f"第{number}号样地在{number * 7}号剖面上按规程取土并记录数据。" for number in range(3000))
    assert len(rewritten(many, many)) <= 2000
