"""What the bar of crashes over HTTP stands on: work for three kinds of requests, and what became of it."""

from __future__ import annotations

import contextlib
import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.sessions.backends.cached_db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.utils import timezone  # noqa: E402

from kechuang.casework.acts import note, open_case  # noqa: E402
from kechuang.casework.models import Award, Case, Record, Round  # noqa: E402
from kechuang.desks.funds.models import Account, Grant, QuotaDocument, Transfer  # noqa: E402
from kechuang.faces.serving.wsgi import application  # noqa: E402
from kechuang.parties.models import Person  # noqa: E402
from tests.bars.rushing import PASSWORD  # noqa: E402
from tests.bars.scenes import DECISION, database_faults, said, standing  # noqa: E402
from tests.desks.funds.funded import scheduled  # noqa: E402
from tests.factories import START, Region, a_person, an_open_round, done  # noqa: E402
from tests.journeys import story  # noqa: E402

ACTS = ("submit_to_unit", "fund", "pay")


def session(person: Person) -> str:
    """The cookie of somebody who is signed in: a log-in costs more than what is measured here."""
    kept = SessionStore()
    kept[SESSION_KEY] = str(person.pk)
    kept[BACKEND_SESSION_KEY] = "kechuang.parties.signin.LimitedBackend"
    kept[HASH_SESSION_KEY] = person.get_session_auth_hash()
    kept.create()
    return str(kept.session_key)


def work(count: str) -> None:
    """As many drafts to submit, awards to decide and payments to order: what to send, to which address, as whom."""
    region, number, on = Region(), int(count), timezone.now()
    funded = standing(region, "public_notice", 2 * number, 10**11)
    note(funded[0].round, "begin", by=region.planner, on=START, key="begin", role="planner", data={})
    QuotaDocument.objects.create(number="文", fen=10**12, on=on.date())
    for case in funded[number:]:
        ready_to_pay(case, region, on)
    round_ = an_open_round(region, opens_at=on - timedelta(1))
    note(round_, "begin", by=region.planner, on=on, key="begin-2", role="planner", data={})
    told = []
    for at in range(number):
        leader = a_person(unit=region.unit)
        case = story.filled_in(open_case(round_, by=leader, on=on, key="open"), region_of(region, leader))
        told.append(asked(case, "submit_to_unit", leader, {"promise": story.SEAL}))
        told.append(asked(funded[at], "fund", region.leadership, DECISION))
        told.append(asked(funded[number + at], "pay", region.treasurer, {}))
    said(told)


def region_of(region: Region, leader: Person) -> Any:
    """The region as this leader sees it."""
    own = object.__new__(Region)
    own.__dict__.update({**region.__dict__, "leader": leader})
    return own


def ready_to_pay(case: Case, region: Region, on: Any) -> None:
    """Funded through the door, then brought by hand to the moment before the treasurer's word."""
    done(case, "fund", region.leadership, on=on, **DECISION)
    case = scheduled(case, on)
    done(case, "prepare_payment", region.fund_clerk, on=on, instalment="once", quota_document="文")


def asked(case: Case, name: str, who: Person, data: dict[str, str]) -> dict[str, Any]:
    address = f"api/cases/{case.number}/acts/{name}"
    return {"address": address, "session": session(who), "key": f"{name}-{case.number}", "data": data}


def answered(path: str, one: dict[str, Any] | None = None) -> int:
    """The status with which the application, as the server runs it, answers a page or one of the requests of `work`."""
    factory, told = RequestFactory(), []
    if one is None:
        request = factory.get(path)
    else:
        body = json.dumps({"key": one["key"], "data": one["data"]})
        cookies = {"HTTP_COOKIE": f"sessionid={one['session']}; csrftoken={'a' * 32}", "HTTP_X_CSRFTOKEN": "a" * 32}
        request = factory.post(path, body, content_type="application/json", **cookies)
    answer = application(request.environ, lambda status, headers, *_: told.append(int(status.split()[0])))
    list(answer)
    return told[0]


def disk_full(wanted: list[dict[str, Any]]) -> None:
    """Submissions go on while the disk fills up, and again once there is room: no part of it is started anew."""
    call_command("collectstatic", verbosity=0, interactive=False)  # as `serve` does before it serves
    ballast = Path(settings.DATA) / "ballast"
    before = [answered("/" + one["address"], one) for one in wanted[:2]]
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    full = [answered("/" + one["address"], one) for one in wanted]
    during = {
        "ready": answered("/readyz"),
        "home": answered("/api/rounds"),
        "again": answered("/" + wanted[0]["address"], wanted[0]),
    }
    ballast.unlink()
    after = [answered("/" + one["address"], one) for one in wanted]
    said({
        "before": before, "full": full, "during": during, "ready": answered("/readyz"), "after": after,
        "records": Record.objects.filter(act="submit_to_unit").count(), "database": database_faults(),
    })  # fmt: skip


def drafts(counts: str, accounts: str) -> None:
    """Open rounds with so many drafts each, ready to be handed in; and as many accounts with one password, to sign in with."""
    region, on = Region(), timezone.now()
    told: dict[str, Any] = {"rounds": {}}
    for count in counts.split(","):
        round_ = an_open_round(region, opens_at=on - timedelta(1))
        note(round_, "begin", by=region.planner, on=on, key=f"begin-{round_.pk}", role="planner", data={})
        work = told["rounds"][round_.code] = []
        for _ in range(int(count)):
            with transaction.atomic():  # one write to the disk for each of them is enough
                leader = a_person(unit=region.unit)
                case = story.filled_in(open_case(round_, by=leader, on=on, key="open"), region_of(region, leader))
                work.append(asked(case, "submit_to_unit", leader, {"promise": story.SEAL}))
    hashed = make_password(PASSWORD)
    for _ in range(int(accounts)):
        Person.objects.filter(pk=a_person(unit=region.unit).pk).update(password=hashed)
    said({**told, "accounts": list(Person.objects.filter(password=hashed).values_list("username", flat=True))})


def became() -> None:
    """What the database holds of it all."""
    written = Counter(Record.objects.filter(act__in=ACTS).values_list("act", "subject"))
    said({
        "twice": [str(pair) for pair, times in written.items() if times > 1],
        "records": {act: sum(1 for pair in written if pair[0] == act) for act in ACTS},
        "awards": Award.objects.count(), "accounts": sum(one.balance_fen for one in Account.objects.all()),
        "paid": Transfer.objects.filter(what="pay").count(),
        "paid and ordered differ": Grant.objects.exclude(paid_fen__in=[0, 10_000_000]).count(),
        "rounds": Round.objects.count(), "database": database_faults(),
    })  # fmt: skip


if __name__ == "__main__":
    globals()[sys.argv[1]](*[json.loads(one) if one.startswith("[") else one for one in sys.argv[2:]])
