"""`kechuang explain`, `simulate` and `population` as people call them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kechuang.faces.cli import explain, population, simulate

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
    assert "若改变  科技人员数由12 人变为15 人，即符合" in ran.stdout.splitlines()


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
    }  # fmt: skip
    assert sum(row["entitled"] for row in told["rows"]) == sum(row["entitled"] for row in told["totals"])


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


def test_simulate_says_which_table_a_population_lacks(tmp_path):
    ran = RUN.invoke(simulate.app, ["r1", "--population", str(tmp_path), "--book", BENCH])
    assert ran.exit_code == 2
    assert "enterprise.parquet" in ran.output


def test_simulate_answers_an_unknown_parameter_with_the_nearest(region):
    ran = RUN.invoke(simulate.app, ["r1", "--population", region, "--book", BENCH, "--set", "r1.cp=1 元"])
    assert ran.exit_code == 2
    assert "did you mean cap?" in " ".join(ran.output.replace("│", " ").split())
