"""What a reader may not see moves not one byte of what that reader is shown: no list, count, search, order, page, export or header."""

from __future__ import annotations

import logging
from datetime import timedelta
from io import BytesIO
from urllib.parse import quote

import pypdf
import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from kechuang.casework import answers, files
from kechuang.casework.acts import open_case
from kechuang.casework.models import Case, Document, Letter, Notice, Record
from kechuang.casework.queries import visible_to
from kechuang.desks.experts.models import Draw, Expert, Review, Seat
from kechuang.desks.texts import indexing, searching
from kechuang.faces.exports import papers, sheets
from kechuang.faces.serving import received
from kechuang.faces.serving.front import said
from kechuang.faces.web import rounds
from kechuang.parties.models import Organisation, Person
from tests.bars import hostile
from tests.bars.crawling import addresses, asked, crawl, holds, written_by
from tests.bars.installation import LONG
from tests.faces.panels import Rehearsed
from tests.factories import Region, a_person, an_open_round
from tests.house.routes import Objects, open_to, routes

pytestmark = [pytest.mark.django_db, pytest.mark.bar]
CANARY = "金丝雀"
PHONE, EMAIL, IDENTITY, ACCOUNT = "13912345678", "canary@example.org", "150102198707070029", "6222020000000000000"
HIDDEN = (CANARY, PHONE, EMAIL, IDENTITY, ACCOUNT)
OFFICES = ("leader", "research", "head", "finance", "clerk", "signatory", "planner", "planning_chief", "field", "legal",
           "officer", "chief", "secretary", "fund_clerk", "treasurer", "leadership", "supervisor", "operator")  # fmt: skip
ROLES = ("nobody", *OFFICES, "expert") if LONG else ("leader", "clerk")
WAYS = 5 if LONG else 2


class World(Rehearsed):
    """A round of our region from draw to ranking; beside it a unit, a league and an institution that are none of its business."""

    def __init__(self) -> None:
        super().__init__()
        self.own = self.cases[-1]  # the one whose leader is the leader of the region
        self.kept = files.keep(self.own, "more", "own.txt", [b"own words"], by=self.region.leader, on=self.on)
        self.other = Region()
        self.other.unit.name = "别处大学"
        self.other.unit.save()
        self.strangers_round = an_open_round(self.other, opens_at=self.on - timedelta(3))
        self.ranked = open_case(self.strangers_round, by=self.other.leader, on=self.on, key="ranked")
        Case.objects.filter(pk=self.ranked.pk).update(state="ranked", rank=3, proposed_fen=10**7, asked_fen=10**7)

    def objects(self) -> list[Objects]:
        """What belongs to our side, and what a foreign address would name."""
        receipt = Document.objects.filter(case=self.own, kind="receipt").first()
        seat = Seat.objects.filter(state="accepted").first()
        record = Record.objects.filter(subject=self.own.number).first()
        draw, notice = Draw.objects.first(), Notice.objects.exclude(round=self.strangers_round).first()
        ours = [self.own.number, self.round.code, receipt.code, notice.code if notice else "x", seat.label]
        return [
            Objects(*ours, self.region.leader.pid, self.kept.digest, str(draw.pk)),
            Objects(*ours, self.other.leader.pid, record.digest, "1"),
            Objects(self.ranked.number, self.strangers_round.code, "x", "x", "x", self.other.unit.pid, "f" * 64, "2"),
        ]

    def person(self, role: str) -> Person | None:
        if role == "nobody":
            return None
        return Expert.objects.first().person if role == "expert" else getattr(self.region, role)


def another_unit_writes(world: World) -> list[Case]:
    """Drafts with all the words one might search for, files with words inside and beside, a letter; and its people's own data."""
    unit = world.other.unit
    Organisation.objects.filter(pk=unit.pk).update(bank_account=f"{CANARY}{ACCOUNT}")
    author = a_person(unit=unit, name=f"{CANARY}某", phone=PHONE, email=EMAIL, identity=IDENTITY)
    made = []
    for round_ in (world.round, world.strangers_round):
        case = open_case(world.strangers_round, by=author, on=world.on, key=f"canary-{round_.pk}")
        answers.save_draft(case, "basics", {"title": f"{CANARY}草原"}, version=0, by=author, on=world.on)
        Case.objects.filter(pk=case.pk).update(round=round_, title=f"{CANARY}草原碳汇研究", asked_fen=123_456_700)
        core = f'<cp:coreProperties xmlns:cp="x"><creator>{CANARY}作者</creator></cp:coreProperties>'.encode()
        packed = hostile.office("docx", {"docProps/core.xml": core})
        for name, content in ((f"{CANARY}.docx", packed), ("inside.zip", hostile.package({f"{CANARY}.txt": CANARY.encode()})), (f"{CANARY}.txt", f"{CANARY}草原".encode())):  # fmt: skip
            files.keep(case, "more", name, [content], by=author, on=world.on)
        made.append(case)
    letter = Document.objects.create(kind="letter", title=f"{CANARY}草原", case=made[0], digest="0" * 64, on=world.on)
    Letter.objects.create(document=letter, person=author, on=world.on)
    return made


def another_round_is_decided_upon(world: World) -> list[Case]:
    """A case of another unit, another league and another institution gets another rank, amount and title, all unpublished."""
    Case.objects.filter(pk=world.ranked.pk).update(
        received_at=world.on,
        advice="fund",
        place="150581",
        group="A组",
        rank=7,
        proposed_fen=98_765_400,
        asked_fen=123,
        title=f"{CANARY}草原生态",
        above_line=True,
    )
    return [world.ranked]


def experts_change_places(world: World) -> list[Case]:
    """Who sits under which label: drawn experts and reserves trade places; what they wrote stays under the labels."""
    seats = list(Seat.objects.order_by("pk"))
    experts = [seat.expert_id for seat in seats]
    for seat, expert in zip(seats, [*experts[1:], experts[0]], strict=True):
        Seat.objects.filter(pk=seat.pk).update(position=seat.position + 1000, expert_id=-seat.pk)
        seat.expert_id = expert
    for seat in seats:
        Seat.objects.filter(pk=seat.pk).update(position=seat.position, expert_id=seat.expert_id)
    return []


def a_reviewer_thinks_otherwise(world: World) -> list[Case]:
    """Marks, words and verdicts of the sheets, not yet released to anybody."""
    for review in Review.objects.all():
        Review.objects.filter(pk=review.pk).update(
            points=review.points + 4321, reasons={"why": f"{CANARY}意见"}, verdict="", grade=f"{CANARY}"
        )
    return []


# Who may be moved by it, besides those who may open one of the cases that it touches.
MOVES = {
    another_unit_writes: (),
    another_round_is_decided_upon: (),
    experts_change_places: ("expert", "supervisor", "operator"),
    a_reviewer_thinks_otherwise: ("expert", "supervisor", "operator"),
}
# By the book (`trail: all`) supervision reads that anything was done, in the ids and codes of its record, drafts included.
TRAILS = {"supervisor": "/trail/"}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def browser(world: World, role: str) -> Client:
    """A browser whose every request arrives at the same moment, by the word of the front."""
    client = Client(
        raise_request_exception=False, headers={received.STAMP_HEADER: said(round(world.on.timestamp() * 1000)), received.SECRET_HEADER: "s"}
    )  # fmt: skip
    if (who := world.person(role)) is not None:
        client.force_login(who)
    return client


def seen(world: World, role: str, cases: list[Case]) -> bool:
    who = world.person(role)
    return who is not None and visible_to(who, world.on).filter(pk__in=[case.pk for case in cases]).exists()


@pytest.fixture
def quiet(settings, tmp_path, monkeypatch, caplog):
    """Folders of its own, arrivals of the front believed, every word that is logged."""
    settings.DATA = tmp_path
    monkeypatch.setenv(received.SECRET, "s")
    caplog.set_level(logging.DEBUG)
    return caplog


def compared(world: World, role: str, *, moves, only: str = "/") -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What a role is shown before and after these moves, all of which are taken back."""
    client, who = browser(world, role), world.person(role)
    known = open_to(who, list(routes())) if who else [route for route in routes() if route.needs == "anyone"]
    wanted = [one for one in addresses(known, world.objects()[:: 1 if LONG else 2], ways=WAYS) if one.startswith(only)]
    with transaction.atomic():
        indexing.bring_up(world.on)
        cache.clear()  # what was counted for the head of the page is counted anew
        before = crawl(client, wanted)
        for move in moves:
            move(world)
        indexing.bring_up(world.on)
        cache.clear()
        after = crawl(client, wanted)
        transaction.set_rollback(True)
    return before, after


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_not_see_moves_no_byte_of_what_it_is_shown(world, role, quiet):
    moves = []
    for move, may in MOVES.items():
        with transaction.atomic():
            touched = move(world)
            if role not in may and not seen(world, role, touched):
                moves.append(move)
            transaction.set_rollback(True)
    before, after = compared(world, role, moves=moves)

    moved = [address for address in before if before[address] != after[address]]
    assert [address for address in moved if address.partition("?")[0] != TRAILS.get(role)] == []
    assert leaked(after) == []
    assert [address for address, told in after.items() if told.startswith(b"5")] == []
    assert [word for word in HIDDEN if word in quiet.text] == []
    print(f"{role}: {len(after)} addresses, {len(moves)} of {len(MOVES)} moves")  # noqa: T201


def leaked(told: dict[str, bytes]) -> list[tuple[str, str]]:
    """Where a hidden word stands, save as the reader's own word of the search."""
    found = []
    for address, body in told.items():
        for own in (f"q={CANARY}", f"q={quote(CANARY)}", f'value="{CANARY}"'):
            body = body.replace(own.encode(), b"")
        found += [(address, word) for word in HIDDEN if holds(body, word)]
    return found


def test_the_bar_finds_a_page_that_counts_what_its_reader_may_not_see(world, quiet, monkeypatch):
    """Planted: the page of a round counts every case, as it once did."""
    monkeypatch.setattr(rounds, "visible_to", lambda person, on: Case.objects.all())
    before, after = compared(world, "clerk", moves=[another_unit_writes], only="/rounds/nsf")

    assert {f"/rounds/{one.code}/" for one in (world.round, world.strangers_round)} <= {
        address for address in before if before[address] != after[address]
    }


def a_title_is_changed(world: World) -> list[Case]:
    Case.objects.filter(pk=world.own.pk).update(title=f"{CANARY}另一个题目")
    return [world.own]


def test_the_bar_reads_lists_pages_answers_of_the_api_and_what_is_packed_in_files(world, quiet):
    """What one may see does move: in every kind of answer."""
    number, told = world.own.number, []
    for only in ("/mine/", "/cases.xlsx", f"/cases/{number}/application.", "/api/cases"):
        _, after = compared(world, "leader", moves=[a_title_is_changed], only=only)
        told += [address.partition("?")[0] for address, said in after.items() if CANARY.encode() in said]

    assert {"/mine/", "/cases.xlsx", f"/cases/{number}/application.xlsx", f"/cases/{number}/application.pdf", "/api/cases", f"/api/cases/{number}"} <= set(told)  # fmt: skip


PLACES = {
    "a header": b"200\nContent-Disposition: attachment; filename*=utf-8''" + quote(CANARY).encode(),
    "a tag of the answer": b'200\nETag: "' + EMAIL.encode() + b'"',
    "the data of a script": rb"<script type=application/json>{\"title\": \"\u91d1\u4e1d\u96c0\"}</script>",
    "a table in another code": CANARY.encode("gb18030") + b",1\r\n",
    "a list under the search box": f"<li><mark>{CANARY[:2]}</mark>{CANARY[2:]}草原</li>".encode(),
}


@pytest.mark.parametrize("place", PLACES)
def test_the_bar_finds_a_word_however_it_is_spelt(place):
    assert [address for address, _ in leaked({"/x/": PLACES[place], "/y/": b"200\n\nnothing"})] == ["/x/"]


def test_the_bar_finds_a_suggestion_that_its_reader_may_not_see(world, quiet, monkeypatch):
    """Planted: the search drops nothing of what it found, and every entry is for everybody."""
    monkeypatch.setattr(searching, "_still_there", lambda rows, person, on: list(rows))
    monkeypatch.setattr(searching.Looking, "ranked", every_entry)
    before, after = compared(world, "clerk", moves=[another_unit_writes], only="/search/")

    moved = {address for address in before if before[address] != after[address]}
    assert {"/search/?q=草#typed", "/search/?q=金丝#typed"} <= moved
    assert {address for address, _ in leaked(after)} >= {"/search/?q=金丝#typed"}


def every_entry(look, question, *, top):
    return list(searching.Found.objects.filter(gone=False, title__contains=CANARY)[:top])


def files_of(world: World, role: str) -> dict[str, set[tuple[str, str]]]:
    """What the files that a role is given say beside their content, by address."""
    client, who = browser(world, role), world.person(role)
    made = [one for one in addresses(open_to(who, list(routes())), world.objects()[:1], ways=1) if one.rpartition(".")[2] in ("pdf", "xlsx", "zip")]  # fmt: skip
    found = {}
    for address in made:
        answer, body = asked(client, address)
        if answer.status_code == 200:
            found[address] = set(written_by(body))
    return found


def names_in(found: dict[str, set[tuple[str, str]]]) -> list[tuple[str, str, str]]:
    """Whatever tells more than the title of a file and the program that set it."""
    plain = {"/Title", "title", "/Creator", "creator"}
    return [
        (address, field, said) for address, pairs in found.items() for field, said in pairs
        if field not in plain or (field.lower().endswith("creator") and not said.startswith("Typst"))
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["leader", "supervisor", "chief"])
def test_no_file_that_the_house_makes_names_who_made_it(world, quiet, role):
    found = files_of(world, role)

    assert {address.rpartition(".")[2] for address in found} >= {"pdf", "xlsx"}
    assert names_in(found) == []


def test_the_bar_finds_an_author_in_a_file_that_the_house_makes(world, quiet, monkeypatch):
    """Planted: the paper and the workbook say who drew them up."""
    pdf, workbook = papers.pdf, sheets.xlsxwriter.Workbook

    def signed(paper, *, on):
        writer = pypdf.PdfWriter(clone_from=BytesIO(pdf(paper, on=on)))
        writer.add_metadata({"/Author": CANARY})
        out = BytesIO()
        writer.write(out)
        return out.getvalue()

    def authored(*given):
        book = workbook(*given)
        book.set_properties({"author": CANARY})
        return book

    monkeypatch.setattr(papers, "pdf", signed)
    monkeypatch.setattr(sheets.xlsxwriter, "Workbook", authored)
    found = names_in(files_of(world, "leader"))

    assert {field for _, field, _ in found} >= {"/Author", "creator"}
    assert {said for _, field, said in found if field in ("/Author", "creator")} == {CANARY}
