"""Every word that a page may hold has a reader, named here; a word without one is found on any page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kechuang.casework import book
from kechuang.casework.book import check_words
from kechuang.casework.book.conditions import EXEMPT
from kechuang.desks.projects import limits
from tests.book.test_planted import planted

SRC = Path(check_words.__file__).parents[2]
BOOK = book.packaged()
HEAD = (
    "format",
    "code",
    "title",
    "source",
    "assumptions",
    "examples",
)  # of every page: check_texts.py, check_examples.py
FACTS = "facts facts.*.from facts.*.unit facts.*.usual"
SHEET = (
    "code mode blind amount_opinion grade verdict scale scale.low scale.high scale.step criteria criteria.code"
    " criteria.weight criteria.points criteria.reason criteria.min criteria.help veto veto.code for for.tracks for.experts"
)
# Who reads which words: the file, and words of each kind of page. The file names the word, in quotes or after a dot.
READERS = {
    "casework/opening.py": {"programmes": "rolling"},
    "casework/acts.py": {"programmes": "plan"},
    "casework/letter_values.py": {"programmes": "money_source", "flows": "money.settlement appeals appeals.against appeals.within"
                                  " appeals.outside", "letters": "recalls"},
    "casework/letters.py": {"letters": "form addressed_to body relief signed signed.body"},
    "casework/book/frozen.py": {"programmes": "flow round policy policies progress progress.fields progress.title midterm.fields"
                                " midterm.title acceptance acceptance.fields acceptance.title acceptance.sheet sheets sheets.code"
                                " acceptance.sheet.code progress.facts midterm.facts acceptance.facts"},
    "casework/book/asking.py": {"programmes": "awaits award panel panel.draw panel.draw.affinity facts.*.from facts.*.unit"
                                " award.facts award.facts.*.from award.facts.*.unit progress.facts.*.from progress.facts.*.unit"
                                " midterm.facts.*.from midterm.facts.*.unit acceptance.facts.*.from acceptance.facts.*.unit",
                                "indicators": "awaits"},
    "casework/book/check_examples.py": {"programmes": "facts facts.*.usual award.facts.*.usual award.in progress.facts.*.usual"
                                        " midterm.facts.*.usual acceptance.facts.*.usual"},
    "casework/book/params.py": {"programmes": "params params.*.value params.*.spans"},
    "casework/book/awards.py": {"programmes": "award.amount award.round"},
    "casework/book/conditions.py": {"programmes": "eligibility eligibility.code eligibility.when eligibility.level eligibility.at"
                                    " limits limits.code limits.when limits.level limits.at"},
    "words/reason.py": {"programmes": "eligibility.needs limits.needs"},
    "engines/forms/reading.py": {"programmes": "form"},
    "engines/forms/questions.py": {"programmes": "tracking.indicators.unit"},
    "engines/forms/sheets.py": {"programmes": "sheets.amount_opinion sheets.grade sheets.verdict sheets.scale sheets.scale.low"
                                " sheets.scale.high sheets.scale.step sheets.criteria sheets.criteria.code sheets.criteria.weight"
                                " sheets.criteria.points sheets.criteria.reason sheets.criteria.min sheets.criteria.help sheets.veto"
                                " sheets.veto.code"},
    "casework/book/tracks.py": {"programmes": "sheets.for sheets.for.tracks sheets.for.experts instalments.for"},
    "desks/experts/sheets.py": {"programmes": "sheets.mode"},
    "desks/experts/reading.py": {"programmes": "sheets.blind"},
    "casework/offers.py": {"programmes": "tracks tracks.*.months"},
    "casework/pages.py": {"programmes": "checklist.code evidence.code instalments.code deliverables.code tracking.indicators"
                          " tracking.indicators.code"},
    "faces/web/public.py": {"programmes": "checklist evidence exempt exempt.items"},
    "faces/web/templates/public/call.html": {"programmes": "service service.who"},
    "faces/web/guide.py": {"programmes": "service.promised_days service.legal_days service.opens service.item_kind service.provider"
                           " service.channel service.fee service.visits service.prefilled service.not_asked_again service.results"
                           " service.appeal service.contacts service.watch_out panel.draw.seed panel.draw.rng panel.draw.replace"},
    "desks/projects/limits.py": {"programmes": "exempt.items.code"},
    "desks/projects/offers.py": {"programmes": "deliverables deliverables.field deliverables.required tracking tracking.years"},
    "desks/projects/accepting.py": {"programmes": "acceptance.site acceptance.sub_first acceptance.results acceptance.results.code"
                                    " acceptance.results.when"},
    "casework/deadlines.py": {"programmes": "midterm midterm.at midterm.gates instalments instalments.upon"},
    "desks/funds/offers.py": {"programmes": "instalments.share"},
    "desks/funds/joint.py": {"programmes": "contributions contributions.due contributions.unpaid"},
    "desks/experts/terms.py": {"programmes": "panel.draw.method panel.draw.give_up panel.mail.mix panel.site_visit.mix panel.mail.size panel.panel.mix"
                               " panel.panel.size"},
    "desks/experts/pool.py": {"programmes": "panel.by_hand panel.site_visit.size"},
    "desks/projects/visiting.py": {"programmes": "panel.site_visit panel.site_visit.required"},
    "desks/experts/drawing.py": {"programmes": "panel.recuse"},
    "engines/panel/recusal.py": {"programmes": "panel.recuse.code panel.recuse.level panel.recuse.years"},
    "desks/experts/offers.py": {"programmes": "panel.mail panel.panel panel.mail.at_least panel.mail.quorum panel.panel.at_least"
                                " panel.panel.quorum"},
    "desks/experts/ranking.py": {"programmes": "panel.watch panel.panel.to_panel panel.panel.to_panel.all panel.panel.to_panel.per_place combine ranking ranking.ties ranking.within ranking.at_least ranking.share_of_groups"},
    "desks/claims/settling.py": {"programmes": "claim claim.budget claim.order"},
    "desks/claims/offers.py": {"programmes": "recognition recognition.method"},
    "desks/claims/basis.py": {"programmes": "recognition.counts"},
    "desks/enterprises/offers.py": {"programmes": "recognition.title recognition.number recognition.years recognition.until"},
    "desks/integrity/offers.py": {"flows": "choices.*.*.least choices.*.*.most choices.*.*.permanent"},
    "engines/flow/reading.py": {"flows": "of stages states params facts acts parent changes appeals choices money"},
    "engines/flow/definition.py": {"flows": "appeals.child appeals.act appeals.not_about"},
    "engines/flow/audit.py": {"flows": "appeals.by appeals.decided_by appeals.advised_by"},
    "casework/codes.py": {"codes": "system lengths first_level codes", "places": "leagues leagues.code listed_cities"
                          " listed_cities.code counties counties.code"},
    "casework/book/check_codes.py": {"places": "leagues.recommends leagues.since leagues.formerly leagues.formerly.code counts"
                                     " listed_cities.counted_in listed_cities.recommends counts.statistical counts.recommending"
                                     " counts.counties groups groups.*.places"},
    "casework/book/check_texts.py": {"letters": "fields signed.date"},
    "casework/book/checking.py": {"indicators": "unit definition by period count"},
    "desks/texts/said.py": {"likeness": "shortest nearest always shown other goals budget amounts lines lines.*.value weights"
                                 " weights.weight weights.fields results"},
    "casework/book/check_synonyms.py": {"synonyms": "groups"},
    "engines/flow/separation.py": {"roles": "views powers scopes roles roles.*.power roles.*.scope roles.*.sees incompatible"
                                   " incompatible.code incompatible.one incompatible.other incompatible.within"},
    "faces/importing/importing.py": {"imports": "*.columns"},
}  # fmt: skip
# Read by people alone: which desk a page awaits, what is counted once the board is built (docs/house.md), what a place is;
# or by a field of the form (`from: modes`), which the checker follows.
TOLD = {
    "indicators": "figures also awaits.desk",
    "programmes": "awaits.desk modes",
    "places": "region region.code leagues.kind",
}
SAME = ("parts",)  # the words of a part are those of the programmes it is spliced into


def flat(words: check_words.Words, way: str = "") -> Iterator[str]:
    for name, below in words.items():
        path = f"{way}.{name}" if way else name
        if name != check_words.ANY:
            yield path
        yield from flat(below or {}, path)


def unread(kind: str) -> list[str]:
    """Words of a kind of page that no file here reads, or that the file named for them does not name."""
    told = {w for words in READERS.values() for w in words.get(kind, "").split()} | {*TOLD.get(kind, "").split()}
    return [path for path in flat(check_words.BY_KIND[kind]) if path not in told and path not in HEAD]


@pytest.mark.parametrize("kind", sorted(check_words.BY_KIND.keys() - {*SAME}))
def test_every_word_a_page_may_hold_has_a_reader(kind):
    assert [path for path in unread(kind) if not path.startswith("acceptance.sheet.")] == []


@pytest.mark.parametrize("file", READERS)
def test_the_file_that_reads_a_word_names_it(file):
    text = (SRC / file).read_text()
    words = {path.rpartition(".")[2] for told in READERS[file].values() for path in told.split()}
    assert sorted(w for w in words if not re.search(rf"[\"'.]{w}\b|\b{w}=", text)) == []


def test_every_page_of_the_book_is_looked_at():
    looked = check_words.BY_KIND.keys() | {"policies", "vocabulary", "stacking"}  # these by the engine of rules
    assert {file.partition("/")[0].removesuffix(".yaml") for file in BOOK.sources} <= looked


WORDS = [
    ("programmes/nsf-general.yaml", "share_of_groups:", "share_of_group:", "nobody reads share_of_group of ranking (did you mean"),
    ("programmes/nsf-general.yaml", "ranking:\n", "ranking:\n  by: score\n", "nobody reads by of ranking"),
    ("programmes/nsf-general.yaml", "flow: grant\n", "flow: grant\nkind: fund\n", "nobody reads kind of the page"),
    ("programmes/major-special.yaml", "gates: gates_table", "gate: gates_table", "nobody reads gate of midterm"),
    ("parts/service.yaml", "visits: 0", "visit: 0", "nobody reads visit of service"),
    ("parts/recusal.yaml", "give_up: []", "names_public: after_award", "nobody reads names_public of draw"),
    ("parts/closing.yaml", "\nresults:", "\nevidence_of_diligence: {zh: 一, en: One}\nresults:", "nobody reads evidence_of_diligence"),
    ("letters/receipt.yaml", "signed: {", "signed: {seal: department, ", "nobody reads seal of signed"),
    ("flows/inquiry.yaml", "permanent: true", "endless: true", "nobody reads endless of choices.levels.grave"),
    ("flows/grant.yaml", "money: {", "money: {stopped_in: [suspended], ", "nobody reads stopped_in of money"),
    ("roles.yaml", "within: round,", "within: round, reach: organisation,", "nobody reads reach of incompatible"),
    ("places.yaml", "counts: {", "counts: {zones: 3, ", "nobody reads zones of counts"),
    ("likeness.yaml", "shortest: 8", "shortest: 8\nlongest: 9", "nobody reads longest of the page"),
    ("synonyms.yaml", "groups:\n", "pairs: [[a, b]]\ngroups:\n", "nobody reads pairs of the page"),
    ("indicators/waiting-time.yaml", "definition:", "aim: none\ndefinition:", "nobody reads aim of the page"),
    ("codes/nsfc.yaml", "lengths:", "widths: [1]\nlengths:", "nobody reads widths of the page"),
    ("imports.yaml", "cases:\n", "cases:\n  sheet: 1\n", "nobody reads sheet of cases"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "why"), WORDS, ids=[f"{file}: {why}" for file, _, _, why in WORDS])
def test_a_word_that_nobody_reads_is_found(file, old, new, why):
    assert [bad for bad in planted(file, old, new) if bad.startswith(f"{file}:") and why in bad] != []


UNASKED = [
    ("programmes/nsf-youth.yaml", "params:\n", "params:\n  spare: {zh: 备, en: Spare, value: {2018-01-01: 1 项}}\n"),
    ("parts/gates.yaml", "params:\n", "params:\n  spare: {zh: 备, en: Spare, value: {2018-01-01: 1 项}}\n"),
    ("flows/change.yaml", "params:\n", "params:\n  spare: {zh: 备, en: Spare, value: {2018-01-01: 1 日}}\n"),
]


@pytest.mark.parametrize(("file", "old", "new"), UNASKED, ids=[file for file, _, _ in UNASKED])
def test_a_parameter_that_nothing_asks_for_is_found(file, old, new):
    assert [
        bad for bad in planted(file, old, new) if bad.startswith(f"{file}:") and "nothing asks for spare" in bad
    ] != []


def test_what_code_asks_for_by_name_stands_in_code():
    text = "".join(p.read_text() for p in SRC.rglob("*.py") if p.name != "check_words.py")
    assert sorted(name for name in check_words.BY_NAME if f'"{name}"' not in text) == []


def test_what_limits_leave_out_is_what_the_desk_knows():
    assert sorted(limits.EXEMPT) == sorted(EXEMPT)
