"""The ceremony before a draw: commitments, reveals, and the seed that no single party could choose.

Order: freeze the pool, publish its digest and the commitments, cast public dice (or read the beacon round named in
advance), reveal, draw. The seed takes in the dice, every commitment, and every revealed value; a value that is not
revealed, or does not keep its commitment, is replaced by UNREVEALED, which is fixed here and so known beforehand.
Commit-reveal: M. Blum, Coin flipping by telephone, 1981.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

LEAST_PARTIES = 3
LEAST_DICE = 20
LEAST_SECRET = 32
UNREVEALED = "unrevealed"


def commitment(party: str, secret: str) -> str:
    """SHA-256 (hex) that binds `party` to `secret`; the party's name inside keeps one from copying another's."""
    if len(secret) < LEAST_SECRET:
        raise Refused(Reason("secret_too_short", party=party, least=LEAST_SECRET))
    return _hash("kechuang commitment 1", party, secret)


def unkept(commitments: Mapping[str, str], reveals: Mapping[str, str]) -> dict[str, str]:
    """Parties whose commitment is not opened: `missing` or `false` (what they showed is not what they sealed)."""
    faults = {}
    for party, sealed in commitments.items():
        shown = reveals.get(party)
        if shown is None:
            faults[party] = "missing"
        elif _hash("kechuang commitment 1", party, shown) != sealed:
            faults[party] = "false"
    return faults


def contributions(commitments: Mapping[str, str], reveals: Mapping[str, str]) -> tuple[str, ...]:
    """What each party brings to the seed, by party name: the value revealed, or UNREVEALED."""
    faults = unkept(commitments, reveals)
    return tuple(UNREVEALED if party in faults else reveals[party] for party in sorted(commitments))


def seed(dice: str, commitments: Sequence[str], pool_digest: str, *, revealed: Sequence[str] = ()) -> bytes:
    """The 32 bytes every draw of the round comes from: SHA-256 of a labelled list, in the order given.

    `dice` are the public digits (at least 20) or the hex of a beacon round; `commitments` at least three, one of
    them supervision's, sorted by party; `revealed` is `contributions(…)`, of the same length, or empty.
    """
    if len(dice) < LEAST_DICE or not dice.isalnum():
        raise Refused(Reason("dice_too_few", least=LEAST_DICE))
    if len(commitments) < LEAST_PARTIES or len(set(commitments)) < len(commitments):
        raise Refused(Reason("commitments_too_few", least=LEAST_PARTIES))
    if revealed and len(revealed) != len(commitments):
        raise Refused(Reason("reveals_do_not_match", commitments=len(commitments), revealed=len(revealed)))
    return bytes.fromhex(_hash("kechuang seed 1", dice, pool_digest, list(commitments), list(revealed)))


def companion(dice: str, commitments: Sequence[str], pool_digest: str, *, revealed: Sequence[str] = ()) -> str:
    """SM3 (GB/T 32905-2016, hex) of the very bytes the seed is made of, for offices that check with it; "" without SM3."""
    if "sm3" not in hashlib.algorithms_available:
        return ""
    said = _bytes("kechuang seed 1", dice, pool_digest, list(commitments), list(revealed))
    return hashlib.new("sm3", said).hexdigest()


def pool_digest(ids: Sequence[str], *, rules: str = "") -> str:
    """SHA-256 (hex) over the frozen pool, sorted, and the digest of the frozen rules: what is published first."""
    return _hash("kechuang pool 1", rules, sorted(ids))


def label(salt: str, name: str) -> str:
    """The salted label under which a certificate speaks of a project or an expert."""
    return _hash(salt, name)[:16]


def _hash(*parts: object) -> str:
    """SHA-256 (hex) of the parts as one JSON list with the standard separators: no two lists give the same bytes."""
    return hashlib.sha256(_bytes(*parts)).hexdigest()


def _bytes(*parts: object) -> bytes:
    return json.dumps(parts, sort_keys=True).encode()
