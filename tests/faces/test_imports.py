"""Tables taken in by an officer: every bad cell told, nothing taken unless all is good, no encoding guessed wrongly."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from kechuang.casework.confined import Limits
from kechuang.casework.models import Case, Record, Round
from kechuang.desks.experts.models import Expert
from kechuang.desks.funds.models import Grant
from kechuang.faces.importing import tables
from kechuang.parties.models import Organisation, Person
from tests.faces.test_officer import signed_in
from tests.factories import Region, a_unit, an_open_round

pytestmark = pytest.mark.django_db

HEAD = ["项目编号", "项目名称", "承担单位", "负责人", "资助金额（万元）", "已拨金额（万元）", "开始年月", "结束年月"]
GOOD = ["2017MS0101", "草原碳汇计量研究", "示例大学", "P1", "10", "6", "2017-01", "2019-12"]


def text(rows: list[list[str]]) -> str:
    return "\r\n".join(",".join(row) for row in rows) + "\r\n"


def workbook(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def sent(person, content: bytes, *, name: str = "projects.csv", **given: str):
    asked = {"kind": "cases", "round": "old-2017", "programme": "nsf-general", "key": "k", **given}
    return signed_in(person).post("/imports/", {**asked, "file": SimpleUploadedFile(name, content)})


def codes(page) -> list[str]:
    return [reason.code for reason in page.context["reasons"]]


def test_a_good_table_becomes_cases_of_a_past_round_with_grants_and_records():
    page = sent(Region().planner, text([HEAD, GOOD, ["2017MS0102", "沙地樟子松", *GOOD[2:]]]).encode())

    assert (page.status_code, page.context["title"]) == (200, "新接收 2 行，已有 0 行")
    assert (Round.objects.get(code="old-2017").state, Case.objects.filter(round__code="old-2017").count()) == (
        "archived",
        2,
    )
    grant = Grant.objects.get(case__project_no="2017MS0101")
    assert (grant.granted_fen, grant.paid_fen) == (10_000_000, 6_000_000)
    assert Record.objects.filter(act="take_over").count() == 2


def test_the_same_table_again_adds_nothing():
    planner = Region().planner
    content = text([HEAD, GOOD]).encode()
    sent(planner, content)
    before = (Case.objects.count(), Record.objects.count(), Grant.objects.count(), Person.objects.count())

    page = sent(planner, content, key="another")

    assert page.context["title"] == "新接收 0 行，已有 1 行"
    assert (Case.objects.count(), Record.objects.count(), Grant.objects.count(), Person.objects.count()) == before


def test_one_bad_row_and_nothing_is_taken_and_each_bad_cell_is_told():
    bad = ["2017MS0102", "", "示例大学", "P2", "十万", "", "2019-13", "2019-12"]
    page = sent(Region().planner, text([HEAD, GOOD, bad]).encode())

    told = [[cell["text"] for cell in row["cells"]] for row in page.context["faults"]["rows"]]
    assert (page.status_code, page.context["title"]) == (422, "2 行里有 1 行不能接收，没有导入")
    assert told == [
        [3, "项目名称", "—", "这一格必填"],
        [3, "资助金额", "十万", "不是金额，请写数字，精确到分"],
        [3, "开始年月", "2019-13", "不是年月，请写成 2018-01"],
    ]
    assert (Case.objects.count(), Round.objects.filter(code="old-2017").count()) == (0, 0)


def test_skipping_takes_the_good_rows_and_still_tells_the_bad_ones():
    bad = ["2017MS0102", "", *GOOD[2:]]
    page = sent(Region().planner, text([HEAD, GOOD, bad]).encode(), skip="1")
    assert (page.status_code, page.context["title"], len(page.context["faults"]["rows"])) == (
        200,
        "新接收 1 行，已有 0 行",
        1,
    )
    assert list(Case.objects.values_list("project_no", flat=True)) == ["2017MS0101"]


def test_a_gb18030_table_keeps_characters_beyond_the_common_plane():
    row = ["2017MS0101", "𠮷㐂草原生态研究", "示例大学", *GOOD[3:]]
    sent(Region().planner, text([HEAD, row]).encode("gb18030"))
    assert Case.objects.get().title == "𠮷㐂草原生态研究"


@pytest.mark.parametrize("name", ["utf-16", "utf-8-sig"])
def test_a_table_with_a_mark_is_read_by_its_mark(name):
    sent(Region().planner, text([HEAD, GOOD]).encode(name))
    assert Case.objects.get().title == "草原碳汇计量研究"


def test_a_latin_one_table_is_refused_and_never_becomes_mojibake():
    head = ["project_no", "title", "unit", "leader", "amount", "paid", "start", "end"]
    row = ["A1", "Étude de la forêt boréale à Évian", "Université de Genève", "Hélène", *GOOD[4:]]
    page = sent(Region().planner, text([head, row]).encode("latin-1"))
    assert (page.status_code, codes(page), Case.objects.count()) == (422, ["encoding_unclear"], 0)


def test_a_workbook_makes_the_round_trip_with_numbers_as_numbers():
    row: list[object] = [*GOOD[:4], 10.5, 6, "2017-01", "2019-12"]
    sent(Region().planner, workbook([HEAD, row]), name="projects.xlsx")
    case = Case.objects.get()
    assert (case.project_no, case.title, case.asked_fen, case.state) == (
        "2017MS0101",
        "草原碳汇计量研究",
        10_500_000,
        "acceptance_due",
    )


def bomb() -> bytes:
    """A workbook of a few hundred kilobytes whose only sheet has tens of millions of cells."""
    plain = workbook([HEAD])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for item in given.infolist():
            if item.filename != "xl/worksheets/sheet1.xml":
                made.writestr(item, given.read(item))
        with made.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            row = b"<row>" + b"<c><v>1</v></c>" * 10_000 + b"</row>"
            for _ in range(2_000):
                sheet.write(row)
            sheet.write(b"</sheetData></worksheet>")
    return out.getvalue()


def test_a_zip_bomb_is_refused_within_the_limits(monkeypatch):
    monkeypatch.setattr(tables, "LIMITS", Limits(memory=256 * 1024 * 1024, seconds=10, wall=10))
    page = sent(Region().planner, bomb(), name="bomb.xlsx")
    assert (page.status_code, Case.objects.count()) == (422, 0)
    assert set(codes(page)) <= {"not_a_table", "file_too_costly"} and len(codes(page)) == 1


def test_columns_nobody_declared_are_told():
    page = sent(Region().planner, text([[*HEAD, "备注", "联系电话"], [*GOOD, "x", "y"]]).encode())
    assert (page.context["unknown"], page.status_code) == (("备注", "联系电话"), 200)


def test_columns_that_must_be_there_are_named():
    page = sent(Region().planner, text([HEAD[:3], GOOD[:3]]).encode())
    assert codes(page) == ["columns_missing"]
    assert "负责人标识、资助金额、开始年月、结束年月" in page.content.decode()


@pytest.mark.parametrize(
    ("content", "given", "wanted"),
    [
        (text([HEAD]).encode(), {}, ["table_has_no_rows"]),
        (b"", {}, ["table_has_no_rows"]),
        (text([HEAD, GOOD]).encode(), {"round": "no/such code"}, ["bad_round_code"]),
        (text([HEAD, GOOD]).encode(), {"programme": ""}, ["no_such_programme"]),
    ],
)
def test_what_is_wrong_with_the_choice_is_said(content, given, wanted):
    page = sent(Region().planner, content, **given)
    assert (page.status_code, Case.objects.count()) == (422, 0)
    assert codes(page) == wanted


def test_a_round_of_another_institution_is_not_imported_into():
    region = Region()
    foreign = an_open_round(region, institution=a_unit("institution"), published_at=None)
    page = sent(region.officer, text([HEAD, GOOD]).encode(), round=foreign.code)
    assert (codes(page), foreign.cases.count()) == (["round_code_of_others"], 0)


def test_a_state_the_flow_does_not_know_leaves_not_even_the_round():
    page = sent(Region().planner, text([[*HEAD, "状态"], [*GOOD, "沉睡"]]).encode())
    assert (
        codes(page),
        Round.objects.filter(code="old-2017").count(),
        Organisation.objects.filter(name="示例大学").count(),
    ) == (
        [],
        0,
        0,
    )
    assert [fault.reason.code for fault in page.context["told"].faults] == ["no_such_state"]


def test_experts_are_taken_into_the_pool_once_a_person():
    planner = Region().planner
    rows = [
        ["专家", "工作单位", "研究方向"],
        ["张三", "示例大学", "草原生态"],
        ["张三", "示例大学", "土壤碳"],
        ["李四", "示例研究所", "遥感"],
    ]
    first = sent(planner, text(rows).encode(), kind="experts")
    second = sent(planner, text(rows).encode(), kind="experts")
    assert [page.context["title"] for page in (first, second)] == ["新接收 2 行，已有 0 行", "新接收 0 行，已有 2 行"]
    assert Expert.objects.get(person__username="张三").keywords == ["草原生态", "土壤碳"]


@pytest.mark.parametrize("who", ["leader", "research", "supervisor", "treasurer", "clerk"])
def test_offices_that_may_not_take_over_find_no_such_page(who):
    client = signed_in(getattr(Region(), who))
    found = [client.get("/imports/").status_code, client.get("/imports/cases/template.csv").status_code]
    assert set(found) <= {403, 404}


@pytest.mark.parametrize("kind", ["cases", "experts"])
def test_the_empty_table_has_a_head_that_is_understood_whole(kind, tmp_path):
    answer = signed_in(Region().planner).get(f"/imports/{kind}/template.csv")
    file = tmp_path / "t.csv"
    file.write_bytes(answer.content + b"x,x,x,x\r\n")
    _, row = next(tables.rows_of(file))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    page = sent(Region().planner, answer.content + b"x,x,x,x\r\n", kind=kind)
    assert (page.context["unknown"], len(row) > 2) == ((), True)


def test_the_page_shows_the_columns_in_english_too():
    client = signed_in(Region().planner)
    client.cookies["kechuang_language"] = "en"
    page = client.get("/imports/").content.decode()
    assert [word in page for word in ("Import a table", "Project number", "Skip bad rows and take the others")] == [
        True
    ] * 3
