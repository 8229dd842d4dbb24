"""What a fault of a page says is a pattern with named fields, so that a face can say it in the reader's language."""

import ast

import pytest

from tests.house import phrases


def read(source):
    tree = ast.parse(source)
    return phrases.Reading("planted.py", tree, phrases.saying([tree]))


def test_every_fault_of_a_page_is_a_pattern_with_its_values():
    found = [f"{one.file}:{line}: {why}" for one in phrases.readings() for line, why in one.faults]
    assert found == []


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
