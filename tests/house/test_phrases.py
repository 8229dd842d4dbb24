"""What a fault of a page says is a pattern with named fields, so that a face can say it in the reader's language."""

import ast

import pytest

from kechuang.faces import catalogue
from kechuang.faces.tongues import CHINESE, tongue
from tests.house import phrases


def read(source):
    tree = ast.parse(source)
    return phrases.Reading("planted.py", tree, phrases.saying([tree]))


def test_every_fault_of_a_page_is_a_pattern_with_its_values():
    found = [f"{one.file}:{line}: {why}" for one in phrases.readings() for line, why in one.faults]
    assert found == []


def test_every_pattern_has_its_chinese_with_the_same_fields():
    patterns = [pattern for one in phrases.readings() for pattern in one.patterns]
    assert phrases.untold(patterns, tongue("zh").patterns) == []


def test_the_catalogue_says_nothing_that_nothing_asks_for():
    helped: set[str] = set()
    sources = " ".join(" ".join(path.read_text("utf-8").split()) for path in phrases.PACKAGE.rglob("*.py"))
    for other in (CHINESE / "help.po", catalogue.TERMINAL):  # held by the tests of the commands
        helped |= {entry[0] for entry in catalogue.parse(other.read_text("utf-8"))}
    own = tongue("zh").patterns.keys() - helped
    idle = [text for text in own if text not in sources.replace('\\"', '"')]
    assert idle == []


def test_a_pattern_without_chinese_or_with_other_fields_is_found():
    found = read('BadPage(path, "no state {name!r}", "one of {known}", name=1, known=2)').patterns
    both = {"no state {name!r}": "没有状态“{name}”", "one of {known}": "可写：{known}"}
    assert phrases.untold(found, both) == []
    assert phrases.untold(found, both | {"one of {known}": "可写：{knwon}"}) == [
        "planted.py:1: other fields in Chinese: one of {known}"
    ]
    assert phrases.untold(found, {"one of {known}": "可写：{known}"}) == [
        "planted.py:1: no Chinese for: no state {name!r}"
    ]


def test_the_patterns_are_found():
    assert sum(len(one.patterns) for one in phrases.readings()) > 700


@pytest.mark.parametrize(
    "source",
    [
        'BadPage(path, f"no state {name}", "name one")',
        'BadPage(path, "no state", f"name one of {known}")',
        'BadPage(path, "no state {name}", "name one")',
        'BadPage(path, "no state", "name one", name=name)',
        'BadPage(path, "no state {nane}", "name one", name=name)',
        'BadPage(path, "no state " + name, "name one")',
        'BadPage(path, "no state {}".format(name), "name one")',
        'BadPage(path, "no state" if early else f"no {what}", "name one")',
        'Phrase(f"no state {name}")',
        'def a(name):\n why = f"no state {name}"\n raise BadPage("", why, "name one")',
        'def a(said):\n raise BadPage("", said, "name one")',
        'def near(name) -> str: ...\nBadPage(path, "no state", near(name))',
        'def no(why, mend=""):\n raise BadPage("", why, mend)\nno(f"no state {name}")',
        'MENDS = {1: "write {x}"}\nBadPage(path, "no {x}", MENDS[1] + "!", x=1)',
    ],
)
def test_a_text_that_no_catalogue_can_follow_is_found(source):
    assert read(source).faults


@pytest.mark.parametrize(
    ("source", "patterns"),
    [
        ('BadPage(path, "no state {name!r}", "one of {known}", name=1, known=2)', ["no state {name!r}", "one of {known}"]),
        ('BadPage(path, bad.why, bad.mend, column=3)', []),
        ('BadPage(path, "write {zh: …}", line=1)', ["write {zh: …}"]),
        ('def a(one):\n mend = "a" if one else Phrase("b {x}", x=1)\n raise BadPage("", "c", mend)', ["c", "a", "b {x}"]),
        ('def near(name) -> Phrase: ...\nBadPage(path, "no state", near(name))', ["no state"]),
        ('SAID = {"a": "write a"}\ndef a():\n raise BadPage("", "no", SAID["a"])', ["no", "write a"]),
        ('def no(why, **values):\n raise BadPage("", why, **values)\nno("no {x}", x=1)', ["no {x}"]),
    ],
)  # fmt: skip
def test_what_a_fault_says_is_read_from_the_sources(source, patterns):
    found = read(source)
    assert found.faults == []
    assert sorted(one.text for one in found.patterns) == sorted(patterns)
