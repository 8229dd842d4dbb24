"""The simple draw: repeatable, unbiased, lawful, and honest about what it cannot do."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from kechuang.engines.panel.chance import Stream, derived, order
from kechuang.engines.panel.draw import Candidate, Panel, Quotas, completed, replace, simple
from kechuang.engines.panel.quotas import fillable, high_tech, within
from kechuang.words.outcome import Refused

SEED = bytes(range(32))


def a_pool(size: int, **common: object) -> list[Candidate]:
    return [Candidate(f"e{n:03}", unit=f"u{n}", **common) for n in range(size)]


def seeds(count: int) -> list[bytes]:
    return [derived(SEED, str(n)) for n in range(count)]


def test_the_stream_is_sha256_of_the_seed_and_the_counter():
    stream = Stream(SEED)
    stream.block()
    assert stream.block() == int(hashlib.sha256(SEED + bytes([0, 0, 0, 0, 0, 0, 0, 1])).hexdigest(), 16)


def test_numbers_below_a_bound_are_equally_likely():
    counts = Counter(Stream(one).below(6) for one in seeds(6000))
    assert sorted(counts) == [0, 1, 2, 3, 4, 5]
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_every_order_of_four_is_equally_likely():
    counts = Counter(tuple(order(one, "abcd")) for one in seeds(4800))
    assert len(counts) == 24
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_the_order_does_not_depend_on_how_the_pool_was_written_down():
    assert order(SEED, ["c", "a", "b"]) == order(SEED, ["a", "b", "c"])


def test_an_id_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        order(SEED, ["a", "a"])


def test_without_quotas_the_head_of_the_order_is_drawn_and_the_rest_is_the_reserve():
    pool = a_pool(9)
    panel = simple(3, pool, seed=SEED)
    assert [*panel.drawn, *panel.reserve] == order(SEED, [c.expert for c in pool])
    assert (len(panel.drawn), panel.given_up) == (3, ())


def test_every_pair_of_five_is_drawn_equally_often():
    pool = a_pool(5)
    counts = Counter(frozenset(simple(2, pool, seed=one).drawn) for one in seeds(4000))
    assert len(counts) == len(list(combinations(range(5), 2)))
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_a_recused_or_excluded_expert_is_never_drawn_nor_kept_in_reserve():
    panel = simple(3, a_pool(6), seed=SEED, recused={("p1", "e000")}, exclude={"e001"})
    assert sorted([*panel.drawn, *panel.reserve]) == ["e002", "e003", "e004", "e005"]


def test_at_most_one_expert_of_a_unit_is_drawn():
    pool = [Candidate(f"e{n}", unit="one" if n < 8 else f"u{n}") for n in range(10)]
    panel = simple(3, pool, seed=SEED)
    assert sum(int(e[1:]) < 8 for e in panel.drawn) == 1


def test_experts_without_a_unit_are_not_counted_together():
    assert len(simple(3, [Candidate(f"e{n}") for n in range(3)], seed=SEED).drawn) == 3


def test_the_composition_of_a_recognition_panel_is_kept():
    pool = [*a_pool(20), *(Candidate(f"f{n}", unit=f"v{n}", kind="finance") for n in range(20))]
    for one in seeds(50):
        kinds = Counter(e[0] for e in simple(5, pool, seed=one, quotas=high_tech(5)).drawn)
        assert (kinds["e"] >= 3, kinds["f"] >= 1) == (True, True)


def test_a_pool_below_the_required_multiple_is_refused_with_both_numbers():
    with pytest.raises(Refused) as refusal:
        simple(5, a_pool(14), seed=SEED, times=3)
    assert refusal.value.reasons[0].to_json() == {"code": "pool_too_small", "need": 15, "have": 14, "seats": 5}


def test_what_is_short_is_named():
    with pytest.raises(Refused) as refusal:
        simple(3, a_pool(9), seed=SEED, quotas=Quotas(least={"finance": 1}, outside=1))
    assert [(r.code, r.values["of"]) for r in refusal.value.reasons] == [
        ("panel_short", "finance"),
        ("panel_short", "outside"),
    ]


def test_quotas_that_only_clash_together_are_refused_as_a_clash():
    pool = [
        Candidate("a", "u", kind="finance"),
        Candidate("b", "u", kind="technical"),
        Candidate("c", "v", kind="finance"),
    ]
    pool[2] = pool[2]._replace(unit="u2", kind="other")
    with pytest.raises(Refused) as refusal:
        simple(2, pool, seed=SEED, quotas=Quotas(least={"finance": 1, "technical": 1}))
    assert refusal.value.codes == ["quotas_clash"]


def test_a_quota_declared_as_the_first_to_go_is_given_up_and_reported():
    panel = simple(3, a_pool(9), seed=SEED, quotas=Quotas(outside=1), give_up=("region", "outside"))
    assert (len(panel.drawn), panel.given_up) == (3, ("region", "outside"))


def test_a_unit_that_stands_in_two_regions_is_refused_by_name():
    with pytest.raises(Refused) as refusal:
        simple(1, [Candidate("a", "u", "1501"), Candidate("b", "u", "1502")], seed=SEED)
    assert refusal.value.reasons[0].values == {"units": ["u"]}


def test_the_next_of_the_order_replaces_who_declines():
    pool = a_pool(6)
    panel = simple(3, pool, seed=SEED)
    after = replace(panel, [panel.drawn[0]], pool=pool)
    assert after == Panel(3, (*panel.drawn[1:], panel.reserve[0]), panel.reserve[1:], (), (panel.drawn[0],))


def test_the_replacement_keeps_the_quotas_of_the_panel():
    pool = [*a_pool(12), Candidate("f1", "v1", kind="finance"), Candidate("f2", "v2", kind="finance")]
    quotas = Quotas(least={"finance": 1})
    panel = simple(3, pool, seed=SEED, quotas=quotas)
    financier = next(e for e in panel.drawn if e[0] == "f")
    after = replace(panel, [financier], pool=pool, quotas=quotas)
    if sum(e[0] == "f" for e in panel.drawn) == 1:
        assert [e for e in after.drawn if e[0] == "f"] == ["f1" if financier == "f2" else "f2"]


def test_who_left_never_comes_back():
    pool = a_pool(5)
    panel = simple(2, pool, seed=SEED)
    once = replace(panel, [panel.drawn[0]], pool=pool)
    twice = replace(once, [once.drawn[0]], pool=pool)
    assert set(twice.gone) & {*twice.drawn, *twice.reserve} == set()


def test_a_drawn_panel_that_keeps_every_quota_stays_as_it_was_drawn():
    panel = completed(3, ["e002", "e000", "e001"], ["e004", "e003"], pool=a_pool(5))
    assert (panel.drawn, panel.reserve) == (("e002", "e000", "e001"), ("e004", "e003"))


def test_who_breaks_a_crossing_quota_gives_way_to_the_next_of_the_reserve():
    finance = Candidate("f", unit="u0", kind="finance")
    pool = [*a_pool(3), finance, Candidate("g", unit="u9", kind="finance")]
    quotas = Quotas(least={"technical": 2, "finance": 1})
    assert completed(3, ["e000", "e001", "f"], ["e002", "g"], pool=pool, quotas=quotas).drawn == ("e000", "e001", "g")


def test_a_drawn_panel_that_no_reserve_can_mend_is_refused_by_name():
    with pytest.raises(Refused) as refusal:
        completed(2, ["e000", "e001"], [], pool=a_pool(2), quotas=Quotas(least={"finance": 1}))
    assert [reason.values["of"] for reason in refusal.value.reasons] == ["finance"]


def test_a_panel_nobody_is_left_for_is_refused():
    pool = a_pool(2)
    panel = simple(2, pool, seed=SEED)
    with pytest.raises(Refused) as refusal:
        replace(panel, ["e000"], pool=pool)
    assert refusal.value.codes == ["nobody_left", "panel_short"]


people = st.builds(
    lambda unit, kind: Candidate("", f"u{unit}", f"r{unit // 2}", unit >= 6, kind),
    st.integers(0, 9),
    st.sampled_from(["technical", "finance"]),
)
mixes = st.builds(
    lambda f, t, o, u, r: Quotas({"finance": f, "technical": t}, o, u, r),
    st.integers(0, 1),
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from([1, 2, None]),
    st.sampled_from([1, 2, None]),
)


def lawful(panel: tuple[Candidate, ...], quotas: Quotas) -> bool:
    kinds = Counter(c.kind for c in panel)
    return within(len(panel), panel, quotas) and all(kinds[k] >= n for k, n in quotas.least.items())


@given(st.lists(people, min_size=1, max_size=8), st.integers(1, 4), mixes)
@settings(max_examples=150, deadline=None)
def test_a_panel_is_drawn_exactly_when_one_exists_and_it_is_lawful(drawn_from, seats, quotas):
    pool = [c._replace(expert=f"e{n}") for n, c in enumerate(drawn_from)]
    exists = any(lawful(some, quotas) for some in combinations(pool, seats))
    assert fillable(seats, [], pool, quotas) == exists
    if exists:
        drawn = simple(seats, pool, seed=SEED, quotas=quotas).drawn
        assert lawful(tuple(c for c in pool if c.expert in drawn), quotas)


@pytest.mark.bar
def test_first_places_are_equally_likely_over_many_simulated_draws():
    draws = 1_000_000 if os.environ.get("KECHUANG_SOAK") else 20_000
    counts = Counter(order(SEED + n.to_bytes(4, "big"), "abcdef")[0] for n in range(draws))
    assert len(counts) == 6
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_a_stream_that_took_the_remainder_of_four_bits_would_be_found_out():
    biased = Counter(Stream(one).block() % 16 % 6 for one in seeds(3000))
    assert chisquare(list(biased.values())).pvalue < 0.001


def test_what_web_pages_import_loads_no_solver_and_no_numpy():
    light = ("draw", "recusal", "scores", "watch", "ranking", "splitting")
    code = "import sys\n" + "\n".join(f"import kechuang.engines.panel.{name}" for name in light)
    code += "\nprint(sorted({'numpy', 'scipy', 'ortools'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
