"""The simulator: exact over the region, a sample first, the registers where they hold enough, jobs with progress."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from threading import Event, Thread

import pytest
from django.utils import timezone

from kechuang.desks.policies import crowds, simulating, simulator
from kechuang.desks.policies.models import Simulation
from kechuang.desks.policies.reading import rules_in_force
from kechuang.desks.policies.simulator import Simulator
from tests.bars.installation import Installation
from tests.desks.claims.steps import WAN, Firms, a_trade

pytestmark = [pytest.mark.django_db, pytest.mark.long]
CAPS = [f"{n} 万元" for n in (50, 100, 200, 300)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("populations")


@pytest.fixture
def here(folder):
    return Simulator(folder, 300)


def asked(code="technology-trade", **more):
    return {"policy": code, "population": "region", "year": 2026, **more}


def capped(value):
    return {"technology-trade.cap": value}


def test_a_higher_ceiling_costs_more_and_bites_fewer(here):
    found = here.answer(asked(reforms=[capped("100 万元"), capped("300 万元")]))
    today, lower, higher = found["totals"]
    assert lower["entitled"] < today["entitled"] < higher["entitled"]
    assert [lower["winners"], higher["losers"], today["winners"]] == [0, 0, 0]
    assert found["bites"][1]["capped"] > found["bites"][0]["capped"] > found["bites"][2]["capped"]


def test_the_parts_of_each_cut_add_up_to_the_whole(here):
    found = here.answer(asked(reforms=[capped("300 万元")]))
    for rows in found["cuts"].values():
        for n, total in enumerate(found["totals"]):
            assert [sum(parts[n][k] for parts in rows.values()) for k in range(3)] == [
                total["recipients"],
                total["entitled"],
                total["settled"],
            ]


def test_a_curve_is_the_totals_at_each_of_its_values(here):
    found = here.answer(asked(curves=[{"param": "cap", "values": CAPS}]))
    alone = [here.answer(asked(reforms=[capped(value)]))["totals"][1]["entitled"] for value in CAPS]
    assert [point["entitled"] for point in found["curves"][0]["points"]] == alone


def test_a_curve_keeps_the_other_values_of_the_reform(here):
    reform = {"technology-trade.rate": "5 %", "technology-trade.cap": "100 万元"}
    found = here.answer(asked(reforms=[reform], curves=[{"param": "cap", "values": ["100 万元"], "reform": reform}]))
    assert found["curves"][0]["points"][0]["entitled"] == found["totals"][1]["entitled"]


def test_a_curve_leaves_out_what_the_guards_of_the_page_forbid(here):
    values = [f"{n} 万元" for n in (5, 10, 20, 30, 40)]  # within 10 and 30, a first prize no less than a second
    found = here.answer(asked("contest-award", curves=[{"param": "award.first", "values": values, "reform": {}}]))
    assert [point["value"] for point in found["curves"][0]["points"]] == ["20 万元", "30 万元"]


def test_a_sample_is_scaled_to_the_whole_and_says_so(folder, monkeypatch):
    monkeypatch.setattr(crowds, "SAMPLE", 30)
    here = Simulator(folder, 300)
    found, exact = here.answer(asked(sample=True)), here.answer(asked())
    assert (found["exact"], exact["exact"], found["share"]) == (False, True, 5)
    assert found["totals"][0]["entitled"] % 5 == 0
    assert exact["population"]["records"] == 150


def test_after_a_sample_the_exact_answer_counts_everybody_again(folder, monkeypatch):
    here = Simulator(folder, 300)
    before = here.answer(asked())["totals"]
    monkeypatch.setattr(crowds, "SAMPLE", 30)
    here.answer(asked(sample=True))
    assert here.answer(asked())["totals"] == before


def test_the_same_seed_gives_the_same_region_made_once(folder):
    first = Simulator(folder, 300).answer(asked())["totals"]
    made = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    assert Simulator(folder, 300).answer(asked())["totals"] == first
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == made


def test_every_policy_is_answered_or_refused_with_a_reason(here):
    said = {code: here.answer(asked(code)).get("refused", "") for code in rules_in_force().policies}
    assert {code: why for code, why in said.items() if why} == {"league-factor-allotment": "not_in_bulk"}


def test_a_value_of_another_unit_is_refused(here):
    assert here.answer(asked(reforms=[capped("300 人")]))["refused"] == "bad_value"


def test_the_registers_are_the_population_where_they_are_asked_for(here):
    region = Firms()
    for fen in (500, 3000):
        a_trade(region, fen * WAN)
    a_trade(region, 900 * WAN, day="2018-03-01")
    found = here.answer(asked(population="live", year=2019))
    assert (found["population"]["kind"], found["population"]["records"]) == ("live", 2)
    assert (found["totals"][0]["before"], found["totals"][0]["entitled"]) == (350 * WAN, 200 * WAN)


def test_a_handful_of_records_is_no_population_yet(here):
    a_trade(Firms(), 500 * WAN)
    assert here.answer(asked(population=""))["population"]["kind"] == "region"


def test_enough_records_are(here, monkeypatch):
    monkeypatch.setattr(simulator, "LEAST_LIVE", 2)
    region = Firms()
    for fen in (500, 600):
        a_trade(region, fen * WAN)
    assert here.answer(asked(population="", year=2019))["population"]["kind"] == "live"


def test_while_the_region_is_made_a_question_is_told_how_far_it_is(tmp_path):
    here = Simulator(tmp_path, 300, apart=True)
    first = here.answer(asked())
    here.making.join()
    assert (sorted(first), here.answer(asked())["exact"]) == (["preparing"], True)


def test_a_region_that_is_being_made_is_not_begun_again_by_the_first_question(tmp_path, monkeypatch):
    made, go, whole = [], Event(), crowds.synthetic
    monkeypatch.setattr(crowds, "synthetic", lambda *given, **more: made.append(go.wait(60)) or whole(*given, **more))
    here = Simulator(tmp_path, 300, apart=True)
    here.warm()
    assert sorted(here.answer(asked())) == ["preparing"]
    go.set()
    here.making.join()
    assert (made, here.answer(asked())["exact"]) == ([True], True)


def test_a_region_that_could_not_be_made_is_begun_anew_by_the_next_question(tmp_path, monkeypatch):
    def full(*given, **more):
        raise OSError("no space left")

    monkeypatch.setattr(threading, "excepthook", lambda told: None)
    with monkeypatch.context() as planted:
        planted.setattr(crowds, "synthetic", full)
        here = Simulator(tmp_path, 300, apart=True)
        here.warm()
        here.finish_making()
    assert sorted(here.answer(asked())) == ["preparing"]
    here.finish_making()
    assert here.answer(asked())["exact"]


def test_two_that_make_the_same_region_at_once_both_have_it(tmp_path):
    words = rules_in_force().vocabulary
    found = []
    both = [Thread(target=lambda: found.append(crowds.synthetic(words, tmp_path, firms=50, seed=1, year=2026).counts)) for _ in range(2)]  # fmt: skip
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert (len(found), found[0] == found[1]) == (2, True)
    assert [path.name for path in tmp_path.rglob("making-*")] == []


def test_a_job_leaves_its_progress_and_its_result_in_its_row():
    region, on = Firms(), timezone.now()
    row = Simulation.objects.create(policy="technology-trade", asked=asked(), by=region.planner, on=on, moved_at=on)
    simulating.begun(row.pid)
    row.refresh_from_db()
    assert (row.state, row.done, row.of, row.result["exact"]) == ("done", 1, 1, True)


def test_a_job_that_cannot_be_done_says_why():
    region, on = Firms(), timezone.now()
    row = Simulation.objects.create(
        policy="x", asked=asked("league-factor-allotment"), by=region.planner, on=on, moved_at=on
    )
    simulating.begun(row.pid)
    row.refresh_from_db()
    assert (row.state, row.fault, row.result) == ("failed", "not_in_bulk", None)


def test_the_pages_load_no_database_engine():
    code = "import sys, django; django.setup(); import kechuang.urls; print(sorted({'duckdb', 'sqlglot', 'pyarrow', 'ortools', 'scipy'} & set(sys.modules)))"
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"DJANGO_SETTINGS_MODULE": "kechuang.settings_test", "PATH": ""},
    )
    assert told.stdout.strip() == "[]"


@pytest.mark.bar
def test_the_process_beside_answers_on_its_socket_and_ends_when_nobody_is_left(tmp_path):
    code = """
import json, os, sys, time, django
django.setup()
from kechuang.desks.policies import simulating
asked = {"policy": "technology-trade", "population": "region", "year": 2026}
said = {"preparing": []}
until = time.monotonic() + 240
while "totals" not in said and time.monotonic() < until:
    time.sleep(0.2)
    said = simulating.simulated(asked)
print(json.dumps([said["exact"], simulating._started[-1][1].pid, "duckdb" in sys.modules]))
"""
    env = {**Installation(tmp_path).migrated().env, "KECHUANG_REGION_FIRMS": "100", "TMPDIR": str(tmp_path)}
    with open(tmp_path / "said", "w") as said:  # no pipe: the process beside inherits it, and would be waited for
        told = subprocess.run(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=said, text=True, check=True, env=env
        )
    exact, process, loaded = json.loads(told.stdout.strip().splitlines()[-1])
    assert (exact, loaded) == (True, False)
    assert ended(process)


def ended(process: int) -> bool:
    """Whether that process goes away by itself, within a minute."""

    for _ in range(300):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.2)
    return False
