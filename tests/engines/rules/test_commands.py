"""`kechuang explain`, `simulate` and `population` as people call them."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from kechuang.faces.cli import explain, population, simulate
from tests.engines.rules.shelf import house_rules

pytestmark = pytest.mark.long
BENCH = str(Path(__file__).resolve().parents[3] / "bench" / "policy_book")
RUN = CliRunner()


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = tmp_path_factory.mktemp("region")
    made = RUN.invoke(population.app, ["--firms", "200", "--out", str(folder), "--book", BENCH])
    assert made.exit_code == 0, made.output
    return str(folder)


def _json(app, *told):
    ran = RUN.invoke(app, [*told, "--json"])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def test_explain_tells_the_amount_and_the_ceiling_that_bit():
    ran = RUN.invoke(explain.app, ["technology-trade", "--given", "technical_paid=3000 万元"])
    assert ran.exit_code == 0
    assert "结果  200.00 万元" in ran.stdout.splitlines()
    assert "上限  上限（先到先得） 已触及 = 200.00 万元" in ran.stdout.splitlines()


def test_explain_tells_what_the_ceiling_took_in_both_languages():
    given = ["technology-trade", "--given", "technical_paid=3000 万元"]
    assert "上限减少  100.00 万元" in RUN.invoke(explain.app, given).stdout.splitlines()
    english = RUN.invoke(explain.app, [*given, "--lang", "en"]).stdout.splitlines()
    assert "The ceiling takes  1,000,000.00 yuan" in english


def test_explain_says_which_answer_would_turn_a_refusal():
    ran = RUN.invoke(
        explain.app, ["instrument-use", "--given", "in_network=false", "--given", "fee=10 万元", "--lang", "en"]
    )
    assert any(line.startswith("Would turn it  ") and "yes instead of no" in line for line in ran.stdout.splitlines())


def test_explain_says_on_what_a_verdict_depends_and_why_a_branch_lost():
    lines = RUN.invoke(explain.app, ["hnte-score", "--on", "2019-06-01", "--lang", "en"]).stdout.splitlines()
    assert any(line.startswith("It depends on  Advancement, Support, ") for line in lines)
    given = ["top-firm-and-first-recognition", "--given", "top_tier=second", "--given", "first_hnte=true"]
    lost = "Branch  ✗ First recognition = 100,000.00 yuan (not taken: another one is higher)"
    assert lost in RUN.invoke(explain.app, [*given, "--lang", "en"]).stdout.splitlines()


def test_explain_speaks_english_and_reads_nested_fields():
    told = ["rnd-super-deduction", "--given", "projects.0.staff_cost=100 万元", "--on", "2023-06-01", "--lang", "en"]
    ran = RUN.invoke(explain.app, told)
    assert "Result  1,000,000.00 yuan" in ran.stdout.splitlines()


def test_explain_reads_a_case_whose_records_share_a_ceiling(tmp_path):
    case = tmp_path / "case.yaml"
    case.write_text("- {use_no: a, fee: 60 万元}\n- {use_no: b, fee: 20 万元}\n", "utf-8")
    assert _json(explain.app, "instrument-use", "--case", str(case))["amount"] == 15_000_000


def test_explain_says_what_would_turn_a_failed_score():
    ran = RUN.invoke(explain.app, ["tsme-score", "--given", "tech_staff=12 人", "--given", "rnd=40 万元", "--given", "enterprise.rights.0.ip_class=second",
                                   "--given", "enterprise.rights.1.ip_class=second", "--given", "enterprise.rights.2.ip_class=second",
                                   "--given", "enterprise.rights.3.ip_class=second"])  # fmt: skip
    assert "若改变  科技人员数增加3 人（由12 人变为15 人），即符合" in ran.stdout.splitlines()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["technology-trad"], "no policy 'technology-trad'"),
        (["technology-trade", "--given", "technical_payd=1 元"], "did you mean technical_paid?"),
        (["technology-trade", "--given", "technical_paid=1 人"], "is person, not money"),
    ],
)
def test_explain_answers_a_mistake_with_what_to_write(told, said):
    ran = RUN.invoke(explain.app, told)
    assert ran.exit_code == 2
    assert said in " ".join(ran.output.replace("│", " ").split())


def test_simulate_gives_every_policy_and_region_in_fen(region):
    told = _json(simulate.app, "--population", region, "--book", BENCH, "--by", "region")
    assert {row["policy"] for row in told["rows"]} == {f"r{n}" for n in range(1, 11)}
    assert set(told["rows"][0]) == {
        "policy", "region", "variant", "records", "recipients", "before", "entitled", "settled", "missing", "winners", "losers",
        "split",
    }  # fmt: skip
    assert sum(row["entitled"] for row in told["rows"]) == sum(row["entitled"] for row in told["totals"])


def test_the_houses_own_policies_are_simulated_on_a_region_made_for_them(tmp_path):
    assert RUN.invoke(population.app, ["--firms", "60", "--out", str(tmp_path)]).exit_code == 0
    told = _json(simulate.app, "--population", str(tmp_path))
    assert {row["policy"] for row in told["totals"]} == {
        code for code, policy in house_rules().policies.items() if policy.allot is None
    }


def test_where_none_is_named_policies_that_cannot_be_cut_so_are_told_and_left_out(tmp_path):
    assert RUN.invoke(population.app, ["--firms", "40", "--out", str(tmp_path)]).exit_code == 0
    ran = RUN.invoke(simulate.app, ["--population", str(tmp_path), "--by", "region", "--json"])
    assert "indirect-cost" in ran.stderr
    assert {"technology-trade", "tsme-score"} <= {row["policy"] for row in json.loads(ran.stdout)["rows"]}


def test_the_values_of_a_sweep_are_written_as_people_write_them(region):
    told = _json(simulate.app, "r1", "--population", region, "--book", BENCH, "--sweep", "r1.rate=5 %:10 %:2.5 %")
    assert [row["variant"] for row in told["totals"]] == ["today", "r1.rate=5 %", "r1.rate=7.5 %", "r1.rate=10 %"]


def test_simulate_sets_and_sweeps(region):
    told = _json(
        simulate.app, "r1", "--population", region, "--book", BENCH, "--sweep", "r1.cap=100 万元:300 万元:100 万元"
    )
    assert [row["variant"] for row in told["totals"]] == [
        "today",
        "r1.cap=100 万元",
        "r1.cap=200 万元",
        "r1.cap=300 万元",
    ]
    assert told["totals"][0]["entitled"] == told["totals"][2]["entitled"]


def test_simulate_writes_csv_and_a_table(region, tmp_path):
    out = tmp_path / "totals.csv"
    ran = RUN.invoke(simulate.app, ["r4", "--population", region, "--book", BENCH, "--by", "region", "--csv", str(out)])
    assert ran.exit_code == 0
    assert out.read_text("utf-8-sig").splitlines()[0].startswith("policy,region,variant,records")


def test_simulate_tells_what_each_step_of_a_sweep_costs(region):
    told = _json(
        simulate.app, "r2", "--population", region, "--book", BENCH, "--sweep", "r2.cap=10 万元:30 万元:10 万元"
    )
    sums = {row["variant"]: row["entitled"] for row in told["totals"]}
    first, second, third = (sums[f"r2.cap={n} 万元"] for n in (10, 20, 30))
    assert [(one["label"], one["due"]) for one in told["steps"]] == [
        ("r2.cap=20 万元", second - first),
        ("r2.cap=30 万元", third - second),
    ]
    assert Fraction(told["steps"][0]["share"]) * 10_000_000 == second - first


def test_simulate_gives_a_row_of_zeros_where_a_region_gets_nothing(region):
    told = _json(simulate.app, "--population", region, "--book", BENCH, "--by", "region")
    regions = {row["region"] for row in told["rows"]}
    assert all({row["region"] for row in told["rows"] if row["policy"] == f"r{n}"} == regions for n in range(1, 11))


def test_simulate_shows_winners_steps_spread_and_stacking(region):
    told = ["r1", "r6", "r7", "--population", region, "--book", BENCH, "--by", "region", "--distribution", "--stacking"]
    ran = RUN.invoke(simulate.app, [*told, "--enable", "same_matter", "--sweep", "r1.cap=1 万元:2 万元:1 万元"])
    assert ran.exit_code == 0, ran.output
    for heading in ("winners", "due for a unit more", "payees", "after stacking"):
        assert heading in ran.output
    assert "same_matter takes" in ran.output


def test_a_reform_that_enables_a_rule_between_policies_is_told_beside_today(region, tmp_path):
    (tmp_path / "once.yaml").write_text("code: once\nenable: [same_matter]\nset: {r7.grant: 40 万元}\n", "utf-8")
    asked = ("r6", "r7", "--population", region, "--book", BENCH, "--stacking", "--reform", str(tmp_path / "once.yaml"))
    told = _json(simulate.app, *asked)["stacking"]
    assert {row["variant"] for row in told["rows"]} == {"once"}  # today no rule is in force
    assert {row["stack"] for row in told["taken"]} == {"same_matter"}


def test_a_fault_of_a_reform_is_told_with_file_line_and_column(region, tmp_path):
    (tmp_path / "wide.yaml").write_text("code: wide\nset:\n  r1.cap: 3 万元\n  r1.cpa: 3 万元\n", "utf-8")
    ran = RUN.invoke(
        simulate.app, ["r1", "--population", region, "--book", BENCH, "--reform", str(tmp_path / "wide.yaml")]
    )
    assert ran.exit_code == 2
    assert "wide.yaml:4:11: no parameter 'r1.cpa' (did you mean cap?)" in " ".join(ran.output.replace("│", " ").split())


def test_simulate_names_the_rules_that_can_be_enabled(region):
    ran = RUN.invoke(simulate.app, ["r6", "--population", region, "--book", BENCH, "--stacking"])
    assert ran.exit_code == 2
    assert "--enable one of same_matter, ceiling" in " ".join(ran.output.replace("│", " ").split())


def test_simulate_writes_totals_and_records_as_parquet(region, tmp_path):
    out = tmp_path / "totals.parquet"
    told = ["r4", "r2", "--population", region, "--book", BENCH, "--out", str(out), "--records", str(tmp_path / "each")]
    assert RUN.invoke(simulate.app, told).exit_code == 0
    sums = {row["policy"]: row["entitled"] for row in pq.read_table(out).to_pylist()}
    each = {code: sum(pq.read_table(tmp_path / "each" / f"{code}.parquet")["entitled"].to_pylist()) for code in sums}
    assert each == sums


def test_a_population_of_csv_files_comes_to_the_same_as_of_parquet_files(region, tmp_path):
    for name in ("enterprise", "trade", "use", "instrument"):
        pa_csv.write_csv(pq.read_table(f"{region}/{name}.parquet"), tmp_path / f"{name}.csv")
    asked = ("--book", BENCH, "--by", "region", "--population")
    assert _json(simulate.app, *asked, str(tmp_path)) == _json(simulate.app, *asked, region)


def _with_column(region, folder, column, values):
    for name in ("enterprise", "trade", "use", "instrument"):
        table = pq.read_table(f"{region}/{name}.parquet")
        if name == "enterprise":
            table = table.set_column(table.column_names.index(column), column, values(table[column]))
        pq.write_table(table, folder / f"{name}.parquet")


@pytest.mark.parametrize(
    ("column", "kind"), [("staff", pa.int32()), ("top_tier", pa.int8()), ("region", pa.int64()), ("is_ht", pa.uint8())]
)
def test_a_population_whose_columns_are_narrower_or_numbers_comes_to_the_same(region, tmp_path, column, kind):
    _with_column(region, tmp_path, column, lambda values: values.cast(kind))
    asked = ("--book", BENCH, "--by", "region", "--population")
    assert _json(simulate.app, *asked, str(tmp_path)) == _json(simulate.app, *asked, region)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 1.5])
def test_a_population_with_decimals_is_refused_and_so_are_nan_and_infinity(region, tmp_path, odd):
    _with_column(region, tmp_path, "revenue", lambda values: pa.array([odd, *values.to_pylist()[1:]], pa.float64()))
    ran = RUN.invoke(simulate.app, ["--population", str(tmp_path), "--book", BENCH])
    assert ran.exit_code == 2
    assert "enterprise.revenue: holds DOUBLE, not whole numbers" in " ".join(ran.output.replace("│", " ").split())


def test_a_population_without_a_column_is_refused_with_its_name(region, tmp_path):
    for name in ("enterprise", "trade", "use", "instrument"):
        table = pq.read_table(f"{region}/{name}.parquet")
        pq.write_table(table.drop_columns(["cost"]) if name == "enterprise" else table, tmp_path / f"{name}.parquet")
    ran = RUN.invoke(simulate.app, ["r10", "--population", str(tmp_path), "--book", BENCH])
    assert ran.exit_code == 2
    assert "the population lacks a column: enterprise.cost" in " ".join(ran.output.replace("│", " ").split())


def test_simulate_loads_neither_the_tables_of_the_house_nor_what_only_people_look_at():
    told = "import sys; import kechuang.faces.cli.simulate; print(*sorted({'django', 'rich', 'pydantic', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout == "\n"


def test_simulate_says_which_table_a_population_lacks(tmp_path):
    ran = RUN.invoke(simulate.app, ["r1", "--population", str(tmp_path), "--book", BENCH])
    assert ran.exit_code == 2
    assert "enterprise.parquet" in ran.output


def test_simulate_answers_an_unknown_parameter_with_the_nearest(region):
    ran = RUN.invoke(simulate.app, ["r1", "--population", region, "--book", BENCH, "--set", "r1.cp=1 元"])
    assert ran.exit_code == 2
    assert "did you mean cap?" in " ".join(ran.output.replace("│", " ").split())
