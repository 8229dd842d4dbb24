"""The draw with exact chances, its certificates, and that the verifier sees every change."""

from __future__ import annotations

import copy
import json
import os
import random
import runpy
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from kechuang.engines.panel.ceremony import commitment, contributions, seed
from kechuang.engines.panel.certificate import Terms, certified, digest, frozen, panels_of, public, salted, sealed
from kechuang.engines.panel.chance import derived
from kechuang.engines.panel.optimum import optimum
from kechuang.engines.panel.splitting import drawn
from kechuang.words.outcome import Refused
from tests.engines.panel.forging import changed, spots
from tests.engines.panel.shapes import SEED, a_nest, a_problem, lawful

SCRIPT = Path(__file__).parents[3] / "src/kechuang/faces/web/static/verify_draw.py"
verify = runpy.run_path(str(SCRIPT), run_name="verify_draw")["verify"]
HALF = Terms(bits=1, most=1, salt="s")
SECRETS = {"applicants": "a" * 32, "bureau": "b" * 32, "supervision": "c" * 32}


def a_round():
    rng = np.random.default_rng(9)
    units = np.arange(12) % 8
    nest = a_nest(units, units % 4, units % 4 > 0, per_unit=1, per_region=2, outside=1)
    plain = a_problem(rng.integers(0, 40, (7, 12)) / 8, demand=3, cap=4, lo=1, mask=[(0, 1), (3, 4)], nest=nest)
    return salted(plain, salt="s")[0]


@cache
def a_certificate(bits: int = 2) -> str:
    problem, terms = a_round(), Terms(bits, 3 if bits else 1, "s")
    sealed_secrets = {party: commitment(party, secret) for party, secret in SECRETS.items()}
    ceremony = {"dice": "1" * 20, "commitments": sealed_secrets, "reveals": SECRETS}
    parties = [sealed_secrets[p] for p in sorted(sealed_secrets)]
    given_seed = seed(
        "1" * 20, parties, digest(frozen(problem, terms)), revealed=contributions(sealed_secrets, SECRETS)
    )
    return json.dumps(certified(problem, terms, seed=given_seed, ceremony=ceremony)[0])


def fresh(bits: int = 2):
    return json.loads(a_certificate(bits))


@pytest.mark.parametrize("bits", [0, 2])
def test_an_honest_certificate_holds_in_both_forms(bits):
    assert (verify(fresh(bits)), verify(public(fresh(bits)))) == ([], [])


def test_the_public_form_holds_no_score_no_salt_and_no_price():
    assert {"scores", "salts", "prices"} & set(public(fresh())) == set()
    assert public(fresh())["form"] == "public"


@pytest.mark.bar
@pytest.mark.parametrize("form", ["full", "public"])
def test_a_thousand_random_changes_of_one_entry_are_all_caught(form):
    rng = random.Random(7)
    honest = fresh() if form == "full" else public(fresh())
    missed = []
    leaves = list(spots(honest))
    for path in rng.choices(leaves, k=1000):
        forged = copy.deepcopy(honest)
        changed(forged, path, rng)
        if not verify(forged):
            missed.append(path)
    assert missed == []


def test_most_changes_are_caught_even_if_the_forger_makes_the_last_digest_anew():
    rng = random.Random(8)
    honest = fresh()
    leaves = [p for p in spots(honest) if p[0] in ("rules", "seed", "graph", "panels", "scores", "prices", "ceremony")]
    missed = []
    for path in rng.choices(leaves, k=300):
        forged = copy.deepcopy(honest)
        changed(forged, path, rng)
        if not verify(sealed(forged)):
            missed.append(path)
    assert missed == []


def test_a_friend_put_in_the_place_of_a_drawn_expert_is_caught():
    forged = fresh()
    panel = forged["panels"][0]
    panel[0] = next(j for j in range(12) if j not in panel)
    assert "other panels are drawn" in verify(sealed(forged))


def test_half_a_seat_is_no_seat():
    forged = public(fresh(0))
    flow = [[i, j, 1] for i, panel in enumerate(forged["panels"]) for j in panel]
    first, other = forged["panels"][0][0], next(j for j in range(12) if j not in forged["panels"][0])
    forged["graph"] = sorted([*(row for row in flow if row[:2] != [0, first]), [0, first, 0.5], [0, other, 0.5]])
    forged["panels"][0] = sorted([*forged["panels"][0], other])
    assert verify(sealed(forged))[0].startswith("the certificate cannot be read")


@pytest.mark.parametrize("value", [1e30, float("nan"), float("inf"), 0.5])
def test_prices_that_rounding_could_swallow_are_no_prices(value):
    forged = fresh()
    forged["prices"][0][2] = value
    assert verify(sealed(forged))[0].startswith("the certificate cannot be read")


def test_rules_under_which_one_expert_fills_two_seats_are_caught():
    rules = {
        "projects": [["p", 2, {}]], "experts": [["e", 2, 0, []]], "groups": {}, "bits": 0, "most": 2, "weight": [0, 0],
        "score_bits": 0, "exact": True, "scores": [],
    }  # fmt: skip
    forged = {
        "format": "kechuang draw 1", "form": "public", "rules": rules, "pool_digest": digest(rules), "ceremony": None,
        "seed": SEED.hex(), "graph": [[0, 0, 2]], "panels": [[0]],
    }  # fmt: skip
    assert verify(sealed(forged)) == ["a pair has more than its chance, or stands in the wrong place"]


def test_tie_bits_that_outweigh_the_scores_are_caught():
    problem = a_round()
    rules = frozen(problem, HALF)
    assert (((1 << rules["weight"][1]) - 1) * problem.seats * 2) < 1 << rules["weight"][0]
    forged = fresh()
    forged["rules"]["weight"] = [0, 60]
    forged["pool_digest"] = digest(forged["rules"])
    assert "a better assignment exists" in verify(sealed(forged))


def test_a_draw_without_a_ceremony_is_not_said_to_have_its_seed_from_one(tmp_path):
    file = tmp_path / "c.json"
    file.write_text(json.dumps(sealed({**fresh(), "ceremony": None})))
    alone = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(file)], capture_output=True, text=True, check=True
    )
    assert alone.stdout == "The draw holds: quotas, panels.\n"


def test_a_second_cast_of_the_dice_is_caught():
    forged = fresh()
    forged["ceremony"]["dice"] = "2" * 20
    assert "the seed is not of the ceremony" in verify(sealed(forged))


def test_an_unrevealed_commitment_falls_back_and_the_draw_still_holds():
    problem = a_round()
    sealed_secrets = {party: commitment(party, secret) for party, secret in SECRETS.items()}
    shown = {party: secret for party, secret in SECRETS.items() if party != "bureau"}
    parties = [sealed_secrets[p] for p in sorted(sealed_secrets)]
    the_seed = seed("1" * 20, parties, digest(frozen(problem, HALF)), revealed=contributions(sealed_secrets, shown))
    ceremony = {"dice": "1" * 20, "commitments": sealed_secrets, "reveals": shown}
    assert verify(json.loads(json.dumps(certified(problem, HALF, seed=the_seed, ceremony=ceremony)[0]))) == []


def test_what_is_no_certificate_is_a_fault_and_no_crash():
    assert verify({})[0].startswith("the certificate cannot be read")


def test_the_script_runs_alone_and_says_so(tmp_path):
    file = tmp_path / "c.json"
    file.write_text(a_certificate())
    alone = [sys.executable, "-I", "-S", str(SCRIPT), str(file)]
    good = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout) == (0, "The draw holds: seed, quotas, panels.\n")
    file.write_text(json.dumps({**fresh(), "digest": "0"}))
    assert subprocess.run(alone, capture_output=True, check=False).returncode == 1


def test_the_script_is_short_and_uses_the_standard_library_only():
    text = SCRIPT.read_text("utf-8")
    assert len(text.splitlines()) <= 100
    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported == {"hashlib", "json", "sys"}


def test_a_problem_too_large_or_with_forced_pairs_has_no_certificate():
    problem, *_ = salted(a_problem([[1, 2]], forced=((0, 0),)), salt="s")
    with pytest.raises(Refused) as refusal:
        certified(problem, Terms(), seed=SEED)
    assert refusal.value.codes == ["certificate_needs_a_plain_matrix"]


def test_every_draw_keeps_demand_loads_and_quotas():
    problem = a_round()
    best = optimum(problem, seed=SEED, scale=4, most=3)
    from_graph = json.loads(a_certificate())["graph"]
    graph = [tuple(row) for row in from_graph]
    assert best.net.scale == 4
    for n in range(200):
        panels = panels_of(problem, graph, Terms(2, 3), seed=derived(SEED, str(n)))
        assert lawful(problem, panels)


def test_a_project_may_ask_for_a_number_from_outside_of_its_own():
    nest = a_nest(range(8), [k // 2 for k in range(8)], [k % 2 > 0 for k in range(8)])
    nest = replace(nest, region=nest.unit, outside=np.array([2, 0, 1], np.int64))
    plain = a_problem([[8 - 2 * (j % 2 == 0) for j in range(8)]] * 3, demand=2, cap=3, nest=nest)
    problem, by_row, _ = salted(plain, salt="s")
    cert = certified(problem, HALF, seed=SEED)[0]
    asked = {plain.nest.outside[row]: own for row, (_, _, own) in zip(by_row, cert["rules"]["projects"], strict=True)}
    assert (verify(cert), verify(public(cert))) == ([], [])
    assert asked == {2: {}, 0: {"inside": 2}, 1: {"inside": -1}}
    inside = [sum("inside" in cert["rules"]["experts"][j][3] for j in panel) for panel in cert["panels"]]
    assert {int(row): n for row, n in zip(by_row, inside, strict=True)} == {0: 0, 1: 2, 2: 1}


def test_each_pair_is_drawn_as_often_as_published():
    graph = [tuple(row) for row in fresh()["graph"]]
    groups = [expert[3] for expert in fresh()["rules"]["experts"]]
    draws = 1500
    counts = Counter(k for n in range(draws) for k in drawn(graph, groups, bits=2, seed=derived(SEED, str(n))))
    for k, (_, _, flow) in enumerate(graph):
        expected = [draws * flow / 4, draws * (4 - flow) / 4]
        assert chisquare([counts[k], draws - counts[k]], expected).pvalue > 1e-5


@pytest.mark.bar
def test_the_certified_draw_keeps_its_chances_over_many_draws():
    graph = [(i, j, 1) for i in range(2) for j in range(4)]
    draws = 1_000_000 if os.environ.get("KECHUANG_SOAK") else 10_000
    counts = Counter(tuple(drawn(graph, [[]] * 4, bits=2, seed=SEED + n.to_bytes(4, "big"))) for n in range(draws))
    singles = Counter(k for kept, times in counts.items() for k in kept * times)
    assert {len(kept) for kept in counts} == {2}
    assert chisquare([singles[k] for k in range(4)]).pvalue > 0.001
    assert chisquare([singles[k] for k in range(4, 8)]).pvalue > 0.001


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
def test_any_flow_is_drawn_within_its_rounded_sums(number):
    rng = np.random.default_rng(number)
    bits, n, m = 3, 4, 5
    flow = rng.integers(0, 9, (n, m))
    flow[:, 0] += (-flow.sum(1)) % 8
    flow = np.where(flow > 8, flow - 8, flow)
    graph = [(i, j, int(flow[i, j])) for i in range(n) for j in range(m) if flow[i, j]]
    taken = [graph[k][:2] for k in drawn(graph, [()] * m, bits=bits, seed=SEED + number.to_bytes(8, "big"))]
    rows = np.bincount([i for i, _ in taken], minlength=n)
    cols = np.bincount([j for _, j in taken], minlength=m)
    assert (rows == flow.sum(1) // 8).all()
    assert ((cols == flow.sum(0) // 8) | (cols == -(-flow.sum(0) // 8))).all()
