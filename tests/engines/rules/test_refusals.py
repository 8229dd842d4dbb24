"""Whatever is wrong with what the commands are given is answered in one sentence and with exit code 2, never with a trace."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from kechuang.engines.rules.sentences import SENTENCES, sentence
from kechuang.faces.cli import explain, population, simulate
from kechuang.words.reason import Reason

BENCH = str(Path(__file__).resolve().parents[3] / "bench" / "policy_book")
TABLES = ("enterprise", "trade", "use", "instrument")
RUN = CliRunner()


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = tmp_path_factory.mktemp("region")
    made = RUN.invoke(population.app, ["--firms", "40", "--out", str(folder), "--book", BENCH])
    assert made.exit_code == 0, made.output
    return folder


def _said(app, *told):
    """What a command says as it refuses."""
    ran = RUN.invoke(app, [str(one) for one in told])
    assert ran.exit_code == 2, (ran.output, ran.exception)
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    return " ".join(ran.output.replace("│", " ").replace("─", " ").split())


def _with(region, folder, name, change):
    for one in TABLES:
        table = pq.read_table(region / f"{one}.parquet")
        pq.write_table(change(table) if one == name else table, folder / f"{one}.parquet")


def _column(name, value):
    return lambda table: table.set_column(table.column_names.index(name), name, pa.array([value] * table.num_rows))


def _doubled(table):
    return pa.concat_tables([table, table])


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("enterprise", _doubled, "enterprise.eid: a key stands twice, or is missing"),
        ("trade", _column("tid", "T1"), "trade.tid: a key stands twice, or is missing"),
        ("trade", _column("ok", 2), "trade.ok: holds 2, where 0 is no and 1 is yes"),
        ("trade", _column("amount", -5), "trade.amount: holds -5, below what amount may be"),
        ("trade", lambda table: table.drop_columns(["amount"]), "the population lacks a column: trade.amount"),
    ],
)
def test_a_population_that_would_pay_wrongly_is_refused(region, tmp_path, table, change, said):
    _with(region, tmp_path, table, change)
    assert said in _said(simulate.app, "r1", "--book", BENCH, "--population", tmp_path)


def test_keys_in_any_order_are_keys(region, tmp_path):
    _with(region, tmp_path, "enterprise", lambda table: table.take(list(reversed(range(table.num_rows)))))
    asked = ["r1", "--book", BENCH, "--json", "--population"]
    assert (
        json.loads(RUN.invoke(simulate.app, [*asked, str(tmp_path)]).stdout)
        == json.loads(RUN.invoke(simulate.app, [*asked, str(region)]).stdout)
    )  # fmt: skip


@pytest.mark.parametrize("told", [b"", b"no parquet at all"])
def test_a_file_that_is_no_parquet_is_named(region, tmp_path, told):
    _with(region, tmp_path, "", lambda table: table)
    (tmp_path / "trade.parquet").write_bytes(told)
    assert "trade.parquet cannot be read" in _said(simulate.app, "r1", "--book", BENCH, "--population", tmp_path)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("", "trade.csv is empty: its first line names the columns"),
        ("tid,eid,day,amount,ok\n1,1,1,5\n2,2,2,5,true,7,8\n", "trade.csv cannot be read"),
        ("tid,eid,day,amount,ok\n1,1,1,NaN,true\n", "trade.amount: holds DOUBLE, not whole numbers"),
        ('tid,eid,day,amount,ok\n1,1,1,"1,000",true\n', "trade.amount: holds text, not whole numbers"),
    ],
)
def test_a_csv_file_that_cannot_be_read_is_named(region, tmp_path, told, said):
    _with(region, tmp_path, "", lambda table: table)
    (tmp_path / "trade.parquet").unlink()
    (tmp_path / "trade.csv").write_text(told, "utf-8")
    assert said in _said(simulate.app, "r1", "--book", BENCH, "--population", tmp_path)


def test_a_csv_file_of_texts_alone_or_without_a_row_is_read(region, tmp_path):
    _with(region, tmp_path, "", lambda table: table)
    (tmp_path / "trade.parquet").unlink()
    (tmp_path / "trade.csv").write_text("tid,eid,day,amount,ok\n", "utf-8")
    (tmp_path / "instrument.parquet").unlink()
    pa_csv.write_csv(pa.table({"iid": ["901", "902"], "owner": ["1", "2"]}), tmp_path / "instrument.csv")
    ran = RUN.invoke(simulate.app, ["r1", "r3", "--book", BENCH, "--json", "--population", str(tmp_path)])
    assert [(row["policy"], row["missing"]) for row in json.loads(ran.stdout)["totals"]] == [("r1", 0), ("r3", 0)]


def test_links_that_do_not_hold_keys_are_told(region, tmp_path):
    _with(region, tmp_path, "instrument", _column("iid", "a"))
    keys = pa.array([f"I{n}" for n in range(pq.read_table(tmp_path / "instrument.parquet").num_rows)])
    table = pq.read_table(tmp_path / "instrument.parquet")
    pq.write_table(table.set_column(table.column_names.index("iid"), "iid", keys), tmp_path / "instrument.parquet")
    said = _said(simulate.app, "r3", "--book", BENCH, "--population", tmp_path)
    assert "a link does not hold what the key it leads to holds" in said


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["--sweep", "r1.cap=5 元:1 元:1 元"], "a sweep whose last value is below its first"),
        (["--sweep", "r1.cap=1 元:5 元:0 元"], "a sweep whose step is not above nil"),
        (["--sweep", "r1.cap=1 元:5 元:-1 元"], "a sweep whose step is not above nil"),
        (["--sweep", "r1.cap=1 元:9000 元:1 元"], "a sweep of more than 200 steps"),
        (["--sweep", "r1.cap=1 元:5 人:1 元"], "have different units"),
        (["--sweep", "r4.award.1=1 元:5 元:1 元"], "r4 is not computed"),
        (["--set", "r9.rate=20 %"], "r9 is not computed"),
        (["--enable", "same_matter"], "--enable goes with --stacking"),
        (["--year", "0"], "not in the range"),
        (["--year", "1900"], "The step “amount” has no rule on 1900-12-31"),
        (["--threads", "0"], "not in the range"),
        (["--out", "totals.xlsx"], "totals.xlsx is neither .parquet nor .csv"),
        (["--out", "nowhere/totals.csv"], "there is no folder nowhere"),
        (["--records", __file__], "is a file, not a folder"),
        (["--as", "xlsx"], "'xlsx' is not one of"),
        (["--reform", "nowhere.yaml"], "there is no file nowhere.yaml"),
        (["--population", "nowhere"], "there is no folder nowhere"),
    ],
)
def test_what_simulate_cannot_do_is_said_before_anything_is_computed(region, told, said):
    assert said in _said(simulate.app, "r1", "--book", BENCH, "--population", region, *told)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["--on", "2019-13-01"], "'2019-13-01' is no date"),
        (["--lang", "fr"], "fr is no language of the house"),
        (["--case", "nowhere.yaml"], "there is no such file"),
        (["--given", "technical_paid=-5 元"], "is negative, which technical_paid may not be"),
        (["--given", "buyer.region=9999"], "no such code '9999'"),
        (["--given", "contract.x.y=1"], "contract has no 'x'"),
        (["--given", "buyer=3", "--given", "buyer.region=1501"], "buyer has a value already"),
        (["--given", "buyer.years.0.staff=1 人", "--given", "buyer.years.x.staff=1 人"], "'x' is no place in a list"),
    ],
)
def test_what_explain_cannot_read_is_said(told, said):
    assert said in _said(explain.app, "technology-trade", *told)


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:1/none", "nowhere"])
def test_a_database_that_is_not_there_is_said(url):
    told = ["r1", "--book", BENCH, "--engine", "postgresql", "--population", url]
    assert "the database cannot be reached" in _said(simulate.app, *told)


def test_a_place_that_cannot_be_written_to_is_said(region):
    told = ["r4", "--book", BENCH, "--population", region, "--out", "/proc/totals.csv"]
    assert "/proc/totals.csv cannot be written" in _said(simulate.app, *told)
    assert "the folder /proc/region cannot be made" in _said(population.app, "--firms", "3", "--out", "/proc/region")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("set: [a]", "set is no mapping"),
        ("end: [a]", "end is no mapping"),
        ("enable: same_matter", "enable is no list"),
        ("disable: {a: b}", "disable is no list"),
    ],
)
def test_a_misshapen_reform_is_told_with_file_and_line(region, tmp_path, told, said):
    (tmp_path / "odd.yaml").write_text(f"code: odd\n{told}\n", "utf-8")
    asked = ["r1", "--book", BENCH, "--population", region, "--reform", tmp_path / "odd.yaml"]
    assert said in _said(simulate.app, *asked)


@pytest.mark.parametrize("told", ["{bad", '"x"', "[]", "[1]"])
def test_a_case_file_that_holds_no_records_is_named(tmp_path, told):
    (tmp_path / "case.json").write_text(told, "utf-8")
    assert "case.json: " in _said(explain.app, "technology-trade", "--case", tmp_path / "case.json")


def test_what_cannot_be_computed_is_said_in_the_language_asked_for():
    told = ["hnte-score", "--given", "m_advanced=9 分"]
    assert _said(explain.app, *told) == "不能核算：评分9不在0到8之间，请改正评分"
    said = "cannot be computed: The mark 9 is not between 0 and 8; please correct it"
    assert _said(explain.app, *told, "--lang", "en") == said


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["--out", __file__], "is a file, not a folder"),
        (["--out", "x", "--year", "0"], "not in the range"),
        (["--out", "x", "--seed", "-1"], "not in the range"),
        (["--out", "x", "--as", "xlsx"], "'xlsx' is not one of"),
    ],
)
def test_what_population_cannot_do_is_said(told, said):
    assert said in _said(population.app, "--firms", "3", *told)


def test_populations_and_records_are_written_as_csv_too(region, tmp_path):
    made = RUN.invoke(population.app, ["--firms", "40", "--out", str(tmp_path), "--book", BENCH, "--as", "csv"])
    assert made.exit_code == 0, made.output
    told = ["r1", "r2", "--book", BENCH, "--records", str(tmp_path / "each"), "--as", "csv", "--json", "--population"]
    found = json.loads(RUN.invoke(simulate.app, [*told, str(tmp_path)]).stdout)
    assert found == json.loads(RUN.invoke(simulate.app, [*told, str(region)]).stdout)
    each = pa_csv.read_csv(tmp_path / "each" / "r1.csv")
    assert sum(each["entitled"].to_pylist()) == found["totals"][0]["entitled"]


def test_every_sentence_names_the_same_values_in_both_languages_and_an_unknown_fault_is_said_too():
    for code in SENTENCES:
        said = sentence(Reason(code, day="D", low=1, high=2, name="N", what="W"))
        assert "{" not in said["zh"] + said["en"], code
    assert sentence(Reason("never_heard")) == {
        "zh": "按现在的数字不能核算", "en": "It cannot be computed with these numbers",
    }  # fmt: skip


def test_every_fault_of_a_computation_has_its_sentence():
    source = Path(__file__).resolve().parents[3] / "src" / "kechuang"
    told = [path.read_text("utf-8") for room in ("formula", "engines/rules") for path in (source / room).rglob("*.py")]
    given = {part.partition('"')[0] for text in told for part in text.split('FormulaError("')[1:]}
    assert sorted(given - SENTENCES.keys()) == ["guard"]  # which has its page's own sentence
