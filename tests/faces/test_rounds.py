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
from kechuang.faces.web import verifying
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


def test_a_round_is_found_by_its_name_and_by_its_code():
    region = Region()
    round_, other = an_open_round(region), an_open_round(region, "nsf-youth")
    found = signed_in(region.planner).get("/rounds/", {"q": round_.code}).content.decode()
    assert round_.code in found and other.code not in found and "批次名称或代码" in found
    assert other.title in signed_in(region.planner).get("/rounds/", {"q": other.title[4:]}).content.decode()


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


class Ceremony:
    """The hands of a ceremony at the browser: each step posted to its page by whoever takes it."""

    def __init__(self, region: Region, round_: Round) -> None:
        self.where = f"/rounds/{round_.code}/draw/"
        self.operator, self.supervisor = signed_in(region.operator), signed_in(region.supervisor)
        self.taken = 0

    def takes(self, client: Client, name: str, **typed):
        self.taken += 1
        return client.post(f"{self.where}{name}/", {"key": f"k{self.taken}", **typed}, follow=True)

    def to_the_dice(self) -> None:
        self.takes(self.operator, "freeze_draw")
        parties = ["执行方", "公证处"]
        self.takes(self.operator, "seal_commitments", by=parties, digest=[commitment(p, p * 20) for p in parties])
        self.takes(self.supervisor, "seal_supervision", digest=commitment("监督处", "监督处" * 20))

    def to_the_draw(self) -> None:
        self.to_the_dice()
        self.takes(self.supervisor, "second:draw")
        self.takes(self.operator, "cast_dice", dice=DICE)
        for party in ("执行方", "公证处"):
            self.takes(self.operator, "reveal_secret", party=party, secret=party * 20)
        self.takes(self.supervisor, "reveal_supervision", secret="监督处" * 20)


def grouped(region: Region, count: int = 2) -> tuple[Round, Ceremony]:
    """A round whose cases wait in one group for their draw."""
    round_, cases = in_review(region, count)
    for case in cases:
        done(case, "group", region.officer_two, group="A组")
    return round_, Ceremony(region, round_)


def said(answer) -> list[str]:
    return [m.level_tag for m in answer.context["messages"]]


def refusals(answer) -> list[str]:
    """The codes of what a refused step says; its page is shown again with status 422."""
    assert answer.status_code == 422
    return [reason.code for reason in answer.context["reasons"]]


def test_a_refused_step_keeps_what_was_typed_and_a_party_may_seal_later():
    region = Region()
    _, ceremony = grouped(region, 1)
    ceremony.takes(ceremony.operator, "freeze_draw")
    whole = commitment("公证处", "公证处" * 20)
    wrong = ceremony.takes(ceremony.operator, "seal_commitments", by=["执行方", "公证处"], digest=["abc", whole])
    assert (refusals(wrong), wrong.context["lines"]) == (["bad_digest"], [("执行方", "abc"), ("公证处", whole)])
    assert all(f'value="{typed}"' in wrong.content.decode() for typed in ("abc", whole))
    later = ceremony.takes(ceremony.operator, "seal_commitments", by=["执行方", "公证处"], digest=["", whole])
    assert (said(later), later.context["lines"]) == (["success"], [("执行方", "")])
    short = ceremony.takes(ceremony.operator, "abort_ceremony", reason="太短")
    assert ">太短</textarea>" in short.content.decode()


def test_a_draw_goes_through_the_pages_from_the_frozen_rules_to_the_seats():
    region = Region()
    round_, ceremony = grouped(region)
    ceremony.to_the_draw()
    ceremony.takes(ceremony.operator, "all")

    row = Draw.objects.get(round=round_)
    assert (row.dice, sorted(row.commitments)) == (DICE, sorted(["执行方", "监督处", "公证处"]))
    assert set(Case.objects.filter(round=round_).values_list("state", flat=True)) == {"panel_drawn"}
    assert [r.act for r in Record.objects.filter(subject=round_.code)] == [
        "begin_review", "freeze_draw", "seal_commitments", "seal_supervision", "second:draw", "cast_dice",
        "reveal_secret", "reveal_secret", "reveal_supervision",
    ]  # fmt: skip


def test_the_page_of_the_draw_names_no_expert():
    region = Region()
    round_, ceremony = grouped(region, 1)
    ceremony.to_the_draw()
    ceremony.takes(ceremony.operator, "all")

    for reader in (region.operator, region.supervisor, region.officer):
        page = signed_in(reader).get(f"/rounds/{round_.code}/draw/").content.decode()
        assert Draw.objects.get(round=round_).dice in page
        assert [e.person.name for e in Expert.objects.select_related("person") if e.person.name in page] == []


def test_the_desk_of_operator_and_witness_leads_to_the_page_of_the_ceremony():
    region = Region()
    _, ceremony = grouped(region)
    for client in (ceremony.operator, ceremony.supervisor):
        assert f'href="{ceremony.where}"' in client.get("/todo/").content.decode()


def test_nothing_is_cast_or_drawn_before_its_time():
    region = Region()
    round_, ceremony = grouped(region, 1)
    early = refusals(ceremony.takes(ceremony.operator, "cast_dice", dice=DICE))
    ceremony.to_the_dice()
    short = refusals(ceremony.takes(ceremony.operator, "cast_dice", dice="123"))
    unseen = said(ceremony.takes(ceremony.operator, "all"))
    assert (early, short, set(unseen)) == (["draw_not_frozen"], ["too_short"], {"error"})
    assert (Draw.objects.count(), Case.objects.get(round=round_).state) == (0, "grouped")


def test_the_page_says_what_comes_next_and_shows_each_hand_its_own_form():
    region = Region()
    _, ceremony = grouped(region, 1)
    steps = []
    for take in ("freeze_draw", "seal", "witness"):
        page = ceremony.operator.get(ceremony.where)
        steps.append(next(s["title"] for s in page.context["steps"] if s["state"] == "now"))
        if take == "freeze_draw":
            ceremony.takes(ceremony.operator, take)
            forms = [f"/{name}/" in ceremony.supervisor.get(ceremony.where).content.decode() for name in ("seal_supervision", "seal_commitments")]  # fmt: skip
        elif take == "seal":
            ceremony.to_the_dice()
    assert steps == ["冻结名单、规则与评分", "三方封存承诺", "监督见证"]
    assert forms == [True, False]


def test_what_the_round_lacks_is_named_before_the_draw_and_the_draw_is_refused():
    region = Region()
    _, ceremony = grouped(region, 1)
    Expert.objects.update(kind="finance")
    Expert.objects.filter(place__startswith="15").update(kind="technical")
    page = signed_in(region.officer).get(ceremony.where + "?lacks=1")
    refused = ceremony.takes(ceremony.operator, "freeze_draw")
    assert page.context["lacks"] == ["A组：数学物理科学部（A01）还缺 6 名技术专家，须来自自治区外"]
    assert (refusals(refused), Draw.objects.count()) == (["experts_short"], 0)
    assert "还缺 6 名技术专家，须来自自治区外" in refused.content.decode()


def test_who_is_not_the_operator_freezes_nothing():
    region = Region()
    _, ceremony = grouped(region, 1)
    assert refusals(ceremony.takes(signed_in(region.officer), "freeze_draw")) == ["act_for_another"]
    assert ceremony.takes(signed_in(region.planner), "freeze_draw").status_code == 404


def test_until_the_award_the_public_reads_digest_dice_and_seed_and_afterwards_the_certificate():
    region = Region()
    round_, ceremony = grouped(region)
    ceremony.to_the_draw()
    ceremony.takes(ceremony.operator, "all")
    where, anyone = f"/draws/{round_.code}/1/", Client()
    before, closed = anyone.get(where), anyone.get(where + "certificate.json").status_code
    Round.objects.filter(pk=round_.pk).update(state="decided")
    after, public = anyone.get(where), anyone.get(where + "certificate.json").json()
    row = Draw.objects.get()

    assert (before.context["released"], closed, DICE in before.content.decode()) == (False, 404, True)
    assert (after.context["released"], after.context["faults"], "verify_draw.py draw-" in after.content.decode()) == (True, (), True)  # fmt: skip
    assert (before.context["labels"], [seat for seat, _ in after.context["labels"]]) == ((), [row[0] for row in public["rules"]["projects"]])  # fmt: skip
    assert {chance for _, drawn in after.context["labels"] for _, chance in drawn} == {"50%"}
    assert [(one["party"], one["missing"]) for one in before.context["parties"]] == [("公证处", False), ("执行方", False), ("监督处", False)]  # fmt: skip
    assert (verifying.found(public), public["form"], sorted(set(public) & {"scores", "salts", "prices"})) == (
        [],
        "public",
        [],
    )
    assert [e.pid for e in Expert.objects.all() if e.pid in str(public)] == []
    assert (public["seed"], sum(map(len, public["panels"]))) == (row.ceremony.seed, row.seats)


def test_the_list_of_draws_costs_the_same_for_one_and_for_three():
    region = Region()
    told = []
    for count in (1, 2):
        for _ in range(count):
            _, ceremony = grouped(region, 1)
            ceremony.takes(ceremony.operator, "freeze_draw")
        told.append(queries_of(Client(), "/draws/"))
    assert told[0] == told[1]


def test_an_aborted_ceremony_stays_for_everyone_to_see():
    region = Region()
    round_, ceremony = grouped(region, 1)
    ceremony.takes(ceremony.operator, "freeze_draw")
    ceremony.takes(ceremony.operator, "abort_ceremony", reason="公证处临时不能到场，按规则在掷骰之前中止并另行安排。")
    ceremony.takes(ceremony.operator, "freeze_draw")
    pages = [Client().get(f"/draws/{round_.code}/{n}/").content.decode() for n in (1, 2)]
    assert ["公证处临时不能到场" in page for page in pages] == [True, False]
    assert Client().get("/draws/").content.decode().count(round_.title) == 2


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


def test_the_amount_that_the_list_fills_in_goes_with_advice_to_fund_alone():
    region = Region()
    round_, (first, second) = ranked(region)
    reason = "本项目的研究内容与在研的国家项目相近，经处务会讨论后不列入本批建议名单。"
    rows = {
        "act": "propose", "pick": [first.number, second.number], "key": "k", "step": "confirm",
        f"row.{first.number}.advice": "reject", f"row.{first.number}.amount": "10", f"row.{first.number}.departure": reason,
        f"row.{second.number}.advice": "reserve", f"row.{second.number}.amount": "5",
    }  # fmt: skip
    signed_in(region.planner).post(f"/rounds/{round_.code}/propose/", rows)
    assert list(Case.objects.filter(round=round_).order_by("rank").values_list("advice", "proposed_fen")) == [
        ("reject", None),
        ("reserve", None),
    ]


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


def test_the_page_of_a_round_tells_what_was_done_by_whom_in_which_role():
    region = Region()
    signed_in(region.planner).post("/rounds/open/", {**OPENED, "institution": region.institution.pid})
    page = signed_in(region.planner).get("/rounds/nsf-2019/")
    assert [(one["title"]["zh"], one["who"]) for one in page.context["records"]] == [
        ("启动需求征集", f"{region.planner.name} · 规划处经办")
    ]
    assert "还没有记录" not in page.content.decode()


def test_the_ranking_leads_to_its_summary_as_paper_and_as_workbook():
    region = Region()
    round_, _cases = ranked(region)
    client = signed_in(region.planner)
    links = [act["href"] for act in client.get(f"/rounds/{round_.code}/ranking/").context["head_acts"]]
    assert [(link.rpartition(".")[2], client.get(link).status_code) for link in links] == [("pdf", 200), ("xlsx", 200)]


def test_a_recommender_finds_the_letter_the_money_office_the_fees_and_supervision_the_whole_file():
    region = Region()
    round_, cases = ranked(region)
    Round.objects.filter(pk=round_.pk).update(state="decided")

    def leads(who, where: str, to: str) -> bool:
        return f'href="{to}"' in signed_in(who).get(where).content.decode()

    where = f"/rounds/{round_.code}/"
    assert [leads(region.clerk, "/todo/", "/rounds/"), leads(region.clerk, where, f"{where}recommendation/")] == [
        True,
        True,
    ]
    assert [leads(region.treasurer, "/todo/", "/rounds/"), leads(region.treasurer, where, f"{where}fees/")] == [
        True,
        True,
    ]
    assert (
        leads(region.officer, where, f"{where}fees/"),
        signed_in(region.treasurer).get(f"{where}fees/").status_code,
    ) == (False, 200)
    Case.objects.filter(pk=cases[0].pk).update(answers={"title": "一项"})
    whole = f"/cases/{cases[0].number}/file.zip"
    assert [leads(who, f"/cases/{cases[0].number}/", whole) for who in (region.supervisor, region.planner)] == [
        True,
        False,
    ]


def test_the_page_that_cancels_a_round_names_only_what_follows_for_cases_of_its_own_flow():
    region = Region()
    round_ = an_open_round(region)
    page = signed_in(region.leadership).get(f"/rounds/{round_.code}/act/cancel/")
    assert page.status_code == 200
