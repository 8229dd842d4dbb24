"""The policies of the edition in force: the rules as one value, which programme pays by which, how a page came to be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from django.db.models.fields.json import KT

from kechuang.casework.book import packaged, policies_of
from kechuang.casework.models import Edition
from kechuang.casework.pages import current
from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.vocabulary import vocabulary_from

FLOWS = ("subsidy", "recognition", "investment")  # the flows of which a policy decides, not a contest
MOST_EDITIONS = 40


def rules_in_force() -> Rules:
    """Every policy of the edition in force, read once a process."""
    return _rules(current().digest)


@lru_cache(maxsize=4)
def _rules(digest: str) -> Rules:
    shelf = current()
    words = vocabulary_from(shelf.page("vocabulary").body)
    return Rules(
        words, {code: policy_from(shelf.page("policies", code).body, words) for code in shelf.codes("policies")}
    )


def paying() -> Mapping[str, tuple[str, ...]]:
    """The programmes that pay or recognise by each policy, by its code."""
    return _paying(current().digest)


@lru_cache(maxsize=4)
def _paying(digest: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for page in current().programmes():
        for code in policies_of(page.body) if page.body.get("flow") in FLOWS else ():
            found.setdefault(code, []).append(str(page.body["code"]))
    return {code: tuple(programmes) for code, programmes in found.items()}


def page_digest(code: str) -> str:
    """SHA-256 of the page as it stands in the edition in force."""
    return _digest(current().sources[f"policies/{code}.yaml"])


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def changes(code: str) -> list[tuple[datetime | None, str]]:
    """When this page got another text, newest first: (adopted on, digest of the page); the packaged text came without a day."""
    path = f"policies/{code}.yaml"
    told: list[tuple[datetime | None, str]] = []
    before = packaged().sources.get(path)
    if before is not None:
        told.append((None, _digest(before)))
    rows = Edition.objects.order_by("-pk").values_list("on", KT(f"pages__{path}"))[:MOST_EDITIONS]
    for on, text in reversed(list(rows)):
        if text is not None and (not told or told[-1][1] != _digest(text)):
            told.append((on, _digest(text)))
    return told[::-1]
