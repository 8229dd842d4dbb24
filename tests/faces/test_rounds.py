"""The round's pages: opening, acts, groups, the draw with its witness, the ranking and what may be seen of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kechuang.casework.models import Case, Notice, Record, Round
from kechuang.desks.experts import queries
from kechuang.desks.experts.models import Draw, Expert, Score
from kechuang.engines.panel.ceremony import commitment
from kechuang.faces.web.panels import points
from tests.faces.test_officer import queries_of, signed_in
from tests.factories import START, Region, a_case, a_person, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db

DICE = "83920174650293847561"
OPENED = {
    "programme": "nsf-general", "code": "nsf-2019", "title": "2019年度自然科学基金", "year": "2019", "budget": "1,200",
    "opens_at": "2019-03-01T09:00", "units_close_at": "2019-03-31T17:00", "closes_at": "2019-04-02T17:00", "key": "k",
    "topics.0.code": "T1", "topics.0.title": "自由探索",
}  # fmt: skip


def sealed() -> dict[str, list[str]]:
    parties = ["执行方", "监督处", "公证处"]
    return {"by": [*parties, ""], "digest": [*(commitment(p, p * 20) for p in parties), ""]}


def in_review(region: Region, count: int = 2, **given) -> tuple[Round, list[Case]]:
    """A round in review with `count` admitted cases of two subject codes; its pool is frozen by its own act."""
    story.a_pool()
    round_ = an_open_round(region)
    cases = [a_case(region, round_, leader=a_person(unit=region.unit)) for _ in range(count)]
    for n, case in enumerate(cases):
        Case.objects.filter(pk=case.pk).update(
            state="admitted",
            title=f"题目{n}",
            field=f"A01{n % 2}",
            received_at=START,
            asked_fen=10_000_000,
            place="150102",
        )
    Round.objects.filter(pk=round_.pk).update(state="closed")
    round_.refresh_from_db()
    done(round_, "begin_review", region.officer)
    return round_, list(Case.objects.filter(round=round_).order_by("pk"))


def ranked(region: Region, count: int = 2) -> tuple[Round, list[Case]]:
    """A round whose cases are ranked: the budget covers the first alone."""
    round_, cases = in_review(region, count)
    for n, case in enumerate(cases, 1):
        Case.objects.filter(pk=case.pk).update(state="ranked", rank=n, above_line=n == 1, group="A组")
        Score.objects.create(case=case, raw=850_000 - n, normal=912_300 - n, sheets=5)
    Round.objects.filter(pk=round_.pk).update(budget_fen=15_000_000)
    round_.refresh_from_db()
    from_note(round_, region)
    return round_, list(Case.objects.filter(round=round_).order_by("rank"))


def from_note(round_: Round, region: Region) -> None:
    done(round_, "rank", region.chief)
    for n, case in enumerate(Case.objects.filter(round=round_).order_by("pk"), 1):
        Case.objects.filter(pk=case.pk).update(rank=n, above_line=n == 1)
        Score.objects.filter(case=case).update(normal=912_300 - n)


def test_the_planning_office_opens_a_round_from_a_programme():
    region = Region()
    answer = signed_in(region.planner).post("/rounds/open/", {**OPENED, "institution": region.institution.pid})

    made = Round.objects.get(code="nsf-2019")
    assert (answer.status_code, answer["Location"]) == (302, "/rounds/nsf-2019/")
    assert (made.state, made.budget_fen, made.institution, made.plan) == (
        "collecting",
        1_200_000_000,
        region.institution,
        "basic-research",
    )
    assert made.topics == [{"code": "T1", "title": "自由探索"}]


def test_what_is_wrong_with_a_new_round_is_said_and_nothing_typed_is_lost():
    region = Region()
    page = signed_in(region.planner).post("/rounds/open/", {**OPENED, "budget": "很多"})
    shown = {one.path: one for one in page.context["fields"]}
    assert (
        page.status_code,
        shown["budget"].value,
        bool(shown["budget"].errors),
        bool(shown["institution"].errors),
    ) == (422, "很多", True, True)
    assert Round.objects.count() == 0


@pytest.mark.parametrize("code", ["a/b", "有空 格", "-x"])
def test_a_code_that_cannot_stand_in_an_address_is_refused(code):
    region = Region()
    page = signed_in(region.planner).post(
        "/rounds/open/", {**OPENED, "institution": region.institution.pid, "code": code}
    )
    assert (page.status_code, [r.code for r in page.context["reasons"]]) == (422, ["bad_round_code"])


def test_a_code_is_given_once():
    region = Region()
    client = signed_in(region.planner)
    client.post("/rounds/open/", {**OPENED, "institution": region.institution.pid})
    page = client.post("/rounds/open/", {**OPENED, "institution": region.institution.pid, "key": "other"})
    assert (page.status_code, [r.code for r in page.context["reasons"]]) == (422, ["round_code_taken"])


def test_adding_and_removing_a_topic_opens_nothing():
    region = Region()
    client = signed_in(region.planner)
    asked = {**OPENED, "institution": region.institution.pid, "topics.1.code": "T2", "topics.1.title": "联合资助"}
    added = client.post("/rounds/open/", {**asked, "add": "topics"})
    fewer = client.post("/rounds/open/", {**asked, "remove": "topics.0"})
    rows = [{one.path: one for one in page.context["fields"]}["topics"].rows for page in (added, fewer)]
    assert [[row.cells[0].value for row in each] for each in rows] == [["T1", "T2", ""], ["T2"]]
    assert Round.objects.count() == 0


def test_only_planning_opens_rounds():
    region = Region()
    assert signed_in(region.officer).get("/rounds/open/").status_code == 403


def test_the_list_of_rounds_costs_the_same_for_one_and_for_three():
    region = Region()
    an_open_round(region)
    client = signed_in(region.planner)
    client.get("/rounds/")
    counted = queries_of(client, "/rounds/")
    an_open_round(region), an_open_round(region)
    assert queries_of(client, "/rounds/") == counted


def test_a_round_in_preparation_is_not_there_for_those_who_do_not_prepare_it():
    region, other = Region(), Region()
    hidden = an_open_round(region, state="drafting", published_at=None)
    assert signed_in(region.planner).get(f"/rounds/{hidden.code}/").status_code == 200
    assert signed_in(other.officer).get(f"/rounds/{hidden.code}/").status_code == 404


def test_an_act_on_the_round_asks_for_its_inputs_and_is_recorded():
    region = Region()
    round_ = an_open_round(region, state="vetting", published_at=None)
    client = signed_in(region.legal)
    where = f"/rounds/{round_.code}/act/legal_opinion/"

    empty = client.post(where, {"key": "k1"})
    answer = client.post(
        where, {"key": "k2", "opinion": "经审核，内容合法，程序齐备，可以发布施行，无其他意见。", "lawful": "true"}
    )

    assert (client.get(where).status_code, empty.status_code, len(empty.context["errors"]) > 0) == (200, 422, True)
    assert (answer.status_code, answer["Location"]) == (302, f"/rounds/{round_.code}/")
    assert [r.act for r in Record.objects.filter(subject=round_.code)] == ["legal_opinion"]


def test_an_act_of_another_office_is_not_there():
    region = Region()
    round_ = an_open_round(region, state="vetting")
    assert signed_in(region.planner).get(f"/rounds/{round_.code}/act/legal_opinion/").status_code == 404
    assert signed_in(region.planner).get(f"/rounds/{round_.code}/act/no_such_act/").status_code == 404


def test_an_act_that_is_not_possible_yet_says_why():
    region = Region()
    round_ = an_open_round(region, state="vetting")
    page = signed_in(region.planning_chief).post(f"/rounds/{round_.code}/act/freeze/", {"key": "k"})
    assert (page.status_code, [r.code for r in page.context["reasons"]]) == (422, ["act_after_missing"])


def test_groups_are_suggested_by_code_and_split_where_they_grow_too_large():
    region = Region()
    round_, _cases = in_review(region, 4)
    assert queries.suggested(round_, most=10) == [("A", 4)]
    assert queries.suggested(round_, most=3) == [("A010", 2), ("A011", 2)]
    assert queries.suggested(round_, most=1) == [("A010", 2), ("A011", 2)]


def test_cases_without_a_code_are_a_group_of_their_own():
    region = Region()
    round_, cases = in_review(region, 2)
    Case.objects.filter(pk=cases[0].pk).update(field="")
    assert queries.suggested(round_, most=10) == [("", 1), ("A", 1)]
    assert list(queries.of_field(round_, "")) == [cases[0]]


def test_the_suggested_groups_are_set_in_one_go():
    region = Region()
    round_, _cases = in_review(region)
    client = signed_in(region.officer)
    page = client.get(f"/rounds/{round_.code}/groups/")
    client.post(f"/rounds/{round_.code}/groups/set/", {"pick": ["A"], "name.A": "数理组", "key": "k"})

    assert [line["prefix"] for line in page.context["lines"]] == ["A"]
    assert list(Case.objects.filter(round=round_).values_list("state", "group").distinct()) == [("grouped", "数理组")]


def drawn_by_pages(region: Region, round_: Round) -> None:
    """Commitments, witness and dice, each through its page."""
    where = f"/rounds/{round_.code}/draw/"
    signed_in(region.operator).post(where + "prepare/", {**sealed(), "key": "p"})
    signed_in(region.supervisor).post(f"/rounds/{round_.code}/act/second:draw/", {"key": "w"})
    signed_in(region.operator).post(where + "group/", {"group": "A组", "dice": DICE, "key": "d"})


def test_a_draw_goes_from_commitments_over_the_witness_to_the_seed():
    region = Region()
    round_, cases = in_review(region)
    for case in cases:
        done(case, "group", region.officer_two, group="A组")

    drawn_by_pages(region, round_)

    row = Draw.objects.get(round=round_)
    assert (row.dice, sorted(row.commitments)) == (DICE, sorted(["执行方", "监督处", "公证处"]))
    assert set(Case.objects.filter(round=round_).values_list("state", flat=True)) == {"panel_drawn"}
    assert [r.act for r in Record.objects.filter(subject=round_.code)] == [
        "begin_review",
        "prepare_draw",
        "second:draw",
    ]


def test_the_page_of_the_draw_names_no_expert():
    region = Region()
    round_, cases = in_review(region, 1)
    done(cases[0], "group", region.officer_two, group="A组")
    drawn_by_pages(region, round_)

    for reader in (region.operator, region.supervisor, region.officer):
        page = signed_in(reader).get(f"/rounds/{round_.code}/draw/").content.decode()
        assert Draw.objects.get(round=round_).dice in page
        assert [e.person.name for e in Expert.objects.select_related("person") if e.person.name in page] == []


@pytest.mark.parametrize(
    ("before", "dice", "said"),
    [
        ((), DICE, "draw_not_prepared"),
        (("prepare",), "123", "dice_too_few"),
        (("prepare",), DICE, "second_person_missing"),
    ],
)
def test_nothing_is_drawn_before_its_time(before, dice, said):
    region = Region()
    round_, cases = in_review(region, 1)
    done(cases[0], "group", region.officer_two, group="A组")
    client = signed_in(region.operator)
    if before:
        client.post(f"/rounds/{round_.code}/draw/prepare/", {**sealed(), "key": "p"})
    page = client.post(f"/rounds/{round_.code}/draw/group/", {"group": "A组", "dice": dice, "key": "d"}, follow=True)
    levels = [m.level_tag for m in page.context["messages"]]
    assert levels == ["success"] * len(before) + ["error"]
    assert Draw.objects.count() == 0
    cases[0].refresh_from_db()
    assert cases[0].state == "grouped"


def test_commitments_of_two_parties_or_without_a_digest_are_not_taken():
    region = Region()
    round_, _ = in_review(region, 1)
    client = signed_in(region.operator)
    given = sealed()
    client.post(
        f"/rounds/{round_.code}/draw/prepare/", {"by": given["by"][:2], "digest": given["digest"][:2], "key": "a"}
    )
    client.post(f"/rounds/{round_.code}/draw/prepare/", {"by": given["by"][:3], "digest": ["x", "y", "z"], "key": "b"})
    assert queries.prepared(round_) is None


def test_who_is_not_the_operator_prepares_nothing():
    region = Region()
    round_, _ = in_review(region, 1)
    assert (
        signed_in(region.officer).post(f"/rounds/{round_.code}/draw/prepare/", {**sealed(), "key": "p"}).status_code
        == 403
    )


def test_marks_are_shown_to_planning_once_ranked_and_to_others_only_once_decided():
    region = Region()
    round_, _cases = ranked(region)
    where = f"/rounds/{round_.code}/ranking/"

    def read(who) -> tuple[int, bool]:
        page = signed_in(who).get(where)
        return page.status_code, "91.23" in page.content.decode()

    assert {name: read(getattr(region, name)) for name in ("planner", "leadership", "supervisor", "officer", "field")} == {
        "planner": (200, True), "leadership": (200, False), "supervisor": (200, True), "officer": (404, False), "field": (200, False),
    }  # fmt: skip
    Round.objects.filter(pk=round_.pk).update(state="decided")
    assert {name: read(getattr(region, name)) for name in ("leadership", "officer", "fund_clerk")} == {
        "leadership": (200, True), "officer": (200, True), "fund_clerk": (404, False),
    }  # fmt: skip


def test_before_the_ranking_there_is_no_page_of_it():
    region = Region()
    round_, _ = in_review(region)
    assert signed_in(region.planner).get(f"/rounds/{round_.code}/ranking/").status_code == 404


def test_the_line_of_the_budget_stands_behind_the_last_case_it_pays_for():
    region = Region()
    round_, _cases = ranked(region, 3)
    page = signed_in(region.planner).get(f"/rounds/{round_.code}/ranking/")
    assert [row["cut"] for row in page.context["rows"]] == [True, False, False]
    assert (page.context["line"]["rank"], page.context["line"]["sum"], page.context["line"]["left"]) == (
        1,
        10_000_000,
        5_000_000,
    )


def test_proposals_are_made_by_row_and_a_departure_needs_its_reason():
    region = Region()
    round_, (first, second) = ranked(region)
    client, where = signed_in(region.planner), f"/rounds/{round_.code}/propose/"
    rows = {
        "act": "propose", "pick": [first.number, second.number], "key": "k", f"row.{first.number}.advice": "fund",
        f"row.{first.number}.amount": "10", f"row.{second.number}.advice": "fund", f"row.{second.number}.amount": "5",
    }  # fmt: skip

    page = client.post(where, rows)
    client.post(where, {**rows, "step": "confirm"})

    assert [(o.case, o.done) for o in page.context["outcomes"]] == [(first, True), (second, False)]
    assert page.context["outcomes"][1].told.codes == ["departure_without_reason"]
    assert list(Case.objects.filter(round=round_).order_by("rank").values_list("advice", "proposed_fen")) == [
        ("fund", 10_000_000),
        ("", None),
    ]
    reason = "项目承担单位在边境旗县，属于本批指南优先支持的方向，经处务会讨论后建议予以支持。"
    client.post(
        where,
        {**rows, "key": "k2", "pick": [second.number], f"row.{second.number}.departure": reason, "step": "confirm"},
    )
    second.refresh_from_db()
    assert (second.advice, second.proposed_fen) == ("fund", 5_000_000)


def test_the_ranking_costs_the_same_for_one_row_and_for_three():
    region = Region()
    few, _ = ranked(region, 1)
    client = signed_in(region.planner)
    client.get(f"/rounds/{few.code}/ranking/")
    counted = queries_of(client, f"/rounds/{few.code}/ranking/")
    many, _ = ranked(region, 3)
    assert queries_of(client, f"/rounds/{many.code}/ranking/") == counted


def test_a_notice_shows_how_many_working_days_are_left():
    region = Region()
    round_ = an_open_round(region)
    today = timezone.now().date()
    Notice.objects.create(
        round=round_, what="公示", first_day=today, last_day=today + timedelta(30), on=START, digest=""
    )
    Notice.objects.create(
        round=round_, what="旧公示", first_day=START.date(), last_day=START.date(), on=START, digest=""
    )
    shown = signed_in(region.planner).get(f"/rounds/{round_.code}/").context["notices"]
    assert [(one["what"], one["left"] is None) for one in shown] == [("公示", False), ("旧公示", True)]


@pytest.mark.parametrize(
    ("value", "text"), [(912_345, "91.23"), (912_350, "91.24"), (0, "0.00"), (1_000_000, "100.00")]
)
def test_points_are_said_to_two_decimals(value, text):
    assert points(value) == text


def test_nobody_reads_the_round_without_signing_in():
    assert Client().get("/rounds/x/")["Location"] == "/signin/?next=/rounds/x/"
