"""Titles: a technology SME by computation, a high-tech enterprise by experts; certificate, yearly report, withdrawal."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kechuang.casework import outbox
from kechuang.casework.acts import Refused
from kechuang.casework.clock import tick
from kechuang.casework.models import Case, Document, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.claims import basis
from kechuang.desks.claims.models import Computation
from kechuang.desks.enterprises.files import reports
from kechuang.desks.enterprises.models import Title
from kechuang.desks.enterprises.offers import firms, titles
from kechuang.desks.experts.drawing import freeze_pool
from kechuang.desks.experts.models import Review, Seat
from kechuang.desks.experts.sheets import form_of
from kechuang.words.period import ZONE
from tests.desks.claims.steps import FILED, SEAL, WAN, Firms, a_claim, a_right, a_round, a_title, a_year
from tests.factories import at, done
from tests.journeys import story

pytestmark = [pytest.mark.django_db, pytest.mark.long]
NOTICE_OVER = FILED + timedelta(25)


def an_sme(region, round_=None, **figures):
    """A recognition handed in by a firm with these figures of 2018 and four rights of class II."""
    a_year(region.unit, 2018, **figures)
    for _ in range(4):
        a_right(region.unit)
    return a_claim(region, round_ or a_round(region, "recognise-tsme"), [f"{region.unit.pid}-2018"])


def checked(case, region):
    done(case, "submit", region.claimant, on=FILED, promise=SEAL)
    done(case, "recommend", region.signatory, on=FILED)
    items = [{"item": one["code"], "verdict": "pass"} for one in pages_of(case.round).programme["checklist"]]
    done(case, "check_completeness", region.officer, on=FILED, items=items)
    return case


def decided(case, region, **said):
    done(case, "propose", region.planner, on=FILED, advice="recognise")
    done(case, "publish_list", region.planning_chief, on=FILED)
    done(case, "recognise", region.leadership, on=NOTICE_OVER, document_no="内科高字〔2019〕5号", **said)
    return case


def recognised(region, **said):
    case = checked(an_sme(region), region)
    done(case, "compute", region.officer, on=FILED)
    done(case, "confirm_score", region.chief, on=FILED)
    return decided(case, region, **said)


def test_a_technology_sme_is_computed_noticed_ten_working_days_and_numbered_by_the_pattern():
    region = Firms()
    case = checked(an_sme(region), region)
    done(case, "compute", region.officer, on=FILED)
    told = Computation.objects.get(case=case)
    total = next(line for line in told.told[0]["lines"] if line["code"] == "total")
    done(case, "confirm_score", region.chief, on=FILED)
    done(case, "propose", region.planner, on=FILED, advice="recognise")
    done(case, "publish_list", region.planning_chief, on=FILED)
    with pytest.raises(Refused) as early:
        done(case, "recognise", region.leadership, on=FILED + timedelta(9), document_no="内科高字〔2019〕5号")
    done(case, "recognise", region.leadership, on=NOTICE_OVER, document_no="内科高字〔2019〕5号")
    title = Title.objects.get(case=case)
    assert (told.verdict, total["value"]["zh"], early.value.codes) == ("pass", "82 分", ["notice_still_runs"])
    assert (title.number, title.until.isoformat(), case.project_no) == (
        "20191501000001",
        "2020-04-01",
        "20191501000001",
    )
    assert Document.objects.get(kind="certificate").public


def test_a_number_may_be_typed_and_is_given_to_one_unit_only():
    region = Firms()
    first = recognised(region, certificate="201915010C000123")
    region.unit, region.claimant = region.another()
    with pytest.raises(Refused) as refusal:
        recognised(region, certificate="201915010C000123")
    assert (first.project_no, refusal.value.codes) == ("201915010C000123", ["number_taken"])


def test_staff_without_points_is_computed_as_failed_and_cannot_be_proposed():
    region = Firms()
    case = checked(an_sme(region, tech_staff=9), region)
    done(case, "compute", region.officer, on=FILED)
    done(case, "confirm_score", region.chief, on=FILED)
    done(case, "propose", region.planner, on=FILED, advice="recognise")
    with pytest.raises(Refused) as refusal:
        done(case, "publish_list", region.planning_chief, on=FILED)
    assert (Computation.objects.get(case=case).verdict, refusal.value.codes) == ("fail", ["score_not_reached"])


def test_a_condition_that_fails_is_told_before_anything_is_handed_in():
    region = Firms()
    case = an_sme(region, staff=501, tech_staff=200)
    with pytest.raises(Refused) as refusal:
        done(case, "submit", region.claimant, on=FILED, promise=SEAL)
    assert [reason.values.get("zh") for reason in refusal.value.reasons] == ["职工总数超过500人"]


def test_the_title_is_known_to_other_policies_as_long_as_it_stands():
    region = Firms()
    recognised(region)
    on = [NOTICE_OVER, NOTICE_OVER + timedelta(200)]
    told = [firms(day, {"enterprise_id": {region.unit.pid}})[0]["is_tsme"] for day in on]
    assert told == [True, False]


def test_titles_are_told_by_year_and_valid_where_they_stand_at_its_end():
    region = Firms()
    recognised(region)
    told = [
        (row["year"], row["granted_in"], row["valid"], row["place"])
        for row in titles(NOTICE_OVER + timedelta(400), {"unit": {region.unit.pid}})
    ]
    assert told == [(2019, 2019, True, "150100"), (2020, 2019, False, "150100")]
    assert titles(NOTICE_OVER, {"year": {2020}}) == []


def test_a_yearly_report_wants_the_years_figures_and_a_withdrawal_takes_the_title_from_its_day():
    region = Firms()
    case = recognised(region)
    with pytest.raises(Refused) as missing:
        done(case, "yearly_report", region.claimant, on=NOTICE_OVER, year="2019")
    a_year(region.unit, 2019)
    done(case, "yearly_report", region.claimant, on=NOTICE_OVER, year="2019")
    done(case, "warn", region.chief, on=NOTICE_OVER, items="研发费用辅助账与申报不一致，限期整改")
    done(case, "withdraw_title", region.leadership, on=NOTICE_OVER, ground="fraud", from_date="2019-12-05")
    title = Title.objects.get(case=case)
    assert (missing.value.codes, case.state) == (["year_not_in_register"], "withdrawn_title")
    assert (title.withdrawn_from.isoformat(), title.ground) == ("2019-12-05", "fraud")
    assert firms(NOTICE_OVER + timedelta(30), {"enterprise_id": {region.unit.pid}})[0]["is_tsme"] is False


def test_the_clock_ends_a_title_when_its_own_term_is_over():
    region = Firms()
    case = recognised(region)
    due = [case.due_at.astimezone(ZONE).date().isoformat()]
    tick(case.due_at)
    case.refresh_from_db()
    assert (due, case.state) == (["2020-04-01"], "expired")


# High-tech enterprise: it depends on experts


def a_file(region, round_, *, on=FILED, **given):
    for year, sales, net in ((2016, 800, 400), (2017, 900, 450), (2018, 1000, 500)):
        figures = {
            "sales": sales * WAN,
            "net_assets": net * WAN,
            "total_income": sales * WAN,
            "high_income": sales * 7 // 10 * WAN,
        }
        a_year(region.unit, year, **figures, rnd=60 * WAN, rnd_domestic=60 * WAN, tech_staff=18)
    rights = [a_right(region.unit).number for _ in range(6)]
    said = {
        "rights": rights,
        "field_ok": True,
        "accident": False,
        "conversions": "12",
        "standards_part": False,
        **given,
    }
    return a_claim(region, round_, [f"{region.unit.pid}-2018"], on=on, **said)


def test_the_self_evaluation_is_an_interval_that_says_what_it_depends_on():
    region = Firms()
    case = a_file(region, a_round(region, "recognise-hnte"))
    found = basis.computed(case, FILED)
    (one,) = found.found
    assert found.verdict == "depends"
    assert one.depends_on == ("advanced", "support", "quantity", "way", "conversion", "management", "p_net", "p_sales")
    assert (one.values["total"].low, one.values["total"].high) == (31, 80)


@pytest.mark.parametrize(("picked", "quantity"), [(1, (1, 2)), (4, (3, 4)), (6, (5, 6))])
def test_only_the_rights_that_were_picked_count(picked, quantity):
    region = Firms()
    rights = [a_right(region.unit).number for _ in range(6)][:picked]
    case = a_file(region, a_round(region, "recognise-hnte"), rights=rights)
    value = basis.computed(case, FILED).found[0].values["quantity"]
    assert (value.low, value.high) == quantity


def test_a_file_that_fails_a_condition_is_refused_with_every_sentence():
    region = Firms()
    case = a_file(region, a_round(region, "recognise-hnte"), accident=True, field_ok=False)
    with pytest.raises(Refused) as refusal:
        done(case, "submit", region.claimant, on=FILED, promise=SEAL)
    said = [reason.values["zh"] for reason in refusal.value.reasons if "zh" in reason.values]
    assert said[:2] == ["核心技术不在国家重点支持的高新技术领域", "申请前一年内有重大安全质量事故或严重环境违法"]


MARKS = {"advanced": 7, "support": 7, "quantity": 6, "way": 6, "bonus": 0, "conversion": 22, "system": 5, "body": 5,
         "incentive": 3, "training": 3, "net": 4, "sales": 4}  # fmt: skip


def sheet_of(case, marks, label):
    """The sheet of the one who sits under the label: marks and reasons of those criteria that are theirs."""
    own = {code: mark for code, mark in marks.items() if code in form_of(case, "mail", label).fields}
    return {code: str(mark) for code, mark in own.items()} | {
        f"{code}_why": story.long_text(20, story.Random(1)) for code in own
    }


def reviewed(case, region, marks):
    Round.objects.filter(pk=case.round_id).update(state="in_review")
    case.round.refresh_from_db()
    story.ceremony(case.round, region, FILED)
    done(case, "draw", region.operator, on=FILED)
    for label in story.sitting(case):
        done(case, "review", label, on=FILED, sheet=sheet_of(case, marks, label.id.removeprefix("label:")))
    done(case, "close_review", region.secretary, on=FILED)
    return case


def test_five_experts_turn_the_interval_into_a_score_and_the_title_is_given_for_three_years():
    region = Firms()
    round_ = a_round(region, "recognise-hnte")
    story.a_pool(24)
    freeze_pool(round_, FILED)
    case = checked(a_file(region, round_), region)
    reviewed(case, region, MARKS)
    told = Computation.objects.get(case=case)
    total = next(line for line in told.told[0]["lines"] if line["code"] == "total")
    decided(case, region)
    title = Title.objects.get(case=case)
    assert (told.verdict, total["value"]["zh"]) == ("pass", "72 分")
    assert (title.number, title.until.year - title.since.year) == ("GR201915000001", 3)


def test_technical_experts_mark_rights_conversion_and_management_and_the_finance_expert_marks_growth():
    region = Firms()
    round_ = a_round(region, "recognise-hnte")
    story.a_pool(24)
    freeze_pool(round_, FILED)
    case = reviewed(checked(a_file(region, round_), region), region, MARKS)
    kinds = dict(Seat.objects.values_list("label", "expert__kind"))
    marked = {kinds[one.label]: sorted(one.marks) for one in Review.objects.filter(case=case)}
    counted = {code: Review.objects.filter(case=case, marks__has_key=code).count() for code in ("advanced", "net")}
    growth = ["net", "sales"]
    assert marked == {"technical": sorted(set(MARKS) - set(growth)), "finance": growth}
    assert counted == {"advanced": 4, "net": 1}


def test_a_mark_outside_the_band_that_the_figures_allow_is_refused():
    region = Firms()
    round_ = a_round(region, "recognise-hnte")
    story.a_pool(24)
    freeze_pool(round_, FILED)
    case = checked(a_file(region, round_), region)
    with pytest.raises(Refused) as refusal:
        reviewed(case, region, {**MARKS, "conversion": 30})
    (reason,) = refusal.value.reasons
    assert (reason.code, reason.values["low"], reason.values["high"]) == ("mark_outside", 19, 24)


# Yearly reports


def a_high_tech_title(region):
    """A title of three years from 15 March 2019 on a case that stands as recognised."""
    title = a_title(region, "hnte", since=date(2019, 3, 15))
    Case.objects.filter(pk=title.case_id).update(state="recognised")
    title.case.refresh_from_db()
    return title


def reported(region, title, year, on):
    done(title.case, "yearly_report", region.claimant, on=on, year=str(year))


def test_a_high_tech_title_owes_a_report_by_the_end_of_each_may_and_says_what_is_missing():
    region = Firms()
    title = a_high_tech_title(region)
    a_year(region.unit, 2019)
    reported(region, title, 2019, at("2020-06-02"))
    told = [
        (row["year"], row["due"].isoformat(), row["filed"], row["late"]) for row in reports(title, at("2021-06-01"))
    ]
    assert told == [(2019, "2020-05-31", date(2020, 6, 2), True), (2020, "2021-05-31", None, True)]
    assert [row["late"] for row in reports(title, at("2021-05-31"))] == [True, False]


def test_the_report_of_a_year_is_filed_once():
    region = Firms()
    title = a_high_tech_title(region)
    a_year(region.unit, 2019)
    reported(region, title, 2019, at("2020-05-02"))
    with pytest.raises(Refused) as refusal:
        reported(region, title, 2019, at("2020-05-03"))
    assert refusal.value.codes == ["year_reported"]


def test_two_missing_reports_are_told_to_the_offices_and_to_the_unit_and_to_nobody_else(client):
    region = Firms()
    title = a_high_tech_title(region)
    _unit, stranger = region.another()
    told = {}
    for name, who in {"public": None, "stranger": stranger, "claimant": region.claimant, "chief": region.chief}.items():
        client.logout() if who is None else client.force_login(who)
        page = client.get(f"/titles/{title.number}/").content.decode()
        told[name] = "累计两个年度未按期填报" in page
    assert told == {"public": False, "stranger": False, "claimant": True, "chief": True}


# What people are told


def test_the_letter_of_a_title_names_number_term_and_duties(client):
    region = Firms()
    case = recognised(region)
    outbox.work(NOTICE_OVER)
    letter = Document.objects.get(case=case, kind="recognition-decision").body["text"]
    for words in ("科技型中小企业", "20191501000001", "2019年11月30日", "2020年4月1日", "每年3月底前更新"):
        assert words in letter


def test_an_expert_reads_the_file_and_is_told_which_marks_can_be(client):
    region = Firms()
    round_ = a_round(region, "recognise-hnte")
    story.a_pool(24)
    freeze_pool(round_, FILED)
    case = checked(a_file(region, round_), region)
    Round.objects.filter(pk=case.round_id).update(state="in_review")
    case.round.refresh_from_db()
    story.ceremony(case.round, region, FILED)
    done(case, "draw", region.operator, on=FILED)
    told = {}
    for seat in Seat.objects.filter(state="invited").order_by("position"):
        client.force_login(seat.expert.person)
        page = client.get(f"/reviews/{seat.label}/{case.number}/").content.decode()
        assert region.unit.name in page  # this review is not blind: who knows the firm can decline
        told[seat.expert.kind] = ["按登记的数据可给 19–24 分" in page, "按登记的数据可给 3–4 分" in page]
        assert ("第二年销售收入 900.00 万元" in page, "span-row total" in page) == (True, True)
    assert told == {"technical": [True, False], "finance": [False, True]}
