"""An inquiry as it runs: a clue, the screening, the report, the hearing, the decision, and the sanction in force."""

from __future__ import annotations

from datetime import timedelta

from kechuang.casework.actor import CLOCK
from kechuang.casework.models import Case
from kechuang.casework.pages import day_of
from kechuang.desks.integrity import actions, inquiries
from kechuang.faces.rehearsal.applications import FILE
from kechuang.faces.rehearsal.stage import Stage, fresh
from kechuang.parties.models import Person

CLUE = "有人反映其论文数据与他人雷同，请核查原始记录。"
FACTS = "经调查，所列论文中三组数据与他人已发表论文相同，当事人未能提供原始记录；拟认定为数据造假，拟取消申报资格并公开通报。"
HEARD, APPEALED = (
    9,
    23,
)  # days that hold five working days of hearing, and fifteen for an appeal, with a holiday between


def accused(stage: Stage, person: Person) -> Case:
    """Someone is reported and the report taken up: from here on nothing can be applied for."""
    office = stage.region.office
    about = {"person": person.pid}
    case = inquiries.open_inquiry(
        source="report", text=CLUE, about=about, by=office("supervisor"), on=stage.now, key=stage.key("inquiry")
    )
    stage.say("", 1)
    stage.does(case, "screen", office("supervisor"))
    stage.does(case, "take_up", office("supervision_chief"), body="department")
    return case


def decided(stage: Stage, case: Case, *, day: int, measures: list[str]) -> str:
    """Reported, announced, decided after the hearing and notified from `day` on; the number of the decision."""
    office = stage.region.office
    stage.on_day(day)
    stage.does(case, "file_evidence", office("supervisor"), files=[FILE])
    stage.does(case, "report", office("supervisor"), finding="breach", level="medium", report=[FILE])
    stage.does(case, "announce", office("supervision_chief"), facts=FACTS)
    stage.is_refused(case, "decide", office("leadership"), **_decision(stage, case, measures))
    stage.on_day(day + HEARD)
    said = _decision(stage, case, measures)
    stage.does(case, "decide", office("leadership"), **said)
    stage.does(case, "notify", office("supervisor"))
    return str(said["minutes"])


def in_force(stage: Stage, case: Case, *, day: int) -> None:
    """Nobody has appealed: the decision takes effect. The page's term for it begins in 2022, so the act is named here."""
    stage.on_day(day)
    stage.does(fresh([case])[0], "take_effect", CLOCK)


def cleared(stage: Stage, person: Person) -> None:
    """An inquiry that finds nothing: the name is cleared and the gates open again."""
    office = stage.region.office
    case = accused(stage, person)
    stage.does(case, "report", office("supervisor"), finding="none", report=[FILE])
    stage.does(case, "clear", office("leadership"), minutes=f"厅务会纪要〔示例〕{case.number}")


def anonymous(stage: Stage, case: Case) -> None:
    """What comes without a name opens no objection; it is kept as a clue, and screened."""
    actions.report_unsigned(case, CLUE, on=stage.now, key=stage.key("clue"))
    stage.say("", 1)


def _decision(stage: Stage, case: Case, measures: list[str]) -> dict[str, object]:
    start = day_of(stage.now)
    return {
        "level": "medium", "measures": measures, "minutes": f"诚信决定〔示例〕{case.number}",
        "start": start.isoformat(), "end": (start + timedelta(days=2 * 365)).isoformat(),
    }  # fmt: skip
