"""A command speaks the language of its terminal."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files

import pytest
from typer.testing import CliRunner

from kechuang.engines.ledger import Report
from kechuang.faces.cli import check, explain, spoken, verify, verify_draw

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


def test_check_says_what_is_wrong_and_how_to_mend_it_in_it(monkeypatch, tmp_path):
    whole = tmp_path / "book"
    shutil.copytree(str(files("kechuang.book")), whole, ignore=shutil.ignore_patterns("__pycache__"))
    page = whole / "policies" / "instrument-use.yaml"
    page.write_text(page.read_text("utf-8").replace("use.fee * rate", "use.fee * rte"), "utf-8")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    ran = RUN.invoke(check.app, ["--dir", str(whole)])
    assert ran.exit_code == 1
    assert "列：没有名称“rte”（是不是想写 rate？）" in ran.stdout and "unknown name" not in ran.stdout
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert "unknown name 'rte' (did you mean rate?)" in RUN.invoke(check.app, ["--dir", str(whole)]).stdout
    plain = json.loads(RUN.invoke(check.app, ["--dir", str(whole), "--json"]).stdout)["faults"]
    assert {"file", "line", "column", "why", "mend"} == set(plain[0]) and "unknown name 'rte'" in plain[0]["why"]


def test_explain_refuses_in_the_language_it_explains_in():
    said = RUN.invoke(explain.app, ["technology-trade", "--lang", "zh", "--on", "gestern"]).stderr
    assert "“gestern”不是日期（请写 2019-06-01）" in said
    assert (
        "'gestern' is no date"
        in RUN.invoke(explain.app, ["technology-trade", "--lang", "en", "--on", "gestern"]).stderr
    )


def test_verify_says_what_it_saw_in_it(monkeypatch):
    monkeypatch.setattr(verify, "known_keys", list)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    seen = Report((), 0, 0, 0, 0, 0, 2)
    assert verify.told(seen, []).endswith("已由签名检查点覆盖 0 条，2 条等待封存")
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert verify.told(seen, []).startswith("no fault: 0 records, ")


@pytest.mark.parametrize("text", ["", "{"])
def test_what_is_no_certificate_is_refused_in_a_sentence(monkeypatch, tmp_path, text):
    (tmp_path / "certificate.json").write_text(text, "utf-8")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    ran = RUN.invoke(verify_draw.app, [str(tmp_path / "certificate.json")])
    assert (ran.exit_code, ran.stderr) == (2, "读不出来，请给抽取凭证的 JSON 文件\n")
