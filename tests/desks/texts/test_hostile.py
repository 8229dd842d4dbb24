"""Sixty files made to do harm: each ends with a text or with a sentence, at no more than its limits, and the reader lives on."""

from __future__ import annotations

import os
from dataclasses import replace
from resource import RUSAGE_CHILDREN, getrusage

import pytest

from kechuang.desks.texts.extract import FAULTS, LIMITS, Unread, text_of
from tests.desks.texts.hostile import corpus

pytestmark = pytest.mark.bar
GROWTH = 200 * 1024 * 1024  # bytes that the process which asks may grow by, over all of them


def held() -> int:
    """How much memory this process holds, in bytes."""
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_every_hostile_file_ends_as_it_should_and_costs_its_limits_at_most(tmp_path):
    before, wrong, count = held(), [], 0
    for name, data, expected in corpus():
        path = tmp_path / "file"
        path.write_bytes(data)
        began = getrusage(RUSAGE_CHILDREN)
        try:
            code, text = "", text_of(path, limits=replace(LIMITS, wall=120)).text
        except Unread as fault:
            code, text = fault.reason.code, ""
        ended = getrusage(RUSAGE_CHILDREN)
        spent = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
        count += 1
        if code not in expected or code not in {"", *FAULTS} or spent > LIMITS.seconds + 1 or "root:" in text:
            wrong.append((name, code, round(spent, 1)))
    assert wrong == []
    assert count >= 60
    assert held() - before < GROWTH
    # What the child holds is bounded by its own limit of address space; ru_maxrss would count this process, forked.
