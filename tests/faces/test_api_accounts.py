"""Objections, accounts and the work of offices by the API: the same words needed, nothing told to whom it is not for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from kechuang.casework.models import Attachment, Case, Record, Round
from kechuang.casework.pages import day_of
from kechuang.desks.integrity.models import Clue
from kechuang.faces.api import objections
from kechuang.parties.models import Appointment, Organisation, Person
from tests.faces.machines import of, sent
from tests.faces.test_people import CODE, OTHER_CODE, SELF, of_unit
from tests.faces.test_public import a_notice
from tests.factories import START, Region, a_case, a_person, a_unit, an_open_round, done

pytestmark = pytest.mark.django_db
SAID = (
    '{"name": {"name": "示例异议人", "identity": "110101198005010026", "phone": "13800000000"}, "ground": "facts",'
    ' "text": "该项目与已经验收的项目内容相同，详见所附材料，请核查。"}'
)


def at_notice(monkeypatch) -> tuple[Region, str, Case]:
    monkeypatch.setattr(objections, "now", lambda: START + timedelta(2))
    region = Region()
    notice = a_notice(region, an_open_round(region), 1)
    case = notice.cases.get()
    return region, f"/api/notices/{notice.code}/cases/{case.number}/objections", case


def test_an_objection_is_raised_once_with_its_evidence_followed_and_taken_back_by_its_code(monkeypatch):
    _region, at, case = at_notice(monkeypatch)

    def raised(key="object-01"):
        return Client().post(at, {"key": key, "data": SAID, "evidence": SimpleUploadedFile("证据.txt", "见附件".encode())})  # fmt: skip

    asked = Client().get(f"{at.removesuffix('s')}").json()
    assert {"name", "ground", "text"} <= set(asked["properties"])
    told = [raised(), raised()]
    child = Case.objects.get(parent=case, flow="objection")
    assert [(one.status_code, one.json()["number"]) for one in told] == [(201, child.number)] * 2
    code = told[0].json()["code"]
    assert (told[1].json()["code"], set(Attachment.objects.values_list("case__number", flat=True))) == (code, {child.number})  # fmt: skip
    standing = sent(Client(), "/objections", {"code": code.lower()}).json()
    assert (standing["state"], standing["may_take_back"]) == ("raised", True)
    back = sent(Client(), "/objections/take-back", {"code": code, "key": "take-back-1", "reason": "材料核对后没有异议"})
    assert (back.status_code, back.json()["state"]) == (200, "taken_back")
    assert raised("object-02").json()["code"] != code


def test_what_nobody_signs_is_kept_once_as_a_clue(monkeypatch):
    _region, at, case = at_notice(monkeypatch)
    said = {"key": "unsigned-1", "text": "该项目设备早已报废，可到实验室核对编号。"}
    told = [
        Client().post(at.replace("objections", "unsigned"), said, content_type="application/json") for _ in range(2)
    ]
    assert ([one.status_code for one in told], Clue.objects.get().case) == ([200, 200], case)


def test_an_objection_without_a_name_or_to_a_case_that_is_not_under_notice_is_refused(monkeypatch):
    _region, at, case = at_notice(monkeypatch)
    mute = Client().post(at, {"key": "object-01", "data": '{"ground": "facts"}'})
    broken = Client().post(at, {"key": "object-01", "data": "no json"})
    other = a_case(Region())
    elsewhere = Client().post(at.replace(case.number, other.number), {"key": "object-01", "data": SAID})
    unknown = sent(Client(), "/objections", {"code": "NOSUCHCODE123456"})
    assert [one.status_code for one in (mute, broken, elsewhere, unknown)] == [422, 422, 404, 404]
    assert "name" in mute.json()["errors"] and not Case.objects.filter(flow="objection").exists()


def test_a_person_registers_and_the_unit_confirms():
    region = Region()
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE)
    data = {name: value for name, value in SELF.items() if name not in ("password", "again", "key")} | {"unit": CODE}
    weak = sent(Client(), "/register/person", {"key": "register-1", "data": data, "password": "short"})
    told = sent(Client(), "/register/person", {"key": "register-1", "data": data, "password": SELF["password"]})
    who = Person.objects.get(username="sarnai")
    assert (weak.status_code, told.status_code, who.standing) == (409, 200, "pending")
    waiting = of(region.research).get("/api/accounts/waiting").json()["persons"]
    foreign = sent(of(Region().research), f"/persons/{who.pid}/confirm", {"key": "confirm-1"}).status_code
    word = sent(of(region.research), f"/persons/{who.pid}/confirm", {"key": "confirm-1"}).status_code
    assert ([one["id"] for one in waiting], foreign, word) == ([who.pid], 404, 200)
    assert Client().login(username="sarnai", password=SELF["password"]) is True


def test_a_unit_registers_and_its_recommender_alone_sends_it_back_with_a_reason():
    region = Region()
    said = {name: value for name, value in of_unit(region).items() if name not in ("password", "again", "key")}
    told = sent(Client(), "/register/unit", {"key": "register-1", "data": said, "password": SELF["password"]})
    unit = Organisation.objects.get(credit_code=CODE)
    at = f"/units/{unit.pid}/return"
    answers = [sent(of(who), at, {"key": "return-01", "reason": why}).status_code for who, why in ((region.research, "不是本市的单位"), (Region().clerk, "不是本市的单位"), (region.clerk, ""), (region.clerk, "不是本市的单位"))]  # fmt: skip
    assert (told.status_code, answers, Organisation.objects.filter(pk=unit.pk).exists()) == (200, [403, 404, 409, 200], False)  # fmt: skip


def test_a_unit_is_confirmed_by_its_recommender_once_with_the_roles_of_its_first_person():
    region = Region()
    unit = a_unit(recommender=region.recommender, standing="pending")
    first = a_person(unit=unit, standing="pending")
    at = f"/units/{unit.pid}/confirm"
    foreign = sent(of(Region().clerk), at, {"key": "confirm-1"}).status_code
    told = [sent(of(region.clerk), at, {"key": "confirm-1"}).status_code for _ in range(2)]
    unit.refresh_from_db()
    first.refresh_from_db()
    assert (foreign, told, unit.standing, first.standing) == (404, [200, 200], "confirmed", "confirmed")
    assert sorted(Appointment.objects.filter(person=first, target=unit.pid).values_list("role", flat=True)) == ["unit_head", "unit_research"]  # fmt: skip
    assert list(Record.objects.filter(subject=unit.pid).values_list("act", "role")) == [("confirm_unit", "recommender")]


def test_a_registration_is_sent_back_by_the_unit_once_with_a_reason_and_goes():
    region = Region()
    who = a_person(unit=region.unit, standing="pending")
    at, said = f"/persons/{who.pid}/return", {"key": "return-01", "reason": "不在本单位工作"}
    foreign = sent(of(Region().research), at, said).status_code
    mute = sent(of(region.research), at, {"key": "return-01"}).status_code
    told = [sent(of(region.research), at, said).status_code for _ in range(2)]
    assert (foreign, mute, told, Person.objects.filter(pk=who.pk).exists()) == (404, 409, [200, 200], False)
    record = Record.objects.get(subject=region.unit.pid, act="decline_person")
    assert (record.actor, record.told.data) == (region.research.actor_id, {"why": "不在本单位工作"})
    assert f'"who":"{who.pid}"' in record.body


def test_a_host_unit_is_entered_and_taken_off_by_the_office_and_a_late_repeat_changes_nothing():
    region = Region()
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE, host_unit=False)

    def told(who, key: str, **more) -> tuple[int, bool]:
        answer = sent(of(who), "/units/host", {"key": key, "credit_code": CODE, **more})
        return answer.status_code, Organisation.objects.get(pk=region.unit.pk).host_unit

    shut, unknown = told(region.head, "host-0001"), told(region.planner, "host-0001", credit_code=OTHER_CODE)
    given = [told(region.planner, "host-0001"), told(region.planner, "host-0002", host=False), told(region.planner, "host-0001")]  # fmt: skip
    assert (shut, unknown, given) == ((403, False), (409, False), [(200, True), (200, False), (200, False)])
    assert list(Record.objects.filter(subject=region.unit.pid).order_by("position").values_list("act", flat=True)) == ["set_host", "end_host"]  # fmt: skip


def test_a_unit_is_kept_by_its_head_alone_and_a_late_repeat_does_not_bring_back_what_was_changed():
    region = Region()
    first = {"contact": "娜仁", "phone": "13800000001", "bank_account": "6222021001116245702"}
    then = {**first, "phone": "13800000002"}
    shut = sent(of(region.research), "/units/mine", {"key": "unit-0001", "data": first}).status_code
    told = [sent(of(region.head), "/units/mine", {"key": key, "data": data}) for key, data in (("unit-0001", first), ("unit-0002", then), ("unit-0001", first))]  # fmt: skip
    unit = Organisation.objects.get(pk=region.unit.pk)
    assert (shut in (403, 404), [one.status_code for one in told]) == (True, [200] * 3), told[0].content.decode()
    assert {name: getattr(unit, name) for name in then} == then
    assert Record.objects.filter(subject=unit.pid, act="keep_unit").count() == 2


def test_a_role_is_given_by_the_head_ended_again_and_a_deputy_is_named():
    region = Region()
    who = a_person(unit=region.unit)
    head = of(region.head)
    shut = sent(of(region.leader), f"/persons/{who.pid}/roles/give", {"key": "role-0001", "role": "unit_research", "target": region.unit.pid})  # fmt: skip
    given = sent(head, f"/persons/{who.pid}/roles/give", {"key": "role-0002", "role": "unit_research", "target": region.unit.pid})  # fmt: skip
    held = head.get(f"/api/persons/{who.pid}/roles").json()
    ended = sent(head, f"/persons/{who.pid}/roles/{held[0]['id']}/end", {"key": "role-0003"})
    assert (shut.status_code, given.status_code, [one["role"] for one in held], ended.status_code) == (404, 200, ["unit_research"], 200)  # fmt: skip
    own = head.get("/api/deputies").json()[0]
    late = sent(head, "/deputies/name", {"key": "deputy-01", "held": own["id"], "deputy": who.username, "until": "2000-01-01"})  # fmt: skip
    assert late.status_code == 409


def test_a_deputy_is_named_and_ended_once_by_whoever_holds_the_role():
    region, until = Region(), day_of(timezone.now()) + timedelta(9)
    who, head = a_person(unit=region.unit), of(region.head)
    body = {"key": "deputy-01", "held": head.get("/api/deputies").json()[0]["id"], "deputy": who.username, "until": until.isoformat()}  # fmt: skip
    foreign = sent(of(region.leader), "/deputies/name", body).status_code
    told = [sent(head, "/deputies/name", body).status_code for _ in range(2)]
    other = a_person(unit=region.unit)
    reused = [sent(head, "/deputies/name", {**body, **more}).status_code for more in ({"deputy": other.username}, {"until": day_of(timezone.now()).isoformat()})]  # fmt: skip
    held = Appointment.objects.get(deputy_for=region.head)
    assert (foreign, told, reused, held.person) == (404, [200, 200], [409, 409], who)
    assert (held.role, held.target, held.until, held.deputy_for) == ("unit_head", region.unit.pid, until, region.head)
    at = f"/deputies/{held.pk}/end"
    shut = sent(of(region.research), at, {"key": "deputy-02"}).status_code
    assert (sent(head, at, {"key": "deputy-01"}).status_code, Appointment.objects.filter(pk=held.pk).exists()) == (409, True)  # fmt: skip
    ended = [sent(head, at, {"key": "deputy-02"}).status_code for _ in range(2)]
    assert (shut, ended, Appointment.objects.filter(person=who).exists()) == (404, [200, 200], False)
    assert list(Record.objects.filter(subject=who.pid).order_by("position").values_list("act", flat=True)) == ["name_deputy", "end_deputy"]  # fmt: skip


def test_a_password_is_reset_by_the_head_and_two_officers_merge():
    region, duplicate = Region(), a_person()
    told = sent(of(region.head), f"/persons/{region.leader.pid}/password", {"key": "reset-001"}).json()
    assert Client().login(username=region.leader.username, password=told["password"]) is True
    pair = {"kind": "person", "duplicate": duplicate.username, "into": region.finance.username}
    asked = sent(of(region.officer), "/merges", {"key": "merge-001", **pair})
    own = sent(of(region.officer), f"/merges/{duplicate.pid}", {"key": "merge-002"})
    word = sent(of(region.planner), f"/merges/{duplicate.pid}", {"key": "merge-003"})
    duplicate.refresh_from_db()
    assert ([one.status_code for one in (asked, own, word)], duplicate.standing) == ([200, 409, 200], "merged")


def test_somebody_comes_over_by_their_own_word():
    region, other = Region(), Region()
    asked = sent(of(region.research), "/moves", {"key": "move-0001", "username": other.leader.username})
    told = sent(of(other.leader), "/moves/mine", {"key": "move-0002"})
    other.leader.refresh_from_db()
    assert (asked.status_code, told.status_code, other.leader.unit) == (200, 200, region.unit)


def test_an_inquiry_is_opened_by_supervision_and_no_clue_is_told_to_others():
    region = Region()
    said = {"key": "inquiry-1", "source": "report", "text": "举报该项目负责人提交的验收材料中有伪造数据", "person": region.leader.pid}  # fmt: skip
    shut = [sent(of(who), "/inquiries", said).status_code for who in (region.leader, region.planner, region.officer)]
    told = [sent(of(region.supervisor), "/inquiries", said) for _ in range(2)]
    assert (shut, [one.status_code for one in told]) == ([403] * 3, [201, 201]), told[0].content.decode()
    assert Case.objects.filter(flow="inquiry").count() == 1


def test_words_are_put_right_by_the_word_of_a_second_person():
    region = Region()
    case = a_case(region)
    done(case, "withdraw", region.leader, reason="因条件变化撤回申报")
    position = Record.objects.get(act="withdraw").position
    body = {
        "key": "slip-0001",
        "field": "reason",
        "text": "因人员变化撤回申报",
        "why": "键入时写错了原因，与原件核对后更正",
    }
    foreign = sent(of(Region().leader), f"/cases/{case.number}/slips/{position}", body).status_code
    asked = sent(of(region.leader), f"/cases/{case.number}/slips/{position}", body)
    at = f"/cases/{case.number}/rectify/{asked.json().get('digest')}"
    own = sent(of(region.leader), at, {"key": "slip-0002"}).status_code
    word = sent(of(region.research), at, {"key": "slip-0003"}).status_code
    assert (foreign, asked.status_code, own, word) == (404, 200, 409, 200)


def test_a_round_is_opened_by_planning_from_its_page():
    region = Region()
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE)
    data = {"programme": "nsf-general", "code": "MS-2018-API", "title": "面上", "year": "2018", "budget": "100", "institution": region.institution.pid}  # fmt: skip
    wrong = sent(of(region.planner), "/offices/rounds", {"key": "open-0001", "data": {"programme": "nsf-general"}})
    shut = sent(of(region.officer), "/offices/rounds", {"key": "open-0001", "data": data}).status_code
    assert (wrong.status_code, "code" in wrong.json()["errors"], shut) == (422, True, 403)
    assert not Round.objects.filter(code="MS-2018-API").exists()
    dates = {"opens_at": "2018-03-01T09:00", "units_close_at": "2018-03-31T17:00", "closes_at": "2018-04-02T17:00"}
    whole = {"key": "open-0002", "data": {**data, **dates, "topics": [{"code": "T1", "title": "自由探索"}]}}
    told = [sent(of(region.planner), "/offices/rounds", whole) for _ in range(2)]
    made = Round.objects.get(code="MS-2018-API")
    assert [one.status_code for one in told] == [201, 201], told[0].content.decode()
    assert (told[0].json()["code"], told[0].json()["pages_sha256"]) == (made.code, None)
    assert told[1].json() == told[0].json()
    taken = sent(of(region.planner), "/offices/rounds", {**whole, "key": "open-0003"})
    other = sent(of(region.planner), "/offices/rounds", {**whole, "data": {**whole["data"], "budget": "120"}})
    refused = [[reason["code"] for reason in one.json()["reasons"]] for one in (taken, other)]
    assert refused == [["round_code_taken"], ["key_used_for_other_data"]]
    assert sent(of(region.planner), "/units/host", {"key": "host-0001", "credit_code": CODE}).status_code == 200
    for key in (whole["key"], "host-0001"):
        reused = sent(of(region.planner), "/offices/rounds", {"key": key, "data": {**whole["data"], "code": "MS-2018-B"}})  # fmt: skip
        assert [one["code"] for one in reused.json()["reasons"]] == ["key_used_for_other_data"]
    assert not Round.objects.filter(code="MS-2018-B").exists()
    assert (made.state, made.budget_fen, made.institution, made.topics) == ("collecting", 100_000_000, region.institution, whole["data"]["topics"])  # fmt: skip
    assert Record.objects.filter(subject_kind="round", subject=made.code).count() == 1


def test_an_office_is_opened_and_staffed_by_the_security_administrator_alone():
    region, admin = Region(), a_person(("security_admin", ""))
    office = {"office_name": "新专业机构", "office_kind": "institution", "credit_code": CODE, "place": "150100"}
    shut = sent(of(region.planner), "/offices", {"key": "office-01", "data": office}).status_code
    made = sent(of(admin), "/offices", {"key": "office-01", "data": office}).json()
    staff = {"office": made["id"], "username": "temur", "person_name": "铁木尔", "identity": "15010219850505001X", "phone": "13800000000"}  # fmt: skip
    told = sent(of(admin), "/offices/staff", {"key": "staff-001", "data": staff}).json()
    assert (shut, Client().login(username="temur", password=told["password"])) == (403, True)
    assert of(Person.objects.get(username="temur")).get("/api/cases").status_code == 403
    assert not Appointment.objects.filter(person__username="temur").exists()
