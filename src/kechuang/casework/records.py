"""Writing and reading records: one chain a subject, and the very bytes that were hashed kept as text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db import connection

from kechuang.casework.actor import Actor
from kechuang.casework.models import Record, Told, salt, subject_key
from kechuang.engines.flow import Done
from kechuang.engines.ledger import beginning, canonical, digest, link
from kechuang.parties.prepared import Prepared, insert, insert_all
from kechuang.parties.secrets import keyed_digest
from kechuang.parties.steady import forget, once
from kechuang.words.outcome import Refused
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one record says: the act, the way it led, by whom in which role, and ids, codes and amounts fit for the log."""

    act: str
    before: str
    after: str
    by: Actor
    role: str
    on: datetime
    key: str
    data: Mapping[str, Any]
    tells: Mapping[str, str]
    asked: Mapping[str, Any] | None = None  # what was sent, where `data` is what it was cleaned to


def already(by: Actor, key: str, act: str, subject: Any, data: Mapping[str, Any]) -> Record | None:
    """The first record of this key, if there is one; refused if the key came with another act, subject or other data then.

    `subject` is None for what the act itself brings into being: the record names it.
    """
    expected: set[tuple[str, str]] | None = once("keys", lambda: None)
    if expected is not None and (by.id, key) in expected:
        expected.discard((by.id, key))
        return None
    told = BY_KEY.one(by.id, key)
    if told is None:
        return None
    if (
        told.act != act
        or (subject is not None and (told.subject_kind, told.subject) != subject_key(subject))
        or told.data_digest != data_digest(data)
    ):
        raise Refused(Reason("key_used_for_other_data"))
    return told


def data_digest(data: Mapping[str, Any]) -> str:
    """A keyed digest by which a repeated request is told from a different one."""
    return keyed_digest(canonical(plain(data)).decode())


def plain(value: Any) -> Any:
    """`value` as canonical JSON allows it: numbers beyond 2^53, dates and fractions as text."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    return str(value)


def strict(value: Any) -> Any:
    """Stored answers as canonical JSON allows them: whole numbers beyond 2^53 as text."""
    if isinstance(value, Mapping):
        return {k: strict(v) for k, v in value.items()}
    if isinstance(value, list):
        return [strict(v) for v in value]
    return str(value) if type(value) is int and abs(value) >= 2**53 else value


def write(subject: Any, entry: Entry) -> Record:
    """Append one record to the chain of `subject`; the caller holds the subject's lock."""
    kind, pid = subject_key(subject)
    rows = chain(subject)
    previous, position = (rows[-1].digest, rows[-1].position + 1) if rows else (beginning(f"{kind}:{pid}"), 1)
    record, told = drawn_up(subject, entry, previous, position)
    insert(record)
    link_on(
        subject, Link(entry.act, entry.by.id, entry.role, entry.on, entry.before, entry.after, position, record.digest)
    )
    if told is not None:
        told.record = record
        insert(told)
    return record


def write_first(entries: Iterable[tuple[Any, Entry]]) -> list[Record]:
    """The first records of subjects that have none yet, in one insert: for what is taken over in bulk."""
    pairs = []
    for subject, entry in entries:
        kind, pid = subject_key(subject)
        pairs.append(drawn_up(subject, entry, beginning(f"{kind}:{pid}"), 1))
    written = insert_all([record for record, _ in pairs])
    tolds = []
    for record, (_, told) in zip(written, pairs, strict=True):
        if told is not None:
            told.record = record
            tolds.append(told)
    insert_all(tolds)
    return written


def drawn_up(subject: Any, entry: Entry, previous: str, position: int) -> tuple[Record, Told | None]:
    """One record with its canonical body and digest, not yet saved, and beside it what was said.

    Beside who, what and when it tells through which face the act came and on which frozen pages it was judged.
    """
    kind, pid = subject_key(subject)
    said, grain = plain(entry.data), salt()
    beside = {"channel": entry.by.channel, "pages": pages_under(subject), "tells": dict(entry.tells)}
    body = canonical({
        "v": 1, "subject": f"{kind}:{pid}", "position": position, "act": entry.act, "before": entry.before,
        "after": entry.after, "actor": entry.by.id, "role": entry.role, "key": keyed_digest(entry.key)[:32],
        "on": entry.on.astimezone(ZONE).isoformat(timespec="milliseconds"),
        "data": digest(grain.encode() + canonical(said)), **{name: told for name, told in beside.items() if told},
    })  # fmt: skip
    record = Record(
        subject_kind=kind, subject=pid, position=position, act=entry.act, before=entry.before, after=entry.after,
        actor=entry.by.id, role=entry.role, on=entry.on, key=entry.key,
        data_digest=data_digest(entry.data if entry.asked is None else entry.asked),
        body=body.decode(), previous=previous, digest=link(previous, body),
    )  # fmt: skip
    return record, Told(record=record, data=said, salt=grain) if said else None


def pages_under(subject: Any) -> str:
    """The digest of the frozen pages that rule `subject`; empty where none are frozen, or none apply."""
    return str(getattr(getattr(subject, "round", None), "frozen_id", None) or "")


class Link(NamedTuple):
    """One record of a chain, as far as rules ask for it."""

    act: str
    actor: str
    role: str
    on: datetime
    before: str
    after: str
    position: int
    digest: str


HELD = "_chain"
CHAINS = "chains held"  # of subjects locked in this transaction: a list of acts comes back to each several times
SEEN = "_seen"
CHAIN = Prepared[tuple[Any, ...]](
    lambda kind, pid: (
        Record.objects.filter(subject_kind=kind, subject=pid).order_by("position").values_list(*Link._fields)
    )
)
BY_KEY = Prepared[Record](lambda actor, key: Record.objects.filter(actor=actor, key=key))


def hold(subject: Any) -> None:
    """From here the chain of `subject`, whose lock the caller holds, is read once and kept up by `write`."""
    subject.__dict__[HELD] = None
    subject.__dict__[SEEN] = {}


def loose(subject: Any) -> None:
    """The chain is read afresh from now on."""
    subject.__dict__.pop(HELD, None)
    subject.__dict__.pop(SEEN, None)


def during(subject: Any, what: str, ask: Callable[[], Value]) -> Value:
    """What `ask` says of `subject`: asked once while an act on it goes on, every time outside of one."""
    seen: dict[str, Any] | None = subject.__dict__.get(SEEN)
    if seen is None:
        return ask()
    if what not in seen:
        seen[what] = ask()
    value: Value = seen[what]
    return value


def chain(subject: Any) -> list[Link]:
    """The records of `subject`, oldest first."""
    held: list[Link] | None = subject.__dict__.get(HELD)
    if held is not None:
        return held
    kind, pid = subject_key(subject)
    if HELD in subject.__dict__:
        chains: dict[str, list[Link]] = once(CHAINS, dict)
        if pid not in chains:
            chains[pid] = _read(subject)
        subject.__dict__[HELD] = chains[pid]
        return chains[pid]
    return once(("chain", pid), lambda: _read(subject)) if kind == "round" else _read(subject)


def _read(subject: Any) -> list[Link]:
    kind, pid = subject_key(subject)
    return [Link(*row) for row in CHAIN.rows(kind, pid)]


def link_on(subject: Any, link: Link) -> None:
    """The chain has grown by one."""
    pid = subject_key(subject)[1]
    forget(("chain", pid))
    if subject.__dict__.get(HELD) is not None:
        subject.__dict__[HELD].append(link)
    else:
        chains: dict[str, list[Link]] = once(CHAINS, dict)
        chains.pop(pid, None)


def forget_chains() -> None:
    """What was written has been rolled back."""
    forget(CHAINS)


def expect(wanted: Collection[tuple[str, str]]) -> None:
    """Note which of a list's (actor, key) nobody has used yet: each of those is looked up no more.

    Both are asked for together: the index begins with the actor, and a search by keys alone would read all of it.
    """
    places = ", ".join(["(%s, %s)"] * len(wanted))
    sql = f"SELECT r.actor, r.key FROM (VALUES {places}) AS w JOIN {Record._meta.db_table} AS r ON r.actor = w.column1 AND r.key = w.column2"
    with connection.cursor() as cursor:
        cursor.execute(sql, [part for pair in wanted for part in pair])
        used = set(cursor.fetchall())
    forget("keys")
    once("keys", lambda: set(wanted) - used)


def roles_of(subject: Any, actors: Collection[str]) -> list[str]:
    """The roles in which one of `actors` has acted on `subject`, each once, in order."""
    return list(dict.fromkeys(link.role for link in chain(subject) if link.actor in actors and link.role))


def done(subject: Any) -> tuple[Done, ...]:
    """What has been done on `subject`, oldest first, each knowing whether it lies in the present state."""
    rows = chain(subject)
    entered = max((i for i, row in enumerate(rows) if row.before != row.after), default=-1)
    return tuple(Done(row.act, row.actor, row.on, i > entered) for i, row in enumerate(rows))
