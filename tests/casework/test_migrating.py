"""A decided round is moved to revised pages by a recorded act, and never in what was competed for."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from kechuang.casework import book, editions, outbox
from kechuang.casework.models import Case, Frozen, Notice, Record, Round
from kechuang.casework.pages import pages_of
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_case, an_open_round, done

pytestmark = [pytest.mark.django_db, pytest.mark.long]
WORDS = {
    "reason": "验收申请时限由三个月延长为六个月，其余不变",
    "document_no": "内科发基字〔2019〕3号",
    "minutes": "厅党组会纪要〔2019〕2号",
}
LONGER = ("flows/grant.yaml", "value: {2018-01-01: 3 月}, at_most: 6 月", "value: {2018-01-01: 6 月}, at_most: 6 月")


def a_decided_round(region: Region) -> tuple[Round, Case]:
    round_ = an_open_round(region)
    case = a_case(region, round_)
    Case.objects.filter(pk=case.pk).update(
        state="running", starts_on=START.date(), ends_on=START.date() + timedelta(900)
    )
    Round.objects.filter(pk=round_.pk).update(state="decided")
    round_.refresh_from_db()
    return round_, case


def adopted(region: Region, file: str, old: str, new: str) -> None:
    """An edition in which `old` stands as `new`, in force."""
    sources = book.packaged().sources
    assert sources[file].count(old) == 1
    editions.adopt({**sources, file: sources[file].replace(old, new)}, by=region.planning_chief, on=START)


def refused(round_: Round, region: Region) -> list[str]:
    with pytest.raises(Refused) as refusal:
        done(round_, "migrate", region.leadership, **WORDS)
    return refusal.value.codes


def test_the_round_reads_the_revised_pages_and_tells_both_digests():
    region = Region()
    round_, _ = a_decided_round(region)
    before = round_.frozen_id
    adopted(region, *LONGER)
    done(round_, "migrate", region.leadership, **WORDS)
    term = pages_of(round_).term("grant", "acceptance_apply", START.date())
    told = json.loads(Record.objects.get(act="migrate").body)
    assert (term.count, told["tells"]["pages_before"], told["tells"]["pages_after"]) == (6, before, round_.frozen_id)
    assert [Frozen.objects.filter(digest=before).exists(), before != round_.frozen_id] == [True, True]


def test_what_time_brings_is_reckoned_anew_and_the_revision_is_published():
    region = Region()
    round_, case = a_decided_round(region)
    assert case.due_at is None
    adopted(region, *LONGER)
    done(round_, "migrate", region.leadership, **WORDS)
    outbox.work(START)
    case.refresh_from_db()
    said = Notice.objects.get(what="办理规则修订").body["said"]
    assert case.due_at is not None
    assert said == {"reason": WORDS["reason"], "document_no": WORDS["document_no"], "rules_digest": round_.frozen_id}


def test_without_a_revision_there_is_nothing_to_move_to():
    region = Region()
    round_, _ = a_decided_round(region)
    assert refused(round_, region) == ["pages_unchanged"]


def test_what_was_competed_for_stays():
    region = Region()
    round_, _ = a_decided_round(region)
    adopted(
        region,
        "programmes/nsf-general.yaml",
        "checklist:\n",
        "checklist:\n  - {code: planted, zh: 新增一项, en: One more}\n",
    )
    assert refused(round_, region) == ["pages_change_the_competition"]


def test_a_state_in_which_a_case_lies_may_not_be_lost():
    region = Region()
    round_, case = a_decided_round(region)
    Case.objects.filter(pk=case.pk).update(state="planted")
    adopted(region, *LONGER)
    assert refused(round_, region) == ["states_would_be_lost"]


def test_an_open_round_keeps_its_pages():
    region = Region()
    round_ = an_open_round(region)
    adopted(region, *LONGER)
    assert refused(round_, region) == ["act_not_here"]
