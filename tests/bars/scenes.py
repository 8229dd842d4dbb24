"""What happens in the processes of a bar: each scene prints one line of JSON."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from random import Random
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import DatabaseError, IntegrityError, OperationalError, connection, connections, transaction  # noqa: E402
from django.db.models import Sum  # noqa: E402

from kechuang.casework import curtain, files, records, sealer  # noqa: E402
from kechuang.casework.acts import act, note, open_case  # noqa: E402
from kechuang.casework.models import Attachment, Attempt, Award, Case, Notice, Record, Round, Told  # noqa: E402
from kechuang.desks.funds.models import Account, Budget, Grant, Payment, QuotaDocument, Transfer  # noqa: E402
from kechuang.faces.serving import conditions  # noqa: E402
from kechuang.parties import secrets  # noqa: E402
from kechuang.parties.models import Person  # noqa: E402
from kechuang.words.outcome import Refused  # noqa: E402
from tests.factories import START, Region, a_person, an_open_round, done  # noqa: E402
from tests.journeys import story  # noqa: E402

PARALLEL = 8


def said(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def at_once(*works: Callable[[], str]) -> list[str]:
    """All works at the same moment, each in a thread with a connection of its own; what each came to."""
    gate = Barrier(len(works))

    def one(work: Callable[[], str]) -> str:
        try:
            gate.wait()
            return work()
        except Refused as refusal:
            return refusal.codes[0]
        except (IntegrityError, OperationalError) as error:
            return type(error).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def acting(case: Case, name: str, by: Any, key: str, *, on: Any = START, **data: Any) -> Callable[[], str]:
    return lambda: str(act(Case.objects.get(pk=case.pk), name, by=by, on=on, key=key, data=data).pk)


def races(count: str) -> None:
    """Exactly once, one outcome of two (`count` times), and never beyond the budget; everything as counted at the end."""
    region = Region()
    said({**keys(region), **budget(region), **payments(Region()), **outcomes(region, int(count))})


def forgetful() -> None:
    """Planted: nobody looks whether a key was used already."""
    records.already = lambda *_: None
    said(keys(Region()))


def keys(region: Region) -> dict[str, Any]:
    """One key sent twice, by eight at once, a day later, and with another body."""
    round_ = an_open_round(region)
    case = story.filled_in(open_case(round_, by=region.leader, on=START, key="one"), region)
    send = acting(case, "submit_to_unit", region.leader, "submit", promise=story.SEAL)
    at_first = at_once(*[send] * PARALLEL)
    again = at_once(
        send, acting(case, "submit_to_unit", region.leader, "submit", on=START + timedelta(1), promise=story.SEAL)
    )
    other = at_once(acting(case, "submit_to_unit", region.leader, "submit", promise=region.leader.name))
    opened = at_once(*[lambda: open_case(round_, by=region.leader, on=START, key="two").number] * PARALLEL)
    return {
        "same key": sorted(set(at_first + again)), "other body": other, "opened": len(set(opened)),
        "submits": Record.objects.filter(act="submit_to_unit").count(), "cases": Case.objects.count(),
    }  # fmt: skip


def standing(region: Region, state: str, count: int, budget_fen: int) -> list[Case]:
    """Cases of one round in that state, one leader each, put there without the door to save time."""
    round_ = an_open_round(region, budget_fen=budget_fen)
    notice = Notice.objects.create(
        round=round_, what="list", digest="", first_day=START.date(), last_day=START.date(), on=START
    )
    found = []
    for number in range(count):
        case = open_case(round_, by=a_person(unit=region.unit), on=START, key=f"stand-{state}-{number}")
        Case.objects.filter(pk=case.pk).update(
            state=state,
            proposed_fen=10_000_000,
            asked_fen=10_000_000,
            rank=number + 1,
            above_line=True,
            received_at=START,
        )
        notice.cases.add(case)
        found.append(Case.objects.get(pk=case.pk))
    return found


DECISION = {"minutes": "纪要1号", "document_no": "文1号"}


def outcomes(region: Region, count: int) -> dict[str, Any]:
    """Fund against strike, the same case at the same moment."""
    later = START + timedelta(20)
    ends = []
    for number, case in enumerate(standing(region, "public_notice", count, count * 10**8)):
        fund = acting(case, "fund", region.leadership, f"one-{number}", on=later, **DECISION)
        strike = acting(
            case, "strike", region.leadership, f"other-{number}", on=later, reason="理由" * 12, minutes="纪要1号"
        )
        told = at_once(fund, strike)
        case.refresh_from_db()
        acts = Record.objects.filter(subject=case.number, act__in=["fund", "strike"]).count()
        tried = Attempt.objects.filter(subject=case.number, act__in=["fund", "strike"]).count()
        ends.append([case.state in ("funded", "not_funded"), sum(one.isdigit() for one in told), acts, tried])
    return {"outcomes": ends}


def budget(region: Region) -> dict[str, Any]:
    """Eight selections of 100,000 yuan at once from a budget that has room for three; those selected are funded at once."""
    cases = standing(region, "ranked", PARALLEL, 35_000_000)
    for case in cases:
        done(case, "propose", region.planner, advice="fund", amount="10")
        done(case, "confirm_proposal", region.planning_chief)
    works = [acting(c, "select", region.leadership, f"select-{c.pk}", minutes="纪要1号") for c in cases]
    told = at_once(*works)
    chosen = list(Case.objects.filter(round=cases[0].round, state="proposed"))
    for case in chosen:
        done(case, "publish_list", region.planner)
    later = START + timedelta(30)
    at_once(*[acting(c, "fund", region.leadership, f"fund-{c.pk}", on=later, **DECISION) for c in chosen])
    kept = Budget.objects.get(round=cases[0].round)
    return {
        "selected": sum(one.isdigit() for one in told), "not selected": sorted({t for t in told if not t.isdigit()}),
        "awarded": Award.objects.filter(case__round=kept.round).aggregate(fen=Sum("fen"))["fen"],
        "committed": kept.committed_fen, "accounts": sum(a.balance_fen for a in Account.objects.all()),
    }  # fmt: skip


def payments(region: Region) -> dict[str, Any]:
    """One project brought to its first instalment; eight treasurers' clicks at once, then the same key a day later."""
    story.a_pool()
    round_ = an_open_round(region)
    case = story.an_application(region, round_, on=START + timedelta(2))
    round_ = story.closed(round_, START)
    later = round_.closes_at + timedelta(1)
    story.admitted(case, region, later)
    done(round_, "begin_review", region.officer, on=later)
    story.drawn(case, region, later)
    story.reviewed(case, region, later)
    done(round_, "rank", region.chief, on=later)
    story.decided(case, region, later)
    story.signed(case, region, later + timedelta(20))
    on = later + timedelta(25)
    QuotaDocument.objects.create(number="文", fen=10**10, on=on.date())
    done(case, "prepare_payment", region.fund_clerk, on=on, instalment="once", quota_document="文")
    clicks = [acting(case, "pay", region.treasurer, f"pay-{number}", on=on) for number in range(PARALLEL)]
    told = at_once(*clicks)
    first = Record.objects.get(subject=case.number, act="pay")
    again = at_once(acting(case, "pay", region.treasurer, first.key, on=on + timedelta(1)))
    grant = Grant.objects.get(case=case)
    return {
        "paid": sum(one.isdigit() for one in told), "replayed": again == [str(first.pk)], "paid_fen": grant.paid_fen,
        "transfers": Transfer.objects.filter(case=case, what__contains="pay").count(), "rows": Payment.objects.filter(grant=grant).count(),
        "after": sum(a.balance_fen for a in Account.objects.all()),
    }  # fmt: skip


def crashes(kills: str, seed: str) -> None:
    """Submissions by a child that is killed at a moment nobody chose, again and again; then every request once more."""
    region, rng = Region(), Random(int(seed))
    round_ = an_open_round(region)
    note(round_, "begin", by=region.planner, on=START, key="begin", role="planner", data={})
    leaders = [
        (a_person(unit=region.unit).pk, a_person(unit=region.unit, identity="15010219850505001X").pk)
        for _ in range(int(kills) * 6 + 10)
    ]
    connections.close_all()
    acked: dict[int, str] = {}
    for _ in range(int(kills)):
        acked.update(killed_child(lambda write: submits(round_.pk, leaders, len(acked) + 1, write), rng))
    last = len(acked) + 1
    settled = {number: one_submit(round_, leaders[number], number).digest for number in range(1, last + 1)}
    sealer.seal(START + timedelta(days=1))
    connections.close_all()
    careless = killed_child(
        lambda write: submits(round_.pk, leaders, last + 1, write, careless=True), rng, careless=True
    )
    planted = [n for n, digest in careless.items() if one_submit(round_, leaders[n], n).digest != digest]
    subjects = list(Record.objects.filter(act="submit_to_unit").values_list("subject", flat=True))
    said({
        "acked": len(acked), "lost or changed": [n for n, digest in acked.items() if settled[n] != digest],
        "submitted twice": len(subjects) - len(set(subjects)), "submits": len(subjects), "wanted": last + len(careless),
        "planted fault found": planted != [],
        "cases": Case.objects.count(), "database": database_faults(),
    })  # fmt: skip


def killed_child(work: Callable[[Any], None], rng: Random, *, careless: bool = False) -> dict[int, str]:
    """What a child had acknowledged when it was killed with -9, after a few lines and a moment more."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        with os.fdopen(writing, "w") as write:
            work(write)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as lines:
        heard = [lines.readline() for _ in range(1 if careless else rng.randint(1, 3))]
        time.sleep(rng.random() / 20)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        heard += list(lines)
    told = [line.split() for line in heard if line.endswith("\n")]
    return {int(number): digest for number, digest in told}


def submits(round_pk: int, leaders: list[tuple[int, int]], first: int, write: Any, *, careless: bool = False) -> None:
    """Application after application from number `first` on, a line for each that is committed; the log is sealed between.

    A careless one acknowledges before it commits: the fault that this bar must find.
    """
    round_ = Round.objects.get(pk=round_pk)
    for number in range(first, len(leaders)):
        with transaction.atomic() if careless else nullcontext():
            record = one_submit(round_, leaders[number], number)
            if careless:
                write.write(f"{number} {record.digest}\n")
                write.flush()
                time.sleep(5)
        write.write(f"{number} {record.digest}\n")
        write.flush()
        sealer.seal(START + timedelta(minutes=number))


def one_submit(round_: Round, people: tuple[int, int], number: int) -> Record:
    """A draft, filled in and handed to the unit, under keys of this number: safe to repeat from any point."""
    person, member = (Person.objects.get(pk=pk) for pk in people)
    standing = SimpleNamespace(leader=person, unit=person.unit, recommender=person.unit.recommender)
    case = open_case(round_, by=person, on=START, key=f"open-{number}")
    if not case.drafts.exists():
        story.filled_in(case, standing, member=member)
    act(case, "consent", by=member, on=START, key=f"consent-{case.number}", data={"promise": story.SEAL})
    return act(case, "submit_to_unit", by=person, on=START, key=f"submit-{number}", data={"promise": story.SEAL})


def prepared(count: str) -> None:
    """A round that takes applications, and as many leaders with a member each."""
    region = Region()
    round_ = an_open_round(region)
    note(round_, "begin", by=region.planner, on=START, key="begin", role="planner", data={})
    people = [
        (a_person(unit=region.unit).pk, a_person(unit=region.unit, identity="15010219850505001X").pk)
        for _ in range(int(count))
    ]
    connections.close_all()
    said({"round": round_.pk, "people": people})


def recorded(round_pk: str, people: str, synchronous: str) -> None:
    """Application after application with a file each; what is acknowledged is written down at once, outside the database."""
    options = connections.databases["default"]["OPTIONS"]
    if "init_command" in options:  # SQLite; PostgreSQL is not asked to sync less
        options["init_command"] = options["init_command"].replace("synchronous=FULL", f"synchronous={synchronous}")
    acks = os.open(os.environ["ACKS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    round_ = Round.objects.get(pk=int(round_pk))
    for number, pair in enumerate(json.loads(people), 1):
        record = one_submit(round_, pair, number)
        case = Case.objects.get(number=record.subject)
        file = files.keep(case, "more", f"{number}.pdf", [b"%PDF-1.7 " + bytes(700) * number], by=None, on=START)
        os.write(acks, f"{record.digest} {file.digest}\n".encode())
        if number % 3 == 0:
            sealer.seal(START + timedelta(minutes=number))
    said({"done": number})


def digests() -> None:
    """The digests of all records and files, as an installation that was put back holds them."""
    said({
        "records": list(Record.objects.values_list("digest", flat=True)),
        "files": list(Attachment.objects.values_list("digest", flat=True)),
    })  # fmt: skip


def database_faults() -> list[str]:
    """What the database says of itself: nothing when it is whole."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        whole = [row[0] for row in cursor.execute("PRAGMA integrity_check").fetchall()]
        return [
            *(text for text in whole if text != "ok"),
            *map(str, cursor.execute("PRAGMA foreign_key_check").fetchall()),
        ]


def readable(tables: Iterable[str]) -> list[str]:
    """The tables that this connection, as it stands, may read."""
    found = []
    for table in tables:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{table}" LIMIT 1')
            found.append(table)
        except DatabaseError:
            pass
    return found


def front_role() -> None:
    """What the login reads, and what it reads once it has taken the role of the front."""
    tables = sorted(connection.introspection.table_names())
    login = len(readable(tables))
    curtain.draw()
    read = readable(tables)
    said({
        "hidden": sorted(curtain.hidden()), "refused": sorted(set(tables) - set(read)), "read": len(read),
        "login": login, "tables": len(tables),
    })  # fmt: skip


def front_role_granted() -> None:
    """What stands against serving before and after somebody grants the front a table behind the curtain."""
    before = conditions.faults("127.0.0.1")
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON experts_seat TO {settings.FRONT_ROLE}")
    after = conditions.faults("127.0.0.1")
    call_command("migrate", verbosity=0, interactive=False)
    said({"before": before, "after": after, "again": conditions.faults("127.0.0.1")})


def reconnected() -> None:
    """Who a connection is for the database, before and after it was lost while the curtain was drawn."""
    told = []
    curtain.draw()
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            told.append(cursor.fetchone()[0])
        connection.close()
    said(dict(zip(("before", "after"), told, strict=True)))


def deterministic(seed: str) -> None:
    """The same story from one seed: the digests of every record, in order."""
    with secrets.seeded(int(seed)):
        region = Region()
        story.a_pool()
        round_ = an_open_round(region)
        case = open_case(round_, by=region.leader, on=START, key="open")
        story.passed_on(story.filled_in(case, region), region, START)
        sealed = sealer.seal(START)
    said(
        {
            "sealed": sealed,
            "digests": list(Record.objects.order_by("pk").values_list("digest", flat=True)),
            "told": Told.objects.count(),
        }
    )


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
