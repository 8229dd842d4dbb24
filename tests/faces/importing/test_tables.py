"""Which bytes are which letters, and which tables are refused."""

from __future__ import annotations

import pytest
from xlsxwriter import Workbook

from kechuang.faces.importing import tables
from kechuang.faces.importing.tables import decoded, reads_as_chinese, rows_of
from kechuang.words.outcome import Refused

TEXT = "项目编号,项目名称\r\n2017MS0101,𠮷㐂草原碳汇计量研究\r\n"


def refused(run) -> list[str]:
    with pytest.raises(Refused) as told:
        run()
    return [reason.code for reason in told.value.reasons]


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_is_read_from_every_encoding_that_is_understood(name):
    assert decoded(TEXT.encode(name)) == TEXT


def test_big_endian_with_its_mark_is_read():
    assert decoded(b"\xfe\xff" + TEXT.encode("utf-16-be")) == TEXT


@pytest.mark.parametrize(
    "content",
    [
        "Hélène à Évian, forêt boréale".encode("latin-1"),
        "東京大学の研究、カタカナ、ひらがな".encode("shift_jis"),
        TEXT.encode("utf-16-le"),
        "项目".encode("gb18030") + b"\xff\xff",
        b"\xff\xfe\x00",
    ],
    ids=["latin-1", "shift-jis", "utf-16 without a mark", "broken gb18030", "half a letter"],
)
def test_what_cannot_be_told_apart_is_refused_and_never_guessed(content):
    assert refused(lambda: decoded(content)) == ["encoding_unclear"]


def test_common_characters_read_as_chinese_and_rare_ones_do_not():
    assert [reads_as_chinese(text) for text in ("草原生态研究", "plain", "龘靐齉爩鱻", "草原\ue000")] == [
        True,
        True,
        False,
        False,
    ]


def test_rows_have_their_number_in_the_file_and_empty_ones_are_left_out(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(" 编号 ,名称\nA1, 一 \n,\nA2,二\n", "utf-8")
    assert list(rows_of(file)) == [(2, {"编号": "A1", "名称": "一"}), (4, {"编号": "A2", "名称": "二"})]


def with_formula(file, value):
    with Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "已拨"])
        sheet.write(1, 0, "A1")
        sheet.write_formula(1, 1, "=40*2", None, value)
    return file


def test_a_formula_that_was_saved_without_its_value_is_refused_and_not_read_as_nothing(tmp_path):
    assert refused(lambda: list(rows_of(with_formula(tmp_path / "t.xlsx", "")))) == ["formula_without_value"]


def test_a_formula_counts_by_the_value_that_was_saved_with_it(tmp_path):
    assert list(rows_of(with_formula(tmp_path / "t.xlsx", 80))) == [(2, {"编号": "A1", "已拨": "80"})]


@pytest.mark.parametrize(("content", "code"), [(b",,\nA,B\n", "head_missing"), (b"PK\x03\x04nothing", "not_a_table")])
def test_what_is_no_table_is_refused(tmp_path, content, code):
    file = tmp_path / "t"
    file.write_bytes(content)
    assert refused(lambda: list(rows_of(file))) == [code]


def test_a_file_that_is_not_there_is_named_without_its_folder(tmp_path):
    with pytest.raises(Refused) as told:
        list(rows_of(tmp_path / "gone.csv"))
    assert [(r.code, r.values) for r in told.value.reasons] == [("file_missing", {"name": "gone.csv"})]


def test_more_bytes_or_rows_than_the_limit_are_refused(tmp_path, monkeypatch):
    file = tmp_path / "t.csv"
    file.write_text("a\n1\n2\n3\n", "utf-8")
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    assert refused(lambda: list(rows_of(file))) == ["table_too_many_rows"]
    monkeypatch.setattr(tables, "MOST_BYTES", 7)
    assert refused(lambda: list(rows_of(file))) == ["table_too_large"]


def test_a_cell_longer_than_excel_allows_is_no_table(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("a\n" + "x" * (tables.MOST_CELL + 1) + "\n", "utf-8")
    assert refused(lambda: list(rows_of(file))) == ["not_a_table"]
