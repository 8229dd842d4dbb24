"""The JSON Schema for editors accepts every page there is and refuses a misshapen one."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from kechuang.casework.book import packaged, read, sources_in
from kechuang.engines.rules.schema import page_schema
from kechuang.faces.cli import check
from tests.engines.rules.shelf import TRADE
from tests.engines.rules.shelf import read as page_of

BENCH = read(sources_in(Path(__file__).resolve().parents[3] / "bench" / "policy_book"))
PAGES = [(book, code) for book in (packaged(), BENCH) for code in book.codes("policies")]


def _plain(value):
    """A page as JSON has it: dates as text, keys too."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _faults(page):
    return [fault.json_path for fault in jsonschema.Draft202012Validator(page_schema()).iter_errors(_plain(page))]


@pytest.mark.parametrize(("book", "code"), PAGES, ids=[code for _, code in PAGES])
def test_every_page_fits_the_schema(book, code):
    assert _faults(book.page("policies", code).body) == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("subject: trade\n", "", "$"), ("payee:", "payyee:", "$"), ("floor fen", "down fen", "$.amount.round"),
        ("effective: {from: 2019-01-01}", "effective: {until: 2019-01-01}", "$.effective"),
        ("title: {zh: 交易, en: Deal}", "title: {zh: 交易}", "$.title"),
        ("amount:", "assumptions: [待确认]\namount:", "$.assumptions[0]"),
        ("amount:", "examples: [{name: 一笔, trades: [{}], expect: [0 元]}]\namount:", "$.examples[0].name"),
        ("amount:", "examples: [{name: {zh: 一, en: One}, trades: [{}]}]\namount:", "$.examples[0]"),
        ("amount:", "eligible: [{code: paid, when: trade.invoice_ok, zh: 无}]\namount:", "$.eligible[0]"),
        ("amount:", "let: {a: {zh: 一, en: One}}\namount:", "$.let.a"),
        (", round: floor fen", "", "$.amount"),
        ("amount:", "branches: {combine: highest, of: []}\namount:", "$.branches.of"),
    ],
)  # fmt: skip
def test_a_misshapen_page_does_not(old, new, path):
    assert _faults(page_of(TRADE.replace(old, new))) == [path]


def test_the_schema_is_itself_valid_and_plain_json():
    jsonschema.Draft202012Validator.check_schema(page_schema())
    assert json.loads(json.dumps(page_schema())) == page_schema()


def test_the_command_prints_the_schema_for_an_editor():
    ran = CliRunner().invoke(check.app, ["--schema"])
    assert ran.exit_code == 0
    assert json.loads(ran.stdout) == page_schema()
