"""The audit: every record against its chain and its leaf, every leaf against the checkpoints, and the place of each fault."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from kechuang.engines.ledger.chain import beginning, link
from kechuang.engines.ledger.fault import LedgerError
from kechuang.engines.ledger.log import Log, log_from
from kechuang.engines.ledger.report import Attachment, Fault, Report, Row
from kechuang.engines.ledger.witness import Leaf
from kechuang.words.reason import Reason


@dataclass(frozen=True, slots=True)
class _Last:
    """The end of a subject's chain so far; `digests` are its digest as stored and as witnessed, mostly the same."""

    position: int
    digests: tuple[str, str]
    log_index: int | None
    id: str


@dataclass(slots=True)
class _Audit:
    log: Log
    claimed: bytearray
    files: dict[str, list[Attachment]]
    grace: timedelta | None
    ends: dict[str, _Last] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    records: int = 0
    unlogged: int = 0

    def say(self, row: Row, code: str, **values: object) -> None:
        self.faults.append(Fault(Reason(code, **values), row.id, row.subject, row.position, row.log_index))


def audit(
    records: Iterable[Row],
    leaves: Iterable[Leaf],
    checkpoints: Iterable[str],
    attachments: Iterable[Attachment] = (),
    *,
    keys: Sequence[RSAPublicKey],
    grace: timedelta | None = None,
) -> Report:
    """Compare the database with the witness and say what does not fit, and where.

    `records` come in any order in which the positions of each subject rise (by id, or by subject and position).
    `leaves` and `checkpoints` (signed notes) come from the witness folder, printed reports or receipts;
    `keys` are the public keys the log has used. With `grace`, a record's own time must agree with the times of the
    checkpoints around its leaf to within that much. The function reads each iterable once and never raises for
    what it finds.
    """
    log = log_from(leaves, checkpoints, keys=keys)
    files, counted = _by_record(attachments)
    state = _Audit(log, bytearray(len(log)), files, grace)
    for row in records:
        _examine(state, row)
    state.faults += _unclaimed(state)
    state.faults += [_fault_of(file, "attachment_without_record") for left in files.values() for file in left]
    return Report(
        faults=tuple(log.faults + state.faults),
        records=state.records,
        leaves=len(log),
        checkpoints=len(log.checkpoints),
        attachments=counted,
        covered=log.covered,
        unlogged=state.unlogged,
    )


def _examine(state: _Audit, row: Row) -> None:
    state.records += 1
    witnessed = _compare_with_leaf(state, row, fits=_fits(row))
    _compare_with_chain(state, row, state.ends.get(row.subject))
    state.ends[row.subject] = _Last(row.position, (row.digest, witnessed), row.log_index, row.id)
    if row.id in state.files:
        state.faults += filter(None, (_compare_file(row, file) for file in state.files.pop(row.id)))


def _fits(row: Row) -> bool:
    """Whether body and previous digest give the digest that is stored beside them."""
    try:
        return link(row.previous, row.body) == row.digest
    except LedgerError:
        return False


def _compare_with_leaf(state: _Audit, row: Row, *, fits: bool) -> str:
    """Say what is wrong with the record against its leaf; the digest that the next record must be chained to."""
    log, index = state.log, row.log_index
    if index is None:
        state.unlogged += 1
        if not fits:
            state.say(row, "record_edited")
        return row.digest
    if not 0 <= index < len(log):
        state.say(row, "not_witnessed" if fits else "record_edited", leaves=len(log))
        return row.digest
    witnessed, labelled = log.digest(index), (log.subjects[index], log.positions[index])
    if fits and row.digest == witnessed and labelled == (row.subject, row.position):
        _claim(state, row, index)
        return witnessed
    return _blame(state, row, index, fits=fits)


def _blame(state: _Audit, row: Row, index: int, *, fits: bool) -> str:
    """Which of body, digest, place and log index was touched, told by what the witness knows of this leaf."""
    log = state.log
    labelled = log.subjects[index] == row.subject and log.positions[index] == row.position
    if _is_body_of(log, index, row.body):
        _claim(state, row, index)
        state.say(row, "chain_rewritten" if labelled else "record_moved", **_label(log, index))
    elif labelled:
        _claim(state, row, index)
        state.say(row, "record_rewritten" if fits else "record_edited")
    else:
        state.say(row, "leaf_of_another" if fits else "record_edited", **_label(log, index))
        return row.digest
    return log.digest(index)


def _is_body_of(log: Log, index: int, body: bytes) -> bool:
    """Whether this is the very body that was logged at `index`, whatever is stored beside it now."""
    before = log.before(index)
    return bool(before) and link(before, body) == log.digest(index)


def _label(log: Log, index: int) -> dict[str, object]:
    return {"logged_subject": log.subjects[index], "logged_position": log.positions[index]}


def _claim(state: _Audit, row: Row, index: int) -> None:
    if state.claimed[index]:
        state.say(row, "leaf_claimed_twice")
    state.claimed[index] = 1
    if state.grace is not None and row.written is not None:
        _compare_times(state, row, row.written, state.grace)


def _compare_times(state: _Audit, row: Row, written: datetime, grace: timedelta) -> None:
    """A record written long before a checkpoint that lacks it, or long after one that has it, gives a false time."""
    earlier, later = state.log.seen_between(row.log_index or 0)
    if earlier is not None and written < earlier - grace:
        state.say(row, "logged_late", written=written, not_yet=earlier)
    if later is not None and written > later + grace:
        state.say(row, "logged_before_written", written=written, already=later)


def _compare_with_chain(state: _Audit, row: Row, last: _Last | None) -> None:
    """Against the record before it in the subject: next position, its digest, and a later place in the log."""
    position, digests = (last.position, last.digests) if last else (0, (beginning(row.subject),))
    if row.position > position + 1:
        state.say(row, "positions_missing", first=position + 1, last=row.position - 1)
    elif row.position <= position:
        state.say(row, "position_twice", other=last.id if last else "")
    elif row.previous not in digests and not _already_blamed(state, row):
        state.say(row, "chain_broken")
    if last and row.log_index is not None:
        _compare_order(state, row, last, row.log_index)


def _compare_order(state: _Audit, row: Row, last: _Last, index: int) -> None:
    if last.log_index is None:
        place = Reason("never_logged", followed_by=row.id)
        state.faults.append(Fault(place, last.id, row.subject, last.position, None))
    elif last.log_index >= index:
        state.say(row, "logged_out_of_order", other=last.id, other_index=last.log_index)


def _already_blamed(state: _Audit, row: Row) -> bool:
    return bool(state.faults) and state.faults[-1].record == row.id


def _unclaimed(state: _Audit) -> Iterator[Fault]:
    """The leaves that no record answers to: whole subjects, single records, and the tail after the last record."""
    log = state.log
    missing: dict[str, list[int]] = defaultdict(list)
    at = state.claimed.find(0)
    while at >= 0:
        missing[log.subjects[at]].append(at)
        at = state.claimed.find(0, at + 1)
    kept = state.claimed.rfind(1) + 1
    if kept < len(log):
        as_of = max((point.on for point in log.checkpoints if point.size <= kept), default=None)
        yield Fault(Reason("records_end_early", kept=kept, leaves=len(log), as_of=as_of), log_index=kept)
    for subject, indices in missing.items():
        code = "records_missing" if subject in state.ends else "subject_missing"
        positions = tuple(log.positions[index] for index in indices)
        reason = Reason(code, positions=positions, log_indices=tuple(indices))
        yield Fault(reason, subject=subject, position=positions[0], log_index=indices[0])


def _by_record(attachments: Iterable[Attachment]) -> tuple[dict[str, list[Attachment]], int]:
    files: dict[str, list[Attachment]] = defaultdict(list)
    for file in attachments:
        files[file.record].append(file)
    return dict(files), sum(map(len, files.values()))


def _compare_file(row: Row, file: Attachment) -> Fault | None:
    """The digest must be the one in the record's hashed body, not only in some table beside it."""
    if f'"{file.recorded}"'.encode("utf-8", "surrogatepass") not in row.body:
        return _fault_of(file, "attachment_unrecorded", row)
    if file.found is None:
        return _fault_of(file, "attachment_missing", row)
    return None if file.found == file.recorded else _fault_of(file, "attachment_swapped", row)


def _fault_of(file: Attachment, code: str, row: Row | None = None) -> Fault:
    reason = Reason(code, name=file.name, recorded=file.recorded, found=file.found)
    if row is None:
        return Fault(reason, file.record)
    return Fault(reason, row.id, row.subject, row.position, row.log_index)
