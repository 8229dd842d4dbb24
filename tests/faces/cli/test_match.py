"""The match commands read files people have and write lines programs read."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from kechuang.engines.match import Builder, normalise
from kechuang.faces.cli.match import app
from kechuang.faces.cli.match_files import Draft, Written, opened
from kechuang.faces.cli.search import app as search_app

GRASS = "针对草原退化问题研究羊草补播与围封轮牧相结合的生态修复技术体系并在锡林郭勒建立示范区。"
WATER = "开展河套灌区引黄灌溉水盐运移规律监测与节水控盐精准调控关键技术的研发和示范应用。"
MILK = "筛选具有自主知识产权的益生乳酸菌菌株并开发适用于牧区的发酵乳制品加工工艺和装备。"
TABLE = f"""no,title,abstract,who,kind,started,place,field
g1,草原生态修复,{GRASS},li,case,2019-05,152500,C0301
w1,河套节水控盐,{WATER},wang,case,2021-01,150800,E0901
m1,乳酸菌菌株,{MILK},zhao,record,2020,150100,C2001
"""
COLUMNS = ["--id", "no", "--text", "title", "--text", "abstract"]
FILTERS = ["--kind", "kind", "--year", "started", "--place", "place"]


def run(*words, command=app):
    return CliRunner().invoke(command, [str(word) for word in words])


def lines(*words, command=app):
    done = run(*words, command=command)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def file(path, text, encoding="utf-8"):
    path.write_text(text, encoding)
    return path


@pytest.fixture
def table(tmp_path):
    return file(tmp_path / "table.csv", TABLE)


@pytest.fixture
def index(tmp_path, table):
    done = run("build", table, *COLUMNS, *FILTERS, "--out", tmp_path / "index")
    assert done.exit_code == 0, done.output
    return tmp_path / "index"


def test_a_row_is_answered_with_a_line_of_its_nearest_documents(tmp_path, index):
    asked = file(tmp_path / "asked.csv", f"no,title,abstract\nx,新标题,{GRASS}\n")
    line = lines("query", index, asked, *COLUMNS, "--json")[0]
    hit = line["hits"][0]
    assert (line["id"], hit["id"], hit["shares"]) == ("x", "g1", {"title": 0.0, "abstract": 1.0})
    assert 0.5 < hit["score"] <= 1 and 0.5 < hit["share"] <= 1


def test_only_as_many_hits_as_asked_for(tmp_path, index):
    asked = file(tmp_path / "asked.csv", f"no,title,abstract\nx,,{GRASS}{WATER}{MILK}\n")
    assert [len(line["hits"]) for line in lines("query", index, asked, *COLUMNS, "--top", 2, "--json")] == [2]


def test_a_row_may_leave_its_own_document_out(index, table):
    assert [line["hits"] for line in lines("query", index, table, *COLUMNS, "--others", "--json")] == [[], [], []]


def test_a_section_of_weight_zero_is_not_compared(tmp_path, index):
    asked = file(tmp_path / "asked.csv", f"no,title,abstract\nx,{GRASS},{WATER}\n")
    found = lines("query", index, asked, *COLUMNS, "--weight", "abstract=0", "--json")[0]["hits"]
    assert [hit["id"] for hit in found] == ["g1"]


def test_the_text_of_the_form_is_subtracted(tmp_path, index):
    asked = file(tmp_path / "asked.csv", f"no,title,abstract\nx,,{GRASS}{WATER}\n")
    form = file(tmp_path / "form.txt", WATER)
    found = lines("query", index, asked, *COLUMNS, "--form", form, "--json")[0]["hits"]
    assert [hit["id"] for hit in found] == ["g1"]


def test_people_get_a_table_instead_of_lines(index, table):
    shown = run("query", index, table, *COLUMNS).output
    assert all(name in shown for name in ("g1", "w1", "m1", "score"))


def test_files_in_the_national_encoding_are_read(tmp_path):
    table = file(tmp_path / "gb.csv", TABLE, "gb18030")
    assert run("build", table, *COLUMNS, "--out", tmp_path / "index").exit_code == 0
    assert [hit["id"] for hit in lines("query", tmp_path / "index", table, *COLUMNS, "--json")[0]["hits"]] == ["g1"]


def test_a_file_in_neither_encoding_is_refused(tmp_path):
    (tmp_path / "bad.csv").write_bytes(b"no,title\n1,\xff\xff\xff\n")
    done = run("build", tmp_path / "bad.csv", "--id", "no", "--text", "title", "--out", tmp_path / "index")
    assert (done.exit_code, (tmp_path / "index").exists()) == (2, False)


def test_a_missing_column_is_named_and_nothing_is_left_behind(tmp_path, table):
    done = run("build", table, "--id", "no", "--text", "body", "--out", tmp_path / "index")
    assert (done.exit_code, "no column body" in done.output) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["table.csv"]


def test_a_folder_that_is_no_index_is_left_alone(tmp_path, table):
    file(tmp_path / "precious.txt", "x")
    done = run("build", table, *COLUMNS, "--out", tmp_path)
    assert (done.exit_code, (tmp_path / "precious.txt").read_text()) == (2, "x")


def test_an_index_is_replaced_by_a_newer_one(tmp_path, index):
    newer = file(tmp_path / "newer.csv", f"no,title,abstract\nn1,,{GRASS}\n")
    assert run("build", newer, *COLUMNS, "--out", index).exit_code == 0
    assert [hit["id"] for hit in lines("query", index, newer, *COLUMNS, "--json")[0]["hits"]] == ["n1"]


def test_a_repeated_id_is_kept_once_and_said(tmp_path, table):
    done = run("build", table, table, *COLUMNS, "--out", tmp_path / "index")
    assert (done.exit_code, "3 rows repeat an id" in done.output) == (0, True)
    assert "3 documents" in done.output


def test_many_rows_are_read_by_workers_to_the_same_index(tmp_path, monkeypatch, table):
    monkeypatch.setattr("kechuang.faces.cli.match.BATCH", 1)
    monkeypatch.setattr("kechuang.faces.cli.match.ALONE", 1)
    assert run("build", table, *COLUMNS, "--out", tmp_path / "index").exit_code == 0
    found = lines("query", tmp_path / "index", table, *COLUMNS, "--json")
    assert [line["hits"][0]["id"] for line in found] == ["g1", "w1", "m1"]


def test_the_shared_passages_of_two_files_have_their_places_in_both(tmp_path):
    a = file(tmp_path / "a.txt", "前言。" + GRASS)
    b = file(tmp_path / "b.txt", WATER + GRASS)
    line = lines("evidence", a, b, "--json")[0]
    end = len(GRASS) - 1
    assert line["passages"] == [
        {"a": [3, 3 + end], "b": [len(WATER), len(WATER) + end], "letters": end, "text": GRASS[:-1]}
    ]
    assert line["letters"] == {"a": end + 2, "b": end + len(WATER) - 1, "shared": end}


def test_evidence_is_shown_to_people_too(tmp_path):
    a = file(tmp_path / "a.txt", GRASS)
    assert "A 100.0%  B 100.0%" in run("evidence", a, a).output


def test_a_file_that_is_not_there_is_said(tmp_path, table):
    assert run("evidence", tmp_path / "none", table).exit_code == 2
    assert run("query", tmp_path, table, *COLUMNS).exit_code == 2


def test_the_people_nearest_to_a_text_come_with_the_words_that_say_why(tmp_path, table):
    asked = file(tmp_path / "asked.csv", "no,abstract\nq,羊草、乳酸菌\n")
    line = lines("experts", table, "--person", "who", "--text", "abstract", "--query", asked, "--id", "no", "--json")[0]
    assert {hit["person"]: (hit["work"], hit["words"]) for hit in line["hits"]} == {
        "li": ("g1", ["羊草"]),
        "zhao": ("m1", ["乳酸", "乳酸菌"]),
    }


def test_the_work_of_the_same_id_may_be_left_out(table):
    options = ["--person", "who", "--text", "title", "--id", "no", "--codes", "field", "--query", table]
    found = lines("experts", table, *options, "--leave-one-out", "--json")
    assert [[hit["person"] for hit in line["hits"]] for line in found] == [["zhao"], [], ["li"]]


def test_leaving_one_out_needs_ids(table):
    assert (
        run("experts", table, "--person", "who", "--text", "title", "--query", table, "--leave-one-out").exit_code == 2
    )


def found(index, *words):
    return [hit["id"] for hit in lines(index, *words, "--json", command=search_app)[0]["hits"]]


def test_search_finds_by_words_and_filters(index):
    assert found(index, "羊草") == ["g1"]
    assert found(index, "羊草", "乳酸菌", "--kind", "record") == ["m1"]
    assert found(index, "羊草", "灌溉", "--year", "2020-2022") == ["w1"]
    assert found(index, "羊草", "灌溉", "--year", "2019") == ["g1"]
    assert found(index, "羊草", "灌溉", "--place", "1508") == ["w1"]


def test_search_takes_a_table_of_synonyms(tmp_path, index):
    table = file(tmp_path / "same.csv", "word,synonym\n草地,草原\n")
    assert (found(index, "草地"), found(index, "草地", "--synonyms", table)) == ([], ["g1"])


def test_search_marks_the_words_in_a_snippet(index):
    hit = lines(index, "羊草", "--json", command=search_app)[0]["hits"][0]
    assert [hit["snippet"][start:end] for start, end in hit["marks"]] == ["羊草"]
    assert (hit["title"], hit["year"], hit["place"]) == ("草原生态修复", 2019, "152500")


def test_search_says_when_there_is_nothing(index):
    assert "nothing found" in run(index, "量子", command=search_app).output


def test_an_index_without_words_answers_copies_but_not_searches(tmp_path, table):
    assert run("build", table, *COLUMNS, "--no-search", "--out", tmp_path / "bare").exit_code == 0
    assert [hit["id"] for hit in lines("query", tmp_path / "bare", table, *COLUMNS, "--json")[0]["hits"]] == ["g1"]
    assert run(tmp_path / "bare", "羊草", command=search_app).exit_code == 2


def test_a_year_that_is_none_is_refused(index):
    assert run(index, "羊草", "--year", "soon", command=search_app).exit_code == 2


@pytest.mark.parametrize("parts", [[], [[]], [[1, 2], [3]], [[7] * 1000] * 11])
def test_a_column_written_as_it_grows_is_read_as_if_written_at_once(tmp_path, parts):
    column = Written(tmp_path / "letters.npy", np.uint16)
    for part in parts:
        column.extend(np.array(part, dtype=np.uint16))
    wanted = [one for part in parts for one in part]
    assert (column.whole().tolist(), np.load(tmp_path / "letters.npy").tolist()) == (wanted, wanted)


def test_letters_are_on_disk_before_the_index_is_whole(tmp_path):
    draft = Draft(tmp_path / "index")
    builder = Builder(draft.letters)
    builder.add(["g1"], [[GRASS]])
    before = (tmp_path / ".index.draft" / "prints" / "letters.npy").stat().st_size
    builder.add(["w1"], [[WATER]])
    grown = (tmp_path / ".index.draft" / "prints" / "letters.npy").stat().st_size - before
    assert grown == 2 * len(normalise(WATER))
    draft.keep(builder.segment(), {})
    assert [len(opened(tmp_path / "index").index.segments[0].text(n)) for n in (0, 1)] == [
        len(normalise(text)) for text in (GRASS, WATER)
    ]
