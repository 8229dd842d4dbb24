"""Every reason that the house can give has its sentence, in Chinese and in English, with the values it is given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kechuang.casework.pages import roles_page
from kechuang.engines.forms.sentences import SENTENCES as OF_FORMS
from kechuang.faces.web.reasons import SAID
from kechuang.faces.web.sentences import SENTENCES

SOURCE = Path(__file__).resolve().parents[2] / "src/kechuang"
ROOMS = ("parties", "casework", "desks", "faces/importing", "faces/web", "engines/flow")
GIVEN = re.compile(r'(?:Reason|Finding\.fail|Finding\.warn)\(\s*"([a-z_]+)"')
IN_FORM = {"input"}


def codes_given(text: str) -> set[str]:
    """The codes of reasons that a file gives."""
    return set(GIVEN.findall(text))


def test_every_reason_has_its_sentence():
    files = [p for room in ROOMS for p in (SOURCE / room).rglob("*.py")]
    given = {code for path in files for code in codes_given(path.read_text("utf-8"))}
    assert sorted(given - set(SAID) - set(SENTENCES) - set(OF_FORMS) - IN_FORM) == []


def test_chinese_and_english_name_the_same_values():
    named = {
        code: [set(re.findall(r"{(\w+)}", text)) for text in pair]
        for code, pair in SAID.items()
        if code != "roles_apart"
    }
    assert [code for code, (zh, en) in named.items() if zh != en] == []


def test_a_reason_without_a_sentence_would_be_seen():
    assert codes_given('raise Refused(Reason("never_worded", a=1))') == {"never_worded"}


ROLE = re.compile(r'\brole="([a-z_]+)"')


def roles_written(text: str) -> set[str]:
    """The roles in which a file lets records be written."""
    return set(ROLE.findall(text))


@pytest.mark.django_db
def test_every_role_that_stands_in_a_record_has_its_title():
    files = [p for room in ("casework", "desks") for p in (SOURCE / room).rglob("*.py")]
    written = {role for path in files for role in roles_written(path.read_text("utf-8"))}
    page = roles_page()
    assert [role for role in sorted(written) if page.title(role)["zh"] == role] == []
    assert roles_written('note(unit, "found", role="nobody")') == {"nobody"} and page.title("nobody")["zh"] == "nobody"
