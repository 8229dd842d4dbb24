"""The list of cases, acts on many of them, findings judged, and the list as a spreadsheet."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kechuang.casework import listing, outbox
from kechuang.casework.acts import note
from kechuang.casework.models import Attempt, Case, Finding, Record
from kechuang.casework.queries import visible_to
from kechuang.desks.texts.offers import same_elsewhere
from kechuang.faces.exports.sheets import Heading, workbook
from kechuang.words.money import Money
from tests.factories import START, Region, a_case, a_person, an_open_round, done

pytestmark = pytest.mark.django_db


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def a_checked_case(region: Region, round_, title: str, *, asked: int = 10_000_000, state: str = "formal_check") -> Case:
    """A case as it stands when an officer has gone through the checklist."""
    case = a_case(region, round_)
    Case.objects.filter(pk=case.pk).update(
        state=state,
        title=title,
        asked_fen=asked,
        received_at=START,
        entered_at=START,
        place="150102",
        answers={"topic": "T1"},
    )
    case.refresh_from_db()
    return case


def recorded(case: Case, region: Region, *, by=None) -> Case:
    """The checklist gone through, so that the case can be admitted."""
    officer = by or region.officer
    note(case, "record_check", by=officer, on=START, key=f"checked-{case.number}", role="institution_officer", data={})
    return case


def some_cases(region: Region, count: int = 3) -> list[Case]:
    round_ = an_open_round(region, state="closed")
    Case.objects.filter(round=round_).delete()
    opened = an_open_round(region)
    return [a_checked_case(region, opened, f"题目{n}", asked=(n + 1) * 1_000_000) for n in range(count)]


def led_apart(region: Region, cases: list[Case]) -> list[Case]:
    """Each case with a leader of its own, so that the limits let all of them be admitted."""
    for case in cases:
        case.leader = a_person(unit=region.unit)
        case.save(update_fields=["leader"])
    return cases


def texts_of(file) -> list[list[str]]:
    """The texts of the only sheet of a workbook, row by row."""
    book = zipfile.ZipFile(BytesIO(file.read()))
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    rows = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).findall(".//x:row", space)
    return [["".join(c.itertext()) for c in row.findall("x:c", space)] for row in rows]


def formulas_of(file) -> int:
    return zipfile.ZipFile(BytesIO(file.read())).read("xl/worksheets/sheet1.xml").count(b"<f>")


def test_the_list_shows_what_the_reader_may_open_and_nothing_else():
    region, other = Region(), Region()
    mine, foreign = some_cases(region, 1)[0], some_cases(other, 1)[0]

    page = signed_in(region.officer).get("/cases/").content.decode()
    assert (f"/cases/{mine.number}/" in page, f"/cases/{foreign.number}/" in page) == (True, False)


@pytest.mark.parametrize("address", ["/cases/", "/cases/?sort=-asked&view=clear", "/cases.xlsx"])
def test_one_row_and_three_rows_cost_the_same_number_of_queries(address):
    region = Region()
    client = signed_in(region.officer)
    first = some_cases(region, 1)[0]
    with_finding(first)
    client.get(address)
    counted = queries_of(client, address)
    for n in range(2):
        with_finding(a_checked_case(region, first.round, f"又一题{n}"))
    assert queries_of(client, address) == counted


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address)
        b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    return len(seen)


def with_finding(case: Case, **given) -> Finding:
    return Finding.objects.create(case=case, check_name=given.pop("check", "texts.no_duplicate"), verdict="warn", on=START,
                                  reasons=[{"code": "text_found_elsewhere", "share": 31}], **given)  # fmt: skip


def test_filters_in_the_address_narrow_the_list():
    region = Region()
    cases = some_cases(region)
    with_finding(cases[1])
    on = timezone.now()
    mine = visible_to(region.officer, on)

    def numbers(**asked) -> list[str]:
        return sorted(c.title for c in listing.narrowed(mine, listing.Wanted.of(asked), on))

    assert numbers(q="题目2") == ["题目2"]
    assert numbers(view="open") == ["题目1"]
    assert numbers(view="clear") == ["题目0", "题目2"]
    assert numbers(state="admitted") == []
    assert numbers(place="150100", unit=region.unit.pid) == ["题目0", "题目1", "题目2"]
    assert numbers(place="150200") == []
    assert numbers(q="题目", leader=region.leader.pid, round=cases[0].round.code) == ["题目0", "题目1", "题目2"]


@pytest.mark.parametrize(
    "asked", ["", "view=open", "view=late", "view=clear", "view=asked", "round=no-such", "state=admitted", "q=题目2"]
)
def test_the_number_of_rows_is_that_of_the_rows(asked):
    region = Region()
    cases = some_cases(region)
    with_finding(cases[1])
    Case.objects.filter(pk=cases[2].pk).update(promised_at=START)

    shown = signed_in(region.officer).get(f"/cases/?{asked}").context

    assert shown["page"]["all"] == len(shown["table"]["rows"])
    assert asked or shown["page"]["all"] == 3


def test_cases_beyond_the_promised_time_are_their_own_view():
    region = Region()
    cases = some_cases(region)
    Case.objects.filter(pk=cases[2].pk).update(promised_at=START)
    on = timezone.now()
    counted = listing.counts(visible_to(region.officer, on), on)
    assert counted == {"all": 3, "open": 0, "late": 1, "clear": 3, "asked": 6_000_000}


def test_a_bulk_act_shows_first_what_it_would_do_and_leaves_nothing():
    region = Region()
    good, unchecked, own = led_apart(region, some_cases(region))
    recorded(good, region)
    recorded(own, region, by=region.chief)
    before = Record.objects.count()

    page = signed_in(region.chief).post("/bulk/", {"act": "admit", "pick": [good.number, unchecked.number, own.number]})

    assert page.status_code == 200
    assert [o.done for o in page.context["outcomes"]] == [
        o.case.number == good.number for o in page.context["outcomes"]
    ]
    assert (page.context["ready"], page.context["refused"]) == (1, 2)
    assert (Record.objects.count(), Attempt.objects.count()) == (before, 0)
    good.refresh_from_db()
    assert good.state == "formal_check"


def test_a_confirmed_bulk_act_does_what_can_be_done_and_says_what_could_not():
    region = Region()
    good, unchecked, _rest = led_apart(region, some_cases(region))
    recorded(good, region)
    client = signed_in(region.chief)
    posted = {"act": "admit", "pick": [good.number, unchecked.number], "key": "abc", "step": "confirm"}

    page = client.post("/bulk/", posted)

    assert [(o.case.number, o.done) for o in page.context["outcomes"] if o.done] == [(good.number, True)]
    assert {c.number: c.state for c in Case.objects.filter(pk__in=[good.pk, unchecked.pk])} == {
        good.number: "admitted", unchecked.number: "formal_check",
    }  # fmt: skip
    assert {a.subject for a in Attempt.objects.all()} == {unchecked.number}


def test_a_confirmed_bulk_act_posted_twice_acts_once():
    region = Region()
    good = recorded(some_cases(region, 1)[0], region)
    client = signed_in(region.chief)
    posted = {"act": "admit", "pick": [good.number], "key": "abc", "step": "confirm", "back": "/cases/?state=admitted"}

    answer = client.post("/bulk/", posted)
    client.post("/bulk/", posted)

    assert (answer.status_code, answer["Location"]) == (302, "/cases/?state=admitted")
    assert Record.objects.filter(subject=good.number, act="admit").count() == 1


def test_inputs_are_asked_before_the_act_and_what_is_wrong_is_said_beside_the_field():
    region = Region()
    case = a_checked_case(region, an_open_round(region), "题目", state="admitted")
    client = signed_in(region.officer)

    first = client.post("/bulk/", {"act": "group", "pick": [case.number]})
    empty = client.post("/bulk/", {"act": "group", "pick": [case.number], "step": "preview", "group": ""})
    told = client.post("/bulk/", {"act": "group", "pick": [case.number], "step": "preview", "group": "A组"})

    assert [(p.status_code, p.context["ready"], p.context["unready"]) for p in (first, empty, told)] == [
        (200, 0, 1), (422, 0, 1), (200, 1, 0),
    ]  # fmt: skip
    assert [bool(p.context["fields"][0].errors) for p in (first, empty, told)] == [False, True, False]


def test_an_act_that_is_not_for_many_or_a_case_of_others_is_not_found():
    region, other = Region(), Region()
    case = some_cases(region, 1)[0]
    foreign = some_cases(other, 1)[0]
    client = signed_in(region.officer)

    assert client.post("/bulk/", {"act": "record_check", "pick": [case.number]}).status_code == 404
    assert client.post("/bulk/", {"act": "admit", "pick": [foreign.number]}).status_code == 404


def test_a_way_back_to_another_house_is_not_taken():
    region = Region()
    good = recorded(some_cases(region, 1)[0], region)
    posted = {
        "act": "admit",
        "pick": [good.number],
        "key": "abc",
        "step": "confirm",
        "back": "https://elsewhere.example/",
    }
    assert signed_in(region.chief).post("/bulk/", posted)["Location"] == "/cases/"


def test_an_officer_judges_a_finding_and_the_word_is_recorded():
    region = Region()
    case = some_cases(region, 1)[0]
    finding = with_finding(case)
    client = signed_in(region.officer)

    short = client.post(f"/cases/{case.number}/findings/{finding.pk}/", {"word": "好", "key": "k1"})
    client.post(f"/cases/{case.number}/findings/{finding.pk}/", {"word": "是同一作者的前期成果", "key": "k2"})

    finding.refresh_from_db()
    assert short.status_code == 422
    assert (finding.settled_by, finding.settled_word) == (region.officer, "是同一作者的前期成果")
    record = Record.objects.get(act="settle_finding")
    assert (record.subject, record.role, "前期成果" in record.body) == (case.number, "institution_officer", False)


def test_only_who_checks_or_plans_may_judge():
    region = Region()
    case = some_cases(region, 1)[0]
    finding = with_finding(case)

    supervised = signed_in(region.supervisor).post(
        f"/cases/{case.number}/findings/{finding.pk}/", {"word": "没有问题的", "key": "k"}
    )
    applicant = signed_in(region.leader).get(f"/cases/{case.number}/findings/")

    finding.refresh_from_db()
    assert (supervised.status_code, applicant.status_code, finding.settled_by) == (422, 403, None)


def test_the_spreadsheet_holds_every_row_of_the_narrowed_list():
    region = Region()
    cases = some_cases(region)
    answer = signed_in(region.officer).get("/cases.xlsx?q=题目2")
    rows = texts_of(BytesIO(b"".join(answer.streaming_content)))
    assert len(rows) == 2
    assert (rows[1][0], "题目2" in rows[1]) == (cases[2].number, True)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")'])
def test_a_text_that_looks_like_a_formula_stays_a_text(text):
    file = workbook("列表", [Heading("题目")], [[text]])
    assert texts_of(file)[1] == [text]
    file.seek(0)
    assert formulas_of(file) == 0


def test_sums_are_exact_and_moments_are_those_of_shanghai():
    file = workbook("表", [Heading("元")] * 3, [[Money(10), START + timedelta(0), True]])
    assert texts_of(file)[1] == ["0.00001", "43160.375", "1"]


def test_a_sheet_name_without_any_letter_left_is_still_a_name():
    assert texts_of(workbook("[]*?/", [Heading("a")], [])) == [["a"]]


def test_nobody_signed_in_is_asked_to_sign_in():
    assert Client().get("/cases/")["Location"] == "/signin/?next=/cases/"


def test_a_person_without_any_role_sees_an_empty_list():
    page = signed_in(a_person()).get("/cases/")
    assert (page.status_code, page.context["page"]["all"]) == (200, 0)


def test_what_was_done_alone_does_not_ask_for_the_rest():
    region = Region()
    case = a_checked_case(region, an_open_round(region), "题目", state="admitted")
    done(case, "group", region.officer, group="A组")
    page = signed_in(region.operator).get("/cases/")
    assert page.context["page"]["all"] == 0


def test_two_texts_are_shown_side_by_side_with_their_passages_numbered():
    region, other = Region(), Region()
    first, second = some_cases(region, 2)
    foreign = some_cases(other, 1)[0]
    Case.objects.filter(pk=first.pk).update(title="荒漠草原退化土壤碳汇的微生物驱动机制研究")
    Case.objects.filter(pk=second.pk).update(title="论荒漠草原退化土壤碳汇的微生物过程")
    client = signed_in(region.officer)

    page = client.get(f"/cases/{first.number}/compare/?with={second.number}")

    (pair,) = page.context["pairs"]
    ((left,), (right,)) = pair["left"], pair["right"]
    assert [
        (side["place"], [(r["text"], r.get("n"), r.get("id")) for r in side["runs"]]) for side in (left, right)
    ] == [
        ("题目", [("荒漠草原退化土壤碳汇的微生物", 1, "l-1"), ("驱动机制研究", None, None)]),
        ("题目", [("论", None, None), ("荒漠草原退化土壤碳汇的微生物", 1, "r-1"), ("过程", None, None)]),
    ]
    assert [figure["value"] for figure in page.context["figures"]] == ["14", "82%", "0", "0"]
    assert client.get(f"/cases/{first.number}/compare/?with={foreign.number}").status_code == 404


LIKE = {
    "share": 31,
    "kind": "copy",
    "where": "this_round",
    "sections": {"title": 40},
    "same_goal": True,
    "items": [["离心机", 1200000]],
}


def test_a_finding_of_likeness_leads_to_the_texts():
    region = Region()
    first, second = some_cases(region, 2)
    with_finding(first, evidence={"share": 31, "nearest": [{**LIKE, "case": second.number}]})
    page = signed_in(region.officer).get(f"/cases/{first.number}/findings/").content.decode()
    assert f"/cases/{first.number}/compare/?with={second.number}" in page


def test_what_may_not_be_opened_is_told_by_its_amount_alone():
    region, other = Region(), Region()
    mine, foreign = some_cases(region, 1)[0], some_cases(other, 1)[0]
    Case.objects.filter(pk=foreign.pk).update(title="外单位未公开的题目")
    foreign.refresh_from_db()
    like = {**LIKE, "case": foreign.number}
    finding = with_finding(mine, evidence={"share": 31, "nearest": [like]})
    type(finding).objects.filter(pk=finding.pk).update(check_name="texts.compare")
    client = signed_in(region.officer)
    findings = client.get(f"/cases/{mine.number}/findings/").content.decode()
    closed = client.get(f"/cases/{mine.number}/compare/?near=1").content.decode()
    for page in (findings, closed):
        assert ("一件你无权打开的办件" in page, "31%" in page) == (True, True)
        hidden = (foreign.number, foreign.title, "离心机", "雷同", "本批次", "40%")
        assert [word for word in hidden if word in page] == []
    assert [client.get(f"/cases/{mine.number}/compare/?near={near}").status_code for near in ("0", "2", "x")] == [
        404
    ] * 3
    told = signed_in(region.supervisor).get(f"/cases/{mine.number}/findings/").content.decode()
    assert (f"compare/?with={foreign.number}" in told, "离心机" in told) == (True, True)


def test_who_may_not_know_the_applicants_compares_nothing():
    region = Region()
    first, second = some_cases(region, 2)
    client = signed_in(region.secretary)
    assert client.get(f"/cases/{first.number}/compare/?with={second.number}").status_code == 404


def test_an_officer_asks_for_the_comparison_again_and_the_worker_does_it():
    region = Region()
    case = some_cases(region, 1)[0]
    client = signed_in(region.officer)
    key = client.get(f"/cases/{case.number}/findings/").context["again"]
    for _ in range(2):
        client.post(f"/cases/{case.number}/compare/again/", {"key": key})
    assert outbox.work(timezone.now()) >= 1
    assert case.findings.filter(check_name="texts.compare").count() == 1
    assert Record.objects.filter(subject=case.number, act="compare_again").count() == 1
    assert signed_in(region.leader).post(f"/cases/{case.number}/compare/again/").status_code in (403, 404)


def test_the_list_shows_the_time_spent_beside_the_time_left_and_the_sheet_since_when():
    region = Region()
    round_ = an_open_round(region)
    case = a_case(region, round_)
    on = timezone.now()
    Case.objects.filter(pk=case.pk).update(
        state="formal_check", received_at=on, entered_at=on - timedelta(days=4), promised_at=on + timedelta(days=9)
    )
    page = signed_in(region.officer).get("/cases/").content.decode()
    assert "已用 4 天" in page
    sheet = texts_of(BytesIO(b"".join(signed_in(region.officer).get("/cases.xlsx").streaming_content)))
    assert "进入本状态" in sheet[0]


def test_a_comparison_is_judged_where_it_is_read_and_public_money_elsewhere_is_known_to_the_rules():
    region = Region()
    first, second = some_cases(region, 2)
    finding = with_finding(first, evidence={"share": 31, "nearest": [{**LIKE, "case": second.number}]})
    type(finding).objects.filter(pk=finding.pk).update(check_name="texts.compare")
    client = signed_in(region.officer)
    address = f"/cases/{first.number}/findings/{finding.pk}/"
    shown = client.get(f"/cases/{first.number}/compare/?with={second.number}").context["judge"]
    assert [choice["code"] for choice in shown["choices"]] == ["different", "partly", "same", "elsewhere"]
    empty = client.post(address, {"key": shown["key"], "way": "elsewhere", "word": ""})
    assert (empty.status_code, 'value="elsewhere" checked' in empty.content.decode()) == (422, True)
    assert same_elsewhere(first, timezone.now()) is False
    client.post(address, {"key": shown["key"], "way": "elsewhere", "word": "与国家项目任务书逐条相同"})
    finding.refresh_from_db()
    assert finding.settled_word == "同一内容已获其他财政资助：与国家项目任务书逐条相同"
    assert same_elsewhere(first, timezone.now()) is True
    assert client.get(f"/cases/{first.number}/compare/?with={second.number}").context["judge"] is None


def test_both_texts_can_be_read_whole():
    region = Region()
    first, second = some_cases(region, 2)
    Case.objects.filter(pk__in=[first.pk, second.pk]).update(title="荒漠草原退化土壤碳汇的微生物驱动机制研究")
    page = signed_in(region.officer).get(f"/cases/{first.number}/compare/?with={second.number}&whole=1")
    ((pair,), told) = page.context["pairs"], page.content.decode()
    assert [len(pair["left"]), len(pair["right"]), page.context["all_of_it"]] == [1, 1, True]
    assert (first.answers_digest in told, second.answers_digest in told) == (True, True)
