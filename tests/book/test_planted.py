"""Faults planted one by one into the packaged book: the checker finds each, at its place."""

from __future__ import annotations

import pytest

from kechuang.casework import book
from kechuang.words.offers import Offer

pytestmark = pytest.mark.long
BOOK = book.packaged()
CLEAN = {str(bad) for bad in book.check(BOOK)}


def planted(file: str, old: str, new: str) -> list[str]:
    """What the checker finds once `old` stands as `new` in `file`, beside what it finds anyway."""
    assert BOOK.sources[file].count(old) >= 1
    sources = {**BOOK.sources, file: BOOK.sources[file].replace(old, new, 1)}
    return sorted({str(bad) for bad in book.check(book.read(sources))} - CLEAN)


def place(file: str, old: str, inside: int = 0) -> str:
    """`file:line:column` of the first `old`, and as many characters further."""
    before = BOOK.sources[file].partition(old)[0]
    return f"{file}:{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1 + inside}"


FAULTS = [
    ("parts/budget.yaml", "formula: asked + own_funds", "formula: askd + own_funds", "nothing is called 'askd'"),
    ("parts/people.yaml", "kind: person, prefill", "kind: persn, prefill", "there is no kind 'persn'"),
    ("parts/gates.yaml", "value: {2018-01-01: 60 岁}", "value: {2018-01-01: old}", "'old' is no quantity"),
    ("programmes/nsf-joint.yaml", "weight: 35", "weight: 36", "the weights come to 101"),
    ("programmes/nsf-general.yaml", "without: [industry]", "without: [industri]", "has no industri to leave out"),
    ("programmes/major-special.yaml", "share: 20 %", "share: 10 %", "come to 90 %"),
    ("programmes/major-special.yaml", "site: required", "site: usual", "usual says nothing"),
    ("programmes/major-special.yaml", "site: required", "sight: required", "nobody reads sight of acceptance"),
    ("programmes/major-special.yaml", "gates: gates_table", "gates: targets", "no table of the form with a date"),
    ("programmes/major-special.yaml", "upon: pass_midterm", "upon: countersign", "no instalment waits for a gate"),
    (
        "programmes/major-special.yaml",
        "after the stage gates together, value: {2018-01-01: 40 %}",
        "after the stage gates together, value: {2018-01-01: 30 %}",
        "wait for them 40 %",
    ),
    ("programmes/major-special.yaml", "field: audit", "field: auditt", "acceptance has no field auditt"),
    (
        "programmes/nsf-youth.yaml",
        "{use: basics, without: [industry]}",
        "{use: nsf-proposal}",
        "the page asks for no term",
    ),
    ("parts/gates.yaml", "code: allotted", "code: alloted", "no limit leaves out alloted"),
    ("places.yaml", 'counted_in: "152500", recommends', 'counted_in: "152600", recommends', "comes to 152600"),
    ("parts/recusal.yaml", "repeated_text]", "ring_of_scores]", "nobody looks for ring_of_scores"),
    (
        "programmes/major-special.yaml",
        "site_visit: {required: true,",
        "site_visit: {required: false,",
        "nobody is visited",
    ),
    (
        "flows/grant.yaml",
        "{against: refuse, child: appeal, by: unit_research",
        "{against: refuse, child: appeal, by: unit_finance",
        "unit_finance opens none in appeal",
    ),
    (
        "flows/subsidy.yaml",
        "value: {2018-01-01: 15 日}",
        "value: {2018-01-01: 14 日}",
        "is not the term of appeal_claim in appeal",
    ),
    ("programmes/central-guidance.yaml", "\nmodes:", "\nways:", "there is no list modes"),
    ("places.yaml", "statistical: 12", "statistical: 13", "13 statistical are told, 12 are listed"),
    ("programmes/major-special.yaml", "code: subprojects\n", "code: subparts\n", "the form has no table subprojects"),
    ("programmes/major-special.yaml", "at: 50 % of term", "at: halfway", "halfway is no time of the term"),
    ("programmes/key-technology.yaml", "expect: 150", "expect: 151", "the award comes to 150 万元"),
    ("programmes/nsf-youth.yaml", "refused: [young_enough]", "refused: [first_time]", "refused by ['young_enough']"),
    ("programmes/basic-research.yaml", "zh: 科学价值,", "zh: 论文数量,", "a criterion may not count '论文'"),
    ("programmes/platform-talent.yaml", "technical: 6,", "technical: 7,", "10 experts for a panel of 9"),
    ("flows/grant.yaml", "to: with_unit", "to: with_unti", "with_unti"),
    ("flows/grant.yaml", "letter: receipt", "letter: reciept", "there is no letter reciept"),
    ("flows/grant.yaml", "money: {settlement: {passed:", "money: {settlement: {resting:", "no state 'resting'"),
    ("flows/inquiry.yaml", "most: 1 年", "most: 12 月", "12 月 is no term in years"),
    ("flows/change.yaml", "needs: [consent_of_person]", "needs: [consent]", "nobody asks for consent"),
    ("flows/change.yaml", "needs: [consent_of_person]", "wants: [consent_of_person]", "nobody reads wants of a change"),
    ("letters/receipt.yaml", "body: |\n", "body: |\n  {{ nobody }}\n", "{{ nobody }} is no field of the letter"),
    ("policies/instrument-use.yaml", "use.fee * rate", "use.fee * rte", "unknown name 'rte'"),
    ("policies/technology-trade.yaml", "expect: [", "expect: [1 元, ", "expected"),
    ("policies/board-listing.yaml", "{zh: 挂牌, en: Listed on the board}", "挂牌", "is not told in both languages"),
    ("policies/board-listing.yaml", "name: {zh: 挂牌, en: Listed on the board}, ", "", "is not told in both languages"),
    ("policies/board-listing.yaml", "en: Not listed}", "en: 未挂牌}", "'未挂牌' is not English"),
    ("policies/hnte-gates.yaml", "assumptions:\n", "assumptions:\n  - 待确认\n", "is not told in both languages"),
    (
        "stacking.yaml",
        "policies: [technology-trade], mark",
        "policies: [technology-trad], mark",
        "no policy 'technology-trad'",
    ),
    ("stacking.yaml", "mark: used_before", "mark: used_befor", "trade has no mark 'used_befor'"),
    ("stacking.yaml", "instrument-use: 0 元}", "instrument-use: 20 万元}", "expected"),
    ("stacking.yaml", "mode: highest", "mode: hihest", "unknown mode 'hihest'"),
    ("vocabulary.yaml", "{zh: 制造, en: Manufacturing}", "制造", "'制造' is told in Chinese alone"),
    ("indicators/waiting-time.yaml", "year == period", "yaer == period", "nothing is called yaer"),
    ("programmes/claim-board-listing.yaml", "budget: cut_off", "budget: raffle", "raffle is none that is known"),
    ("programmes/claim-contest-award.yaml", "code: entries", "code: entris", "the form picks no contest_entry"),
    ("programmes/recognise-hnte.yaml", "counts: picked_rights", "counts: nothing", "nothing is no fact of this page"),
    (
        "programmes/recognise-hnte.yaml",
        "{experts: [finance]}",
        "{experts: [management]}",
        "0 sheets of the mode mail for finance experts",
    ),
    ("programmes/recognise-tsme.yaml", "{{ serial }}", "{{ year }}", "two titles would have one number"),
    ("programmes/recognise-hnte.yaml", "years: 3", "term: 3", "the title has no term"),
    ("programmes/recognise-hnte.yaml", "points: 8", "points: 0", "a criterion without points"),
    ("places.yaml", "format: 1", "format: 1\ncounts: {}", "the key counts stands twice"),
]


@pytest.mark.parametrize(("file", "old", "new", "why"), FAULTS, ids=[f"{file}: {new}" for file, _, new, _ in FAULTS])
def test_a_planted_fault_is_found(file, old, new, why):
    told = planted(file, old, new)
    assert [bad for bad in told if bad.startswith(f"{file}:") and why in bad] != []


def test_a_fault_is_told_at_its_line_and_column():
    told = planted("parts/budget.yaml", "{2018-01-01: 50 万元}", "{2018-01-01: much}")
    assert told == [
        f"{place('parts/budget.yaml', '50 万元}')}: 'much' is no quantity (write a number with its unit: 20 万元, 5 %, 45 岁)"
    ]


def test_a_fault_of_a_part_is_told_once_though_many_use_it():
    told = planted("parts/gates.yaml", "when: leader_employed", "when: leader_employd")
    assert [bad for bad in told if "leader_employd" in bad] == [
        f"{place('parts/gates.yaml', 'leader_employed, level')}: nothing is called leader_employd (declare it as a field, "
        "under facts or params; or leave this out by name where a part brings it)"
    ]


def test_every_name_a_programme_in_use_asks_for_must_be_offered():
    asks = book.report(BOOK, ()).asks
    wanted = {(ask.kind, ask.name) for ask in asks if not ask.awaited}
    offers = [Offer(kind, name, len) for kind, name in sorted(wanted)]
    all_but_one = [offer for offer in offers if offer.name != "integrity.leader_is_clean"]
    assert [bad for bad in map(str, book.check(BOOK, offers)) if "no desk offers" in bad] == []
    missing = [bad for bad in map(str, book.check(BOOK, all_but_one)) if "no desk offers" in bad]
    assert [bad.partition(": ")[2].partition(" (")[0] for bad in missing] == [
        "no desk offers the fact integrity.leader_is_clean"
    ]


USE, SCORE, RND, TOP = (f"policies/{code}.yaml" for code in ("instrument-use", "tsme-score", "rnd-super-deduction", "top-firm-and-first-recognition"))  # fmt: skip
OF_A_POLICY = [
    (USE, "use.fee * rate", "use.fee * rte", "rte", "in «use.fee * rte» at column 11: unknown name 'rte' (did you mean rate?)"),
    (
        TOP, "(firm_year.top_tier", "(firm_year.top_teir", "firm_year.top_teir",
        "in «pick(firm_year.top_teir, top)» at column 6: firm_year has no 'top_teir' (did you mean top_tier?)",
    ),
    (
        SCORE, "firm_year.sales <=", "firm_year.sales + firm_year.staff <=", "firm_year.sales +",
        "in «firm_year.sales + firm_year.staff <= sales_most» at column 1: cannot add money and person (bring both to one unit)",
    ),
    (USE, "value: {2019-01-01: 50 %}", "value: 50 %", "50 %", "a value without its date (write value: {2019-01-01: 20 万元})"),
    (
        RND, "until: 2017-12-31, value: 50 %", "until: 2018-03-31, value: 50 %", "{from: 2018-01-01, until: 2022-09-30",
        "begins on 2018-01-01, while another holds until 2018-03-31 (spans may not overlap)",
    ),
    (USE, ", order: [use.used_on, use.use_no]", "", "{limit: cap", "a cap without an order (write order: [use.used_on, use.use_no])"),
    (USE, "{2019-01-01: 50 %}", "{2019-01-01: .nan}", ".nan", ".nan is a decimal without a unit (write it with its unit, or as a fraction)"),
    (USE, "{2019-01-01: 50 %}", "{2019-01-01: NaN %}", "NaN %", "'NaN %' is no amount (write a number with its unit: 20 万元, 5 %, 45 人)"),
    (USE, "{2019-01-01: 50 %}", "{2019-01-01: 1/0}", "1/0", "'1/0' is no amount (write a number with its unit: 20 万元, 5 %, 45 人)"),
    (USE, "{2019-01-01: 50 %}", "{2019-01-01: 10000000000000000000 人}", "10000000000000000000", "'10000000000000000000 人' is too large (write at most 10^18)"),
    (USE, "{fee: 10 万元}", "{fee: 10 人}", "10 人", "'10 人' is person, not money (write it with its unit)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "there", "why"), OF_A_POLICY, ids=[new or old for _, old, new, *_ in OF_A_POLICY]
)
def test_a_fault_of_a_policy_says_where_what_and_what_to_write_and_nothing_else(file, old, new, there, why):
    """Also that a page which uses the faulty one is not told to be at fault itself."""
    text = BOOK.sources[file].replace(old, new, 1)
    before = text[: text.index(there, text.index(new) if new else 0)]
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    assert planted(file, old, new) == [f"{file}:{line}:{column}: {why}"]
