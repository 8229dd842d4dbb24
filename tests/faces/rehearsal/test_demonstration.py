"""The demonstration leaves something to do for every role that acts; it can be started again beside nothing real."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from kechuang.casework import todo
from kechuang.casework.models import Attempt, Case, Document, Finding, Round
from kechuang.casework.pages import day_of
from kechuang.desks.experts.models import Seat
from kechuang.desks.funds import actions, queries
from kechuang.desks.funds.models import Batch
from kechuang.faces.rehearsal import demonstration, leaving, year
from kechuang.faces.web import beside
from kechuang.parties.models import Person
from kechuang.parties.permissions import appointments
from tests.faces.all_english import Texts, Walk, data
from tests.house.routes import routes

READERS = {"auditor", "discipline", "finance_department", "system_admin", "security_admin", "audit_admin"}


# One for each power and reach; the others are led to the same pages.
WALKERS = (
    *("leader", "unit_research", "recommender", "planner", "planning_chief", "institution_officer", "institution_chief", "draw_operator"),
    *("supervisor", "supervision_chief", "fund_clerk", "treasurer", "leadership", "security_admin", "expert", "claimant", "contract_registrar", "co_funder"),
    *("legal_officer", "review_secretary"),
)  # fmt: skip
# Of what these show the demonstration has none: experts in the index of search, a panel of one case, a seat by hand, a title.
LEFT_OUT = frozenset({
    "search/experts/<str:pid>/", "panels/<str:number>/", "experts/cases/<str:number>/seat/", "titles/<str:code>/",
})  # fmt: skip


@pytest.fixture(scope="module")
def logins(django_db_setup, django_db_blocker):
    """The demonstration, played once for all questions, and who signs in to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield demonstration.demonstrate(today=timezone.now(), seed=1, say=lambda _what, _count: None)
        transaction.set_rollback(True)


@pytest.mark.journey
@pytest.mark.django_db
def test_every_login_but_those_that_only_read_finds_something_to_do(logins):
    now = timezone.now()
    people = {name.removeprefix("demo-"): Person.objects.get(username=name) for name, _ in logins}
    expert = people.pop("expert")

    idle = {
        role
        for role, person in people.items()
        if todo.count(person, now) + len(beside.waiting(appointments(person, day_of(now)))) == 0
    }
    year.refuse_real_data()

    assert idle == READERS
    assert Seat.objects.filter(expert__person=expert, state="accepted", draw__round__state="in_review").exists()
    assert (Case.objects.filter(synthetic=False).count(), Attempt.objects.count()) == (0, 0)
    (found,) = Finding.objects.filter(check_name="texts.compare", verdict="warn", settled_by=None)
    like, *_others = found.evidence["nearest"]  # beside the copy another application of the same team may be named
    assert (found.case.state, like["share"] > 30, like["rewritten"] > 0) == ("formal_check", True, True)
    (batch,) = Batch.objects.all()
    listed = Document.objects.get(kind=actions.PAYMENT_LIST)
    assert (len(actions.orders(batch)), listed.body["batch"], queries.unbatched().count()) == (2, batch.code, 1)
    assert {"collecting", "vetting", "open", "closed", "in_review", "decided"} <= set(
        Round.objects.values_list("state", flat=True)
    )


@pytest.mark.journey
@pytest.mark.django_db
def test_one_project_can_be_followed_by_the_logins_from_its_leader_to_its_recommender(logins):
    people = {name.removeprefix("demo-"): Person.objects.get(username=name) for name, _ in logins}
    unit = people["leader"].unit
    draft = Case.objects.get(leader=people["leader"], state="draft")
    assert people["member"].pk in set(draft.members.filter(consented_at=None).values_list("person", flat=True))
    assert Case.objects.filter(leader=people["leader"], state="funded", applicant=unit).exists()
    assert {people[role].unit for role in ("member", "unit_research", "unit_head", "unit_finance")} == {unit}
    assert {people[role].unit for role in ("recommender", "recommender_head")} == {unit.recommender}


@pytest.mark.journey
@pytest.mark.django_db
def test_no_page_that_a_role_can_reach_holds_chinese_in_english_but_data_and_quotations(logins):
    people = {name: Person.objects.get(username=f"demo-{name}") for name in WALKERS}
    walk = Walk(data())
    walk.through(None, "a visitor")
    for name, who in people.items():
        walk.through(who, name)
    for who, address in not_linked():
        walk.read(walk.reader(who), address, who.name)
    walk.try_unlinked(routes(), people)
    assert walk.left == {}
    assert walk.dead == {}
    assert {one.path for one in walk.unread(routes())} == LEFT_OUT


def not_linked() -> list[tuple[Person, str]]:
    """Pages that a press leads to, and whose it is."""
    running, draft = (Case.objects.filter(parent=None, state=state).order_by("pk")[0] for state in ("running", "draft"))
    reported = Case.objects.get(round__programme="integrity", state="reported")
    return [
        (running.leader, f"/cases/{running.number}/reports/progress/"),
        (running.leader, f"/cases/{running.number}/open/change/open/"),
        (draft.leader, f"/cases/{draft.number}/form/check/"),
        (Person.objects.get(username="demo-leadership"), f"/decisions/inquiries/{reported.number}/"),
        (
            Person.objects.get(username="demo-planner"),
            f"/rounds/{Round.objects.get(code__startswith='claim-').code}/list/",
        ),
    ]


def test_chinese_that_is_no_data_is_found_on_a_page():
    walk, page = Walk(["马铃薯脱毒种薯高效制备与应用示范", "示例大学"]), Texts()
    page.feed(
        '<p title="未译">示例大学: Funded<b>已立项</b><q lang="zh-CN">引文</q>马铃薯脱毒种薯高效制备与…<script>"码"</script></p>'
    )
    assert [walk.without(said) for said in page.said] == ["未译", "", "已立项", ""]


def test_a_disguised_copy_is_as_long_as_what_it_was_copied_from_and_half_of_it_stands_there():
    text = "先查样点，再建模型。以土壤为基因，测养分。由水分到菌群。每户记一次"
    told = leaving.disguised(text)
    assert told == "由水分到菌群。每户记一次先看样点，再设模型。用土壤为基因，量养分。"
    assert len(told) == len(text)
