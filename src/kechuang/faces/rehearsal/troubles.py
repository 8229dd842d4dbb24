"""What goes wrong in a year, as scenes: in which round each is played, after which step, and how many projects it wants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction

from kechuang.faces.rehearsal import applying, deciding, ending, stopping
from kechuang.faces.rehearsal.selecting import Applicants, Contest
from kechuang.faces.rehearsal.stage import Stage

Play = Callable[[Stage, Contest, Applicants], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that goes wrong: after which step, in which programme's round, if that round funds `least` at least."""

    step: str
    programme: str
    least: int
    play: Play


SCENES = (
    Scene("publish", "basic-research", 1, applying.is_cancelled),
    Scene("publish", "key-technology", 5, applying.is_accused),
    Scene("open", "nsf-general", 7, applying.comes_late),
    Scene("open", "nsf-general", 7, applying.applies_twice),
    Scene("open", "nsf-general", 7, applying.is_sent_back),
    Scene("open", "nsf-general", 7, applying.copies_another),
    Scene("open", "nsf-youth", 2, applying.is_too_old),
    Scene("open", "key-technology", 5, applying.is_under_sanction),
    Scene("close", "nsf-general", 7, applying.stays_late),
    Scene("check", "nsf-general", 7, applying.is_corrected),
    Scene("check", "nsf-general", 7, applying.is_found_out),
    Scene("promise", "nsf-general", 7, deciding.experts_leave),
    Scene("decide", "nsf-general", 7, deciding.is_objected_to),
    Scene("decide", "nsf-general", 7, deciding.is_appealed),
    Scene("sign", "nsf-general", 7, deciding.stays_unsigned),
    Scene("run", "nsf-general", 7, stopping.is_suspended),
    Scene("run", "nsf-general", 7, stopping.is_changed),
    Scene("run", "nsf-general", 7, stopping.money_is_stopped),
    Scene("run", "nsf-general", 7, ending.passes),
    Scene("run", "nsf-general", 7, ending.is_not_blamed),
    Scene("run", "nsf-general", 7, stopping.is_terminated),
    Scene("run", "nsf-joint", 2, stopping.duty_is_not_done),
    Scene("run", "nsf-joint", 3, ending.fails_and_passes),
    Scene("run", "key-technology", 5, stopping.at_midterm),
    Scene("run", "key-technology", 5, ending.is_never_repaired),
    Scene("run", "key-technology", 5, ending.is_repaired),
    Scene("run", "major-special", 1, stopping.in_parts),
    Scene("run", "innovation-environment", 2, ending.is_not_asked),
    Scene("run", "nsf-youth", 2, stopping.is_revoked),
    Scene("spring", "key-technology", 5, ending.fails_repair),
    Scene("spring", "innovation-environment", 2, ending.is_overdue),
    Scene("autumn", "innovation-environment", 2, ending.comes_due),
)
ASIDE = {"check": applying.ASIDE, "sign": 2}  # applications that a step leaves to a scene
ORDER_LEFT = "nsf-joint"  # the round in whose list a place goes below the line, with its reason


def played(stage: Stage, step: str, contests: Iterable[Contest], people: Applicants) -> None:
    """The scenes that follow a step, in their order."""
    by_code = {contest.plan.programme: contest for contest in contests} if stage.troubled else {}
    for scene in SCENES:
        contest = by_code.get(scene.programme)
        if scene.step == step and contest is not None and contest.funded >= scene.least:
            stage.say(f"{contest.plan.title}：{scene.play.__module__.rpartition('.')[2]}.{scene.play.__name__}", 0)
            with transaction.atomic():
                scene.play(stage, contest, people)


def has_scene(stage: Stage, step: str, contest: Contest) -> bool:
    """Whether a scene follows this step in this round."""
    code, funded = contest.plan.programme, contest.funded
    return stage.troubled and any(s.step == step and s.programme == code and funded >= s.least for s in SCENES)


def aside(stage: Stage, step: str, contest: Contest) -> int:
    """How many cases a step leaves alone, for a scene to play."""
    return ASIDE[step] if has_scene(stage, step, contest) else 0
