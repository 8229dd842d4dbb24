"""A command speaks the language of its terminal."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from kechuang.faces.cli import check, explain, spoken

RUN = CliRunner()


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    for name in spoken.NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("said", "wanted"), [({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "en_US.UTF-8"}, "en"), ({"LANG": "C.UTF-8"}, "other"), ({}, "other"), ({"LANG": "zh_CN", "LC_ALL": "en_GB"}, "en")])  # fmt: skip
def test_the_first_locale_variable_that_is_set_says_the_language(monkeypatch, said, wanted):
    for name, text in said.items():
        monkeypatch.setenv(name, text)
    assert spoken.spoken("other") == wanted


def test_check_counts_and_explain_explains_in_it(monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert RUN.invoke(check.app, []).stdout.startswith("规则无误：")
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert RUN.invoke(check.app, []).stdout.startswith("the book is sound: ")
    given = ["technology-trade"]
    assert "Reference day" in RUN.invoke(explain.app, given).stdout
    assert "基准日" in RUN.invoke(explain.app, [*given, "--lang", "zh"]).stdout
