"""A machine that lives through applications, money and records in any order, with crashes, restarts and clocks that jump.

Beside the house stands a model that knows little: which cases were awarded, prepared, paid, received; which keys were answered
with which digest; the records of each case as they were last read. After every step the house is held against it.

`python -m tests.bars.living SEED EXAMPLES STEPS [FAULT]` prints what was done and the digest of all records, as one line of JSON.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import django

django.setup()

from django.core.cache import cache  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402
from django.db.models import Sum  # noqa: E402
from hypothesis import HealthCheck, Phase, seed, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from hypothesis.stateful import (  # noqa: E402
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from kechuang.casework import acts, pages, records  # noqa: E402
from kechuang.casework.acts import act, open_case  # noqa: E402
from kechuang.casework.clock import tick  # noqa: E402
from kechuang.casework.models import (  # noqa: E402
    Award,
    Case,
    Document,
    Duty,
    Notice,
    Outbox,
    Record,
    Round,
    Told,
)
from kechuang.casework.queries import history  # noqa: E402
from kechuang.desks.funds import offers  # noqa: E402
from kechuang.desks.funds.models import Account, Budget, Grant, QuotaDocument, Transfer  # noqa: E402
from kechuang.parties import secrets  # noqa: E402
from kechuang.words.outcome import Refused  # noqa: E402
from tests.desks.funds.funded import DECISION, FEN, noticed, scheduled  # noqa: E402
from tests.factories import START, Region, a_person, an_open_round  # noqa: E402
from tests.journeys import story  # noqa: E402

WAY = {
    "submit_to_unit": ("leader", {"promise": story.SEAL}), "unit_check": ("research", {"opinion": "同意申报，材料属实"}),
    "endorse": ("head", {"seal": story.SEAL, "truth": True}), "recommend": ("signatory", {"letter": story.SEAL}),
    "withdraw": ("leader", {"reason": "条件变化，撤回申报"}), "return_by_unit": ("research", {"reason": "请补充研究基础和经费说明" * 3}),
    "fund": ("leadership", DECISION), "prepare_payment": ("fund_clerk", {"instalment": "once", "quota_document": "文"}),
    "pay": ("treasurer", {}), "confirm_receipt": ("finance", {"amount": "10", "date": "2018-04-01"}),
}  # fmt: skip
HANDS = (
    "leader",
    "research",
    "head",
    "signatory",
    "leadership",
    "fund_clerk",
    "treasurer",
    "finance",
    "planner",
    "supervisor",
)
NEXT = {"draft": "submit_to_unit", "with_unit": "unit_check", "with_recommender": "recommend"}
MONEY = ("fund", "prepare_payment", "pay", "confirm_receipt")
TAKES = {
    "takes_its_next_step": ("at",), "goes_on": ("at", "name"), "by_another_hand": ("at", "name", "hand"),
    "sends_again": ("at",), "same_key_other_body": ("at",), "crashes": ("at", "name", "flag", "left"), "restarts": (),
    "clock_jumps": ("minutes",), "another": ("flag",),
}  # fmt: skip
MOVES = ["takes_its_next_step"] * 6 + ["goes_on", "by_another_hand", "crashes"] * 2 + [*TAKES]
TOLD_EVERY = 25  # lives
done_in_all: Counter[str] = Counter()


class Crash(Exception):
    """The process ends in the middle of an act, or between its last statement and its commit."""


@dataclass
class Ending:
    """Lets so many statements of a connection through; the process ends at the next."""

    left: int

    def __call__(self, execute: Callable[..., Any], *given: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Crash
        return execute(*given)


# What a process reads once and what can be read again at the cost of a second: forgotten at every so manieth restart alone.
DEAR = ("kechuang.casework.book", "kechuang.casework.shelf", "kechuang.formula", "kechuang.engines")
WHOLE = 40


def forgotten(*, whole: bool) -> None:
    """As a process that has just begun: no connection, no prepared statement, nothing kept from what was read or computed."""
    connections.close_all()
    connection.__dict__.pop("_prepared", None)
    cache.clear()
    pages._unfrozen.clear()
    pages._faults.clear()
    for name, module in list(sys.modules.items()):
        if name.startswith("kechuang.") and (whole or not name.startswith(DEAR)):
            for one in vars(module).values():
                if hasattr(one, "cache_clear"):
                    one.cache_clear()


@dataclass
class Known:
    """What the model knows of one case: its leader, the records that were read, the steps that its money has taken."""

    leader: Any
    records: list[str] = field(default_factory=list)
    money: list[str] = field(default_factory=list)


KEPT = (Record, Told, Award, Transfer, Outbox, Document, Duty, Notice)


def standing() -> list[tuple[str, int]]:
    """How many rows of each kind there are that an act writes."""
    return [(one.__name__, one.objects.count()) for one in KEPT]


class Life(RuleBasedStateMachine):
    """One region with one round; up to four cases, some from the draft, some from their public notice."""

    def __init__(self) -> None:
        super().__init__()
        self.region, self.on = Region(), START + timedelta(20)
        self.round = an_open_round(self.region)
        self.cases: dict[str, Known] = {}
        self.told: list[tuple[str, str, Any, Any, str, dict[str, Any], str]] = []
        self.number = 0

    def teardown(self) -> None:
        """What is due of this life is nothing that the next one should do."""
        done_in_all["lives"] += 1
        if done_in_all["lives"] % TOLD_EVERY == 0:
            spent = round(time.process_time())
            sys.stderr.write(
                f"{done_in_all['lives']} lives, {done_in_all['restarts']} restarts, {spent} s of the processor\n"
            )
        Round.objects.update(due_at=None)
        Case.objects.update(due_at=None)

    def key(self) -> str:
        self.number += 1
        return f"{self.round.code}-{self.number}"

    def who(self, number: str, hand: str) -> Any:
        return self.cases[number].leader if hand == "leader" else getattr(self.region, hand)

    def tried(self, number: str, name: str, hand: str, data: dict[str, Any]) -> bool:
        """One act through the door; whether it was carried out. The model knows what its money allows."""
        by, key, known = self.who(number, hand), self.key(), self.cases[number]
        case = Case.objects.get(number=number)
        try:
            record = act(case, name, by=by, on=self.on, key=key, data=data)
        except Refused:
            done_in_all["refused"] += 1
            return False
        done_in_all[name] += 1
        self.told.append((number, name, by, self.on, key, data, record.digest))
        if name in MONEY:
            assert known.money == list(MONEY[: MONEY.index(name)]), (name, known.money)
            known.money.append(name)
            if name == "fund":
                scheduled(case, self.on)
        return True

    @initialize()
    def first(self) -> None:
        """One of each kind."""
        for late in (False, True):
            self.begins(late)

    def another(self, late: bool) -> None:
        if len(self.cases) < 4:
            self.begins(late)

    def begins(self, late: bool) -> None:
        """A draft that is filled in; or a case whose public notice has run out."""
        if late:
            QuotaDocument.objects.get_or_create(number="文", defaults={"fen": 10**15, "on": START.date()})
            case = noticed(self.region, self.round)
            self.cases[case.number] = Known(case.leader, [row.digest for row in history(case)])
            return
        leader = a_person(unit=self.region.unit)
        self.region.leader = leader
        case = open_case(self.round, by=leader, on=self.on, key=self.key())
        self.cases[case.number] = Known(leader)
        story.filled_in(case, self.region)

    @rule(
        what=st.sampled_from(MOVES), at=st.integers(0, 200), name=st.sampled_from(list(WAY)), hand=st.sampled_from(HANDS),
        minutes=st.sampled_from([-60, -1, 1, 60, 24 * 60]), flag=st.booleans(), left=st.integers(0, 80),
    )  # fmt: skip
    def lives(self, what: str, at: int, name: str, hand: str, minutes: int, flag: bool, left: int) -> None:
        """One move; a single rule, so that none is left out of a whole life and the common ones are common."""
        given = {"at": at, "name": name, "hand": hand, "minutes": minutes, "flag": flag, "left": left}
        move = getattr(self, what)
        move(*(given[one] for one in TAKES[what]))

    def takes_its_next_step(self, at: int) -> None:
        """What comes next on the way of a case."""
        number = list(self.cases)[at % len(self.cases)]
        name, (hand, data) = self.next_of(number)
        self.tried(number, name, hand, data)

    def next_of(self, number: str) -> tuple[str, tuple[str, dict[str, Any]]]:
        """The act that comes next on the way of a case, whose it is and with what."""
        case, steps = Case.objects.get(number=number), self.cases[number].money
        if case.rank is not None:
            name = MONEY[min(len(steps), len(MONEY) - 1)]
        else:
            name = NEXT.get(case.state, "withdraw")
            done = Record.objects.filter(subject=number, act=name)
            name = "endorse" if name == "unit_check" and done.exists() else name
        return name, WAY[name]

    def goes_on(self, at: int, name: str) -> None:
        """An act by the hand whose it is."""
        hand, data = WAY[name]
        self.tried(list(self.cases)[at % len(self.cases)], name, hand, data)

    def by_another_hand(self, at: int, name: str, hand: str) -> None:
        """An act by somebody whose it is not: never carried out."""
        if hand != WAY[name][0]:
            assert not self.tried(list(self.cases)[at % len(self.cases)], name, hand, WAY[name][1])

    def sends_again(self, at: int) -> None:
        """An old request once more, whatever has happened since: the first record."""
        if not self.told:
            return
        number, name, by, _, key, data, digest = self.told[at % len(self.told)]
        done_in_all["sent again"] += 1
        assert act(Case.objects.get(number=number), name, by=by, on=self.on, key=key, data=data).digest == digest

    def same_key_other_body(self, at: int) -> None:
        if not self.told:
            return
        number, name, by, _, key, data, _ = self.told[at % len(self.told)]
        try:
            act(Case.objects.get(number=number), name, by=by, on=self.on, key=key, data={**data, "other": "1"})
        except Refused as refusal:
            assert refusal.codes == ["key_used_for_other_data"]
        else:
            raise AssertionError("another body was taken for the same key")

    def crashes(self, at: int, name: str, again: bool, left: int) -> None:
        """The process ends at that statement of an act, at the latest before its commit; the request may be sent once more."""
        number, (hand, data) = list(self.cases)[at % len(self.cases)], WAY[name]
        if left % 4 == 0:  # an act that is possible here goes further than a refusal
            name, (hand, data) = self.next_of(number)
        by, before, ending = self.who(number, hand), standing(), Ending(left)
        try:
            with connection.execute_wrapper(ending), transaction.atomic():
                act(Case.objects.get(number=number), name, by=by, on=self.on, key=self.key(), data=data)
                raise Crash
        except Crash:
            done_in_all["crashes in the act" if ending.left < 0 else "crashes before the commit"] += 1
        except Refused:
            done_in_all["refused before a crash"] += 1
        self.restarts()
        assert standing() == before
        if again:
            self.tried(number, name, hand, data)

    def restarts(self) -> None:
        """A process of its own begins: what was known is known from the database alone."""
        done_in_all["restarts"] += 1
        forgotten(whole=done_in_all["restarts"] % WHOLE == 0)
        self.round = Round.objects.get(pk=self.round.pk)

    def clock_jumps(self, minutes: int) -> None:
        """The machine's clock, back or forth, and what it then finds due; never beyond the closing of the round."""
        self.on = min(max(self.on + timedelta(minutes=minutes), START + timedelta(16)), START + timedelta(29))
        done_in_all["acts of the clock"] += tick(self.on)

    @invariant()
    def records_only_grow_and_hang_together(self) -> None:
        for number, known in self.cases.items():
            case = Case.objects.get(number=number)
            rows = list(history(case))
            assert [row.digest for row in rows][: len(known.records)] == known.records
            assert all(later.previous == earlier.digest for earlier, later in pairwise(rows))
            known.records = [row.digest for row in rows]
            if not known.money and rows[0].act == "open" and case.rank is None:
                assert rows[-1].after == case.state

    @invariant()
    def money_is_what_the_model_knows(self) -> None:
        for number, known in self.cases.items():
            steps = known.money
            grant = Grant.objects.filter(case__number=number).first()
            paid = FEN if "pay" in steps else 0
            assert Award.objects.filter(case__number=number).count() == ("fund" in steps)
            assert (grant.granted_fen if grant else 0) == (FEN if "fund" in steps else 0)
            assert (grant.paid_fen if grant else 0) == paid
            assert (grant.received_fen if grant else 0) == (FEN if "confirm_receipt" in steps else 0)
            moved = Transfer.objects.filter(case__number=number, what="pay").aggregate(fen=Sum("fen"))["fen"]
            assert (moved or 0) == paid
        awarded = sum(FEN for known in self.cases.values() if "fund" in known.money)
        kept = Budget.objects.filter(round=self.round).first()
        assert (kept.committed_fen if kept else 0) == awarded <= self.round.budget_fen

    @invariant()
    def accounts_are_balanced(self) -> None:
        assert (Account.objects.aggregate(fen=Sum("balance_fen"))["fen"] or 0) == 0


def a_fen_is_lost() -> None:
    later = offers.later
    offers.later = lambda context, debit, credit, fen, what, *, case: later(context, debit, credit, fen - (what == "pay"), what, case=case)  # fmt: skip


def keys_are_forgotten() -> None:
    records.already = lambda *given: None


def anyone_may() -> None:
    asked = acts.situation
    every = frozenset(acts.roles_page().body["roles"])
    acts.situation = lambda *given, **more: replace(asked(*given, **more), roles=every)


FAULTS = {
    "": lambda: None,
    "a fen is lost": a_fen_is_lost,
    "keys are forgotten": keys_are_forgotten,
    "anyone may": anyone_may,
}


def main(number: str, examples: str, steps: str, fault: str = "") -> None:
    FAULTS[fault]()
    options = connections.databases["default"]["OPTIONS"]  # what the disk keeps is asked by other bars
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    wanted = settings(
        max_examples=int(examples), stateful_step_count=int(steps), deadline=None, database=None, print_blob=False,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    broken = ""
    with secrets.seeded(int(number)):
        try:
            run_state_machine_as_test(seed(int(number))(Life), settings=wanted)
        except BaseException as found:
            broken = "".join(traceback.format_exception(found))[-1500:]
    digests = Record.objects.order_by("pk").values_list("digest", flat=True)
    whole = hashlib.sha256("".join(digests).encode()).hexdigest()
    sys.stdout.write(
        json.dumps({"broken": broken, "digest": whole, "records": len(digests), "done": done_in_all}) + "\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
