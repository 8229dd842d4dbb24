"""Editions of the book: checked whole before they are adopted, recorded, in force at once, and never under a running round."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kechuang.casework import book, editions, pages
from kechuang.casework.models import Case, Edition, Record, Round
from kechuang.faces.cli.book import app
from kechuang.words import offers
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_case, an_open_round

pytestmark = [pytest.mark.django_db, pytest.mark.long]
RUN = CliRunner()


@pytest.fixture(autouse=True)
def fresh():
    """Editions are kept by their key, and a rolled-back test gives its keys to the next one."""
    pages._edition.cache_clear()
    yield
    pages._edition.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The packaged book with one word of one letter changed."""
    whole = tmp_path / "book"
    shutil.copytree(str(files("kechuang.book")), whole, ignore=shutil.ignore_patterns("__pycache__"))
    changed(whole)
    return whole


def changed(whole: Path, mark: str = "# a second edition") -> None:
    letter = sorted((whole / "letters").glob("*.yaml"))[0]
    letter.write_text(letter.read_text("utf-8") + f"{mark}\n", "utf-8")


def chief() -> str:
    return Region().planning_chief.username


def test_an_edition_is_adopted_recorded_and_in_force_at_once(folder):
    who = chief()
    ran = RUN.invoke(app, ["adopt", str(folder), "--by", who, "--json"])

    wanted = book.read(book.sources_in(folder)).digest
    assert (ran.exit_code, json.loads(ran.stdout)) == (
        0,
        {"edition": wanted, "before": book.packaged().digest, "changed": True},
    )
    assert (pages.current().digest, Edition.objects.get().digest) == (wanted, wanted)
    record = Record.objects.get(subject_kind="book")
    assert (record.act, record.role, json.loads(record.body)["tells"]) == (
        "adopt_edition",
        "planning_chief",
        {"edition": wanted, "before": book.packaged().digest},
    )


def test_adopting_what_is_in_force_changes_nothing(folder):
    who = chief()
    runs = [RUN.invoke(app, ["adopt", str(folder), "--by", who]) for _ in range(2)]
    assert [ran.stdout.split(":")[0] for ran in runs] == ["in force", "in force already"]
    assert (Edition.objects.count(), Record.objects.filter(subject_kind="book").count()) == (1, 1)


def test_an_earlier_edition_can_be_adopted_again_and_every_time_is_told(folder):
    who = Region().planning_chief
    first = book.sources_in(folder)
    changed(folder, "# a third edition")
    third = book.sources_in(folder)
    for sources in (first, third, first, third):
        editions.adopt(sources, by=who, on=START)
    assert pages.current().digest == book.read(third).digest
    told = [json.loads(row.body)["tells"]["edition"] for row in editions.history()]
    assert told == [book.read(sources).digest for sources in (first, third, first, third)]


def test_a_book_with_faults_is_refused_with_file_and_line_and_nothing_is_kept(folder):
    (folder / "flows/grant.yaml").write_text("format: 1.5\n", "utf-8")
    ran = RUN.invoke(app, ["adopt", str(folder), "--by", chief()])
    assert (ran.exit_code, ran.stdout.splitlines()[-1], "flows/grant.yaml:1:" in ran.stdout) == (1, "not adopted", True)
    assert (Edition.objects.count(), Record.objects.filter(subject_kind="book").count()) == (0, 0)


@pytest.mark.parametrize("who", ["planner", "leader", "supervisor", "chief"])
def test_only_a_planning_chief_adopts(folder, who):
    person = getattr(Region(), who)
    with pytest.raises(Refused) as refusal:
        editions.adopt(book.sources_in(folder), by=person, on=START)
    assert (refusal.value.codes, Edition.objects.count()) == (["act_for_another"], 0)
    assert RUN.invoke(app, ["adopt", str(folder), "--by", person.username]).exit_code == 1


def test_a_name_nobody_has_is_told(folder):
    assert RUN.invoke(app, ["adopt", str(folder), "--by", "nobody"]).exit_code == 2


def without(name: str) -> list[offers.Offer]:
    return [offer for offer in offers.every() if offer.name != name]


def test_a_running_round_must_still_find_every_offer_it_was_opened_with():
    round_ = an_open_round(Region())
    kind, name = sorted(set(editions.asks_of(pages.pages_of(round_))))[0]
    assert list(editions.left_alone(tuple(offers.every()))) == []
    assert [str(fault) for fault in editions.left_alone(without(name))] == [
        f"round {round_.code}: its frozen pages ask for the {kind} {name}, which no desk offers (keep the offer until the round has ended)"
    ]


def test_a_round_that_has_ended_binds_nobody_until_a_case_of_it_still_runs():
    region = Region()
    case = a_case(region)
    name = sorted(set(editions.asks_of(pages.pages_of(case.round))))[0][1]
    Round.objects.filter(pk=case.round_id).update(state="archived")
    with_case = len(list(editions.left_alone(without(name))))
    Case.objects.filter(pk=case.pk).update(state="withdrawn")
    assert (with_case, len(list(editions.left_alone(without(name))))) == (1, 0)


def test_a_round_opened_before_keeps_its_pages_and_a_new_one_takes_the_new_edition(folder):
    region = Region()
    before = an_open_round(region)
    page = folder / "programmes/nsf-general.yaml"
    page.write_text(page.read_text("utf-8").replace("title: {zh: ", "title: {zh: 新", 1), "utf-8")
    editions.adopt(book.sources_in(folder), by=region.planning_chief, on=START)
    after = an_open_round(region)
    titles = [pages.pages_of(round_).programme["title"]["zh"] for round_ in (before, after)]
    assert titles == [titles[0], "新" + titles[0]]


def test_diff_is_empty_for_the_same_book_and_unified_for_another(folder):
    same = RUN.invoke(app, ["diff", str(files("kechuang.book"))])
    other = RUN.invoke(app, ["diff", str(folder)])
    letter = sorted((folder / "letters").glob("*.yaml"))[0].name
    lines = other.stdout.splitlines()
    assert (same.exit_code, same.stdout, other.exit_code) == (0, "", 1)
    assert (lines[:2], lines[-1]) == (
        [f"--- in force/letters/{letter}", f"+++ proposed/letters/{letter}"],
        "+# a second edition",
    )


def test_show_names_the_packaged_book_and_then_every_edition(folder):
    region = Region()
    assert json.loads(RUN.invoke(app, ["show", "--json"]).stdout) == {
        "edition": book.packaged().digest, "origin": "packaged", "pages": len(book.packaged().sources), "adopted": [],
    }  # fmt: skip
    done = editions.adopt(book.sources_in(folder), by=region.planning_chief, on=START)
    shown = json.loads(RUN.invoke(app, ["show", "--json"]).stdout)
    assert (shown["edition"], shown["origin"], [row["by"] for row in shown["adopted"]]) == (
        done.digest,
        "adopted",
        [region.planning_chief.actor_id],
    )
    assert RUN.invoke(app, ["show"]).stdout.startswith(f"in force: {done.digest} (adopted, ")


def test_what_is_wrong_with_an_edition_is_told_in_the_language_of_the_terminal(folder, monkeypatch):
    changed(folder, "no_such_key: 1")
    who = chief()
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    ran = RUN.invoke(app, ["adopt", str(folder), "--by", who])
    assert ran.exit_code == 1
    assert "no_such_key" in ran.stdout and "请去掉" in ran.stdout and "nobody reads" not in ran.stdout
