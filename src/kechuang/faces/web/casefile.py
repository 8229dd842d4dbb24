"""A case as its page shows it: where it stands, in whose hands, what can be done, what has been done and how long it took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kechuang.casework import acts, deadlines, rectifying, todo
from kechuang.casework.actor import Actor
from kechuang.casework.models import Attachment, Case, Document, Letter, Record
from kechuang.casework.pages import Pages, day_of, pages_of
from kechuang.casework.queries import history, holders
from kechuang.desks.experts import pool
from kechuang.desks.experts.models import Opinion
from kechuang.desks.funds.models import Instalment
from kechuang.desks.funds.passing import partners, promised
from kechuang.desks.projects import reports
from kechuang.desks.projects.members import changed_teams
from kechuang.desks.projects.models import Report
from kechuang.engines import forms
from kechuang.engines.flow import Act, Done, Flow, Situation, due, line, of_parent, offered, opened_on
from kechuang.faces.web import changed, drawing, mine_rows, sight, wording
from kechuang.faces.web.act_titles import document_title, titles
from kechuang.faces.web.fields import ShownFile
from kechuang.faces.web.filling import may_write, writing_act
from kechuang.faces.web.sight import Sight
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

MOST_ACTS = 12
UNSAID = frozenset({"signature", "file", "files", "sheet", "commitments", "real_name", "account"})
REPORTS = {  # kind of report → the states of the project in which it is written
    "task_book": ("contracting",),
    "progress": ("running",),
    "midterm": ("running",),
    "acceptance": ("acceptance_due", "rectify"),
    "tracking": ("tracking",),
}


class CaseFile:
    """One case before one reader at one moment; everything is read when it is first asked for."""

    def __init__(self, case: Case, reader: Sight, on: datetime) -> None:
        self.case, self.reader, self.on = case, reader, on
        self.pages: Pages = pages_of(case.round)
        self.flow: Flow = self.pages.flow(case.flow)
        self.state = self.flow.states[case.state]
        self.records = list(history(case).select_related("told"))
        self.seen: Situation = acts.situation(case, Actor.of(reader.person), on)
        self.anchors = deadlines.anchors(case, self.seen.done, on=on)

    @property
    def in_hands(self) -> tuple[str, ...]:
        return () if self.state.end else todo.hands(self.case, self.seen.done, pages=self.pages)

    def hands(self) -> str:
        """Who has it now, in words; people of the applicant's own side by name."""
        said = [self._holder(role) for role in self.in_hands]
        return wording.listed(said) or ("" if self.state.end else mine_rows.nobody(self.case))

    def _holder(self, role: str) -> str:
        title = wording.text(self.reader.page.title(role))
        open_to_all = self.reader.page.power(role) in ("applicant", "recommend") and self.reader.identity
        people = holders(role, self.case, day_of(self.on)) if open_to_all else []
        names = wording.listed(dict.fromkeys(person.name for person in people[:3]))
        return f"{title} {names}" if names else title

    def heading(self) -> dict[str, Any]:
        """The finding of the page: what stands where, since when, until when."""
        mine, until = self.mine, self.until
        who = _("由你") if mine else self.hands()
        return {
            "chip": self.state.title, "tone": wording.tone(self.case.state, mine=mine, ended=self.state.end), "mine": mine,
            "said": "" if self.state.end else self._since(who), "until": None if self.state.end else until,
        }  # fmt: skip

    def _since(self, who: str) -> str:
        """Who has it, and since when; nobody while its round is suspended."""
        if not self.in_hands and self.case.round.state == deadlines.SUSPENDED:
            return _("批次已中止，恢复以后再办理")
        if day_of(self.case.entered_at) == day_of(self.on):
            return _("%(who)s办理，今天起") % {"who": who}
        return _("%(who)s办理，已 %(since)s") % {"who": who, "since": wording.days_since(self.case.entered_at, self.on)}

    @property
    def mine(self) -> bool:
        """Whether the next step is the reader's, and can be taken now."""
        can = {act.name for act in self.possible}
        nexts = [a for a in todo.expected(self.pages, self.case.flow, self.case.state) if a.name in can]
        return any(todo.waits(self.flow, self.case.state, act, self.seen.done, self.seen.actor) for act in nexts)

    @property
    def until(self) -> datetime | None:
        """Until when whoever has it should act."""
        return todo.handed_until(self.case, self.in_hands)

    def steps(self) -> list[dict[str, Any]]:
        """The flow line: stages behind and ahead, the states of the present stage one by one."""
        entered = self._entered()
        steps = line(self.flow, [state for state, _on in entered], self.case.state)
        here = self.state.stage
        when = dict(entered)
        told: list[dict[str, Any]] = []
        for step in steps:
            state = self.flow.states[step.state]
            shown = {
                "title": step.title,
                "state": step.mark,
                "on": when.get(step.state) if step.mark != "now" else None,
            }
            if step.mark in ("now", "no"):
                told.append({**shown, "who": self.hands(), "until": self.until} if step.mark == "now" else shown)
            elif state.stage == here or not self.flow.stages:
                told.append(shown)
            else:
                _as_stage(told, {**shown, "title": self.flow.stages[state.stage], "stage": (state.stage, step.mark)})
        return told

    def _entered(self) -> list[tuple[str, datetime]]:
        return [(record.after, record.on) for record in self.records if record.after != record.before]

    @property
    def possible(self) -> list[Act]:
        return [act for act, reasons in self._offered() if not reasons]

    def _offered(self) -> list[tuple[Act, tuple[Reason, ...]]]:
        if not hasattr(self, "_told"):
            self._told = list(offered(self.flow, self.case.state, situation=self.seen, anchors=self.anchors))
        return self._told

    def acts(self) -> list[dict[str, Any]]:
        """What the reader can do here, and what is theirs but shut now, with the reason beside it; not what does not apply."""
        nexts = [act.name for act in todo.expected(self.pages, self.case.flow, self.case.state)]
        rows = sorted(
            (row for row in self._offered() if not apart(row[1]) and not self._consented(row[0])),
            key=lambda pair: (bool(pair[1]), nexts.index(pair[0].name) if pair[0].name in nexts else 99),
        )
        first = next((act.name for act, reasons in rows if not reasons and act.name in nexts), "")
        shown = [self._act(act, reasons, primary=act.name == first) for act, reasons in rows[:MOST_ACTS]]
        return [*self._writing(shown), *self._witness(), *shown, *self._by_hand()]

    def _consented(self, act: Act) -> bool:
        """Whether the reader has given a consent that everyone gives once."""
        return act.by in todo.EACH and not todo.waits(self.flow, self.case.state, act, self.seen.done, self.seen.actor)

    def _writing(self, shown: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The way to the form for whoever may still write it; while it is a draft, writing comes before handing in."""
        if self.case.parent_id or not may_write(writing_act(self.case), self.seen.roles):
            return
        draft = "draft" in self.case.state
        for one in shown if draft else ():
            one["primary"] = False
        href = reverse("form", args=[self.case.number])
        yield {"name": "form", "title": _("接着写") if draft else _("修改申请书"), "href": href, "primary": draft, "stop": False, "refused": None}  # fmt: skip

    def against(self, name: str) -> Reason | None:
        """What stands against an act of the reader's, whether it is offered or not."""
        told = next((reasons for act, reasons in self._offered() if act.name == name), ())
        return self.worded(told[0]) if told else None

    def _act(self, act: Act, reasons: Sequence[Reason], *, primary: bool) -> dict[str, Any]:
        ends = act.to in self.flow.states and wording.tone(act.to) in ("no", "past")
        refused = self.worded(reasons[0]) if reasons else None
        return {"name": act.name, "title": act.title, "href": act_href(self.case, act.name), "primary": primary, "stop": ends, "refused": refused}  # fmt: skip

    def _witness(self) -> Iterator[dict[str, Any]]:
        """A second person's word beside an act of somebody else."""
        fresh = {one.act for one in self.seen.done if one.since_entry}
        for act in self.flow.acts.values():
            name = acts.SECOND + act.name
            wanted = (
                act.seconded_by in self.seen.roles
                and act.stands_in(self.case.state)
                and not deadlines.rests(act, self.case.round)
            )
            if wanted and name not in fresh and act.name not in fresh:
                title = _("见证：%(act)s") % {"act": wording.text(act.title)}
                yield {
                    "name": name,
                    "title": title,
                    "href": act_href(self.case, name),
                    "primary": True,
                    "stop": False,
                    "refused": None,
                }

    def _by_hand(self) -> Iterator[dict[str, Any]]:
        """The way to name experts by hand, for the checker of the institution and only where the page allows it now."""
        rests = self.case.round.state == deadlines.SUSPENDED
        if not rests and "institution_chief" in self.seen.roles and pool.by_hand_modes(self.case):
            href = reverse("seat_by_hand", args=[self.case.number])
            yield {
                "name": "seat_by_hand",
                "title": _("指定专家"),
                "href": href,
                "primary": False,
                "stop": False,
                "refused": None,
            }

    def worded(self, reason: Reason) -> Reason:
        """A refusal with its role in words."""
        if reason.code == "act_after_missing":
            missing = reason.values.get("missing") or reason.values.get("missing_any") or []
            return Reason(reason.code, **{**reason.values, "missing": [wording.text(one) for one in missing]})
        if reason.code == "same_person":
            said = wording.listed(wording.text(one) for one in reason.values.get("acts", ()))
            return Reason(reason.code, act=said)
        if "role" in reason.values:
            return Reason(reason.code, **{**reason.values, "role": self.reader.page.title(str(reason.values["role"]))})
        return reason

    def openings(self) -> list[dict[str, Any]]:
        """Child cases that the reader may open here: changes, appeals, sub-projects, assessments."""
        found = []
        for code, child in self.pages.round.flows.items():
            if child.parent is None or not _fits(child, self.flow, self.case.state):
                continue
            for act in child.acts.values():
                if act.opens and act.by in self.seen.roles and self._opens_now(child, act):
                    href = reverse("open_child", args=[self.case.number, code, act.name])
                    found.append({"name": act.name, "title": _("%(what)s：%(act)s") % {"what": wording.text(child.title), "act": wording.text(act.title)}, "href": href})  # fmt: skip
        return found

    def _opens_now(self, child: Flow, act: Act) -> bool:
        told = acts_of_parent(self.seen)
        rows = offered(child, "", situation=told, anchors=self.anchors)
        return any(one.name == act.name and not reasons for one, reasons in rows)

    def children(self) -> list[dict[str, Any]]:
        """Cases that hang on this one, newest first, with where they stand; whose they are is not said of objections."""
        rows = self.case.children.order_by("-opened_at")
        told = []
        for child in rows:
            flow = self.pages.flow(child.flow)
            state = flow.states[child.state]
            told.append({
                "title": flow.title, "chip": state.title, "tone": wording.tone(child.state, ended=state.end), "on": child.opened_at,
                "href": reverse("case", args=[child.number]), "open": not state.end, "until": child.promised_at,
            })  # fmt: skip
        return told

    def team(self) -> dict[str, Any]:
        """The team as it is, and what each change of it brought; nothing where names are not to be seen."""
        if self.case.parent_id or not self.reader.identity or self.case.member_role != "member":
            return {}
        rows = self.case.members.select_related("person__unit").order_by("pk")
        changes = [
            {"on": on, "joined": wording.listed(joined), "left": wording.listed(left)}
            for on, joined, left in changed_teams(self.case)
        ]
        return {"members": list(rows), "changes": changes} if rows else {}

    def changed(self) -> dict[str, Any]:
        """What changes made of the project, or would, as far as this reader may see it."""
        return changed.shown(self.case, identity=self.reader.identity, money=self.reader.money)

    def facts(self) -> list[dict[str, Any]]:
        """Who, how much, until when, in whose hands."""
        case, known = self.case, self.reader.identity
        blind = _("匿名评审，不显示")
        pairs: list[dict[str, Any]] = [
            {"label": _("主持人"), "value": (case.leader.name if case.leader else "") if known else blind},
            {"label": _("单位"), "value": (case.applicant.name if case.applicant else "") if known else blind},
            {
                "label": _("归口管理部门"),
                "value": (case.recommender.name if case.recommender else "") if known else blind,
            },
            {"label": _("编号"), "value": case.project_no or case.number},
        ]
        if self.reader.money and not case.parent_id:
            award = getattr(case, "award", None)
            pairs.append({"label": _("资助") if award else _("申请"), "fen": award.fen if award else case.asked_fen})
        if case.starts_on and case.ends_on:
            pairs.append(
                {"label": _("执行期"), "value": f"{wording.day_long(case.starts_on)}–{wording.day_long(case.ends_on)}"}
            )
        pairs.append(
            {"label": _("在谁手里"), "value": self.hands(), "small": wording.days_since(case.entered_at, self.on)}
        )
        pairs.append({"label": _("最迟"), "value": wording.term_end(self.until, self.on)})
        return pairs

    def told(self) -> list[dict[str, Any]]:
        """The record: acts as they happened, the time each took beside the time promised, newest first."""
        names = sight.names_of(self.records)
        shown = [record for record in self.records if self._shows(record)]
        return [self._record(record, names) for record in reversed(shown)]

    def _shows(self, record: Record) -> bool:
        """What reviewers do is not told to the applicant's side act by act, nor when."""
        return self.reader.office or not record.actor.startswith("label:")

    def _record(self, record: Record, names: dict[str, str]) -> dict[str, Any]:
        act = self.flow.acts.get(record.act.removeprefix(acts.SECOND))
        title = wording.text(act.title) if act else wording.text(NOTES.get(record.act, record.act))
        if record.act.startswith(acts.SECOND):
            title = _("见证：%(act)s") % {"act": title}
        said = [*self._measured(record, act), *self._said(record, act)]
        return {
            "title": title, "on": record.on, "who": self.reader.actor(record, names), "said": _("；").join(said),
            "digest": record.digest, "before": record.previous if record.position > 1 else "", "rectify": self._rectify_href(record),
        }  # fmt: skip

    def _rectify_href(self, record: Record) -> str:
        """The way to put right what was typed in an act, for whoever may."""
        mine = rectifying.may_ask(record, self.seen.roles)
        words = mine and rectifying.fields_of(self.pages, self.case.flow, record)
        return reverse("rectify", args=[self.case.number, record.position]) if words else ""

    @property
    def rectified(self) -> rectifying.PutRight:
        if not hasattr(self, "_rectified"):
            self._rectified = rectifying.put_right(self.records)
        return self._rectified

    def slips(self) -> list[dict[str, Any]]:
        """What was asked to be put right and waits for a second word: to whoever may give it, and to those who read what was said."""
        found = []
        for slip in rectifying.waiting(self.case, self.records):
            may = rectifying.may_confirm(slip, self.seen.roles, by=self.reader.person)
            if may or self.reader.may_read(slip.record):
                act, label = self.flow.acts[slip.record.act].title, slip.field.title.of(drawing.language())
                found.append({"label": label, "act": act, "old": slip.old, "new": slip.new, "why": slip.why, "on": slip.ask.on, "digest": slip.ask.digest, "may": may})  # fmt: skip
        return found

    def _measured(self, record: Record, act: Act | None) -> Iterator[str]:
        """How long the step took, beside until when it was promised; for a step without a promise how long the case lay before."""
        if act is None or record.act != act.name:
            return
        before = tuple(Done(one.act, one.actor, one.on, True) for one in self.records if one.position < record.position)
        begun, moment = self._begun(act, before, record), self._promised(act, before, record)
        if begun is None or moment is None:
            entered = [one.on for one in self.records if one.position < record.position and one.before != one.after]
            if entered and record.before != record.after:
                yield _("用时 %(took)s，没有规定期限") % {"took": wording.days_taken(max(entered), record.on)}
            return
        took = wording.days_taken(begun, record.on)
        late = record.on >= moment
        pattern = _("用时 %(took)s，期限 %(until)s，超期") if late else _("用时 %(took)s，期限 %(until)s")
        yield pattern % {"took": took, "until": wording.term_end(moment, record.on)}

    def _known(self, act: Act, before: tuple[Done, ...], record: Record) -> dict[str, datetime]:
        """The moments the door knew when the act was done: what is owed again and again as it was then."""
        since = act.limit.since if act.limit else ()
        then = deadlines.owed_of(self.case, since, before, record.on)
        fixed = {name: moment for name, moment in self.anchors.items() if name not in deadlines.OWED}
        return {**fixed, **{name: moment for name, moment in then.items() if moment is not None}}

    def _begun(self, act: Act, before: tuple[Done, ...], record: Record) -> datetime | None:
        """The moment from which the term of an act counts."""
        if act.limit is None or not act.limit.within:
            return None
        known = self._known(act, before, record)
        done = max((one.on for one in before if one.act in act.limit.since), default=None)
        return done or max((known[name] for name in act.limit.since if name in known), default=None)

    def _promised(self, act: Act, before: tuple[Done, ...], record: Record) -> datetime | None:
        """Until when the act was promised, as it stood when it was done."""
        if act.limit is None or not act.limit.within:
            return None
        then = Situation(record.actor, frozenset(), before, record.on)
        return due(self.flow, act, then, anchors=self._known(act, before, record))

    def _said(self, record: Record, act: Act | None) -> list[str]:
        """What was said in the act, as far as this reader may know it."""
        if act is None or not hasattr(record, "told") or record.act != act.name:
            return []
        form = self.pages.inputs(self.flow.code, act.name)
        if form is None:
            return []
        whole = self.reader.may_read(record)
        wanted = set(form.fields) if whole else set(self.reader.addressed(record)) & set(form.fields)
        secret = UNSAID - ({"real_name"} if self.reader.supervises else set())
        kept = {code for code in wanted if form.fields[code].kind not in secret}
        try:
            values = forms.typed(form, {code: value for code, value in record.told.data.items() if code in kept})
        except (ValueError, TypeError, KeyError):
            return []
        printed = forms.printed(form, values, drawing.language(), choices=self.pages.choices, names=drawing.Names().read([str(v) for v in values.values() if isinstance(v, str)]))  # fmt: skip
        lines = [one for section in printed for one in section.lines if one.path in kept and one.text]
        now = self.rectified.get(record.digest, {})
        return [
            f"{one.label}{_('：')}{one.text}{wording.unit(one.unit)}{wording.now_reads(now.get(one.path, ()))}"
            for one in lines
        ]

    def papers(self) -> list[dict[str, Any]]:
        """Receipts, letters and decisions of the case that this reader may open."""
        rows = Document.objects.filter(case=self.case).select_related("case", "record").order_by("-on", "-pk")
        mine = set(
            Letter.objects.filter(document__case=self.case, person=self.reader.person).values_list(
                "document_id", flat=True
            )
        )
        known = titles()
        return [
            {"title": document_title(row, known), "href": document_href(row), "on": row.on, "number": row.number, "code": row.code}
            for row in rows if sight.shows(row, self.reader, mine)
        ]  # fmt: skip

    def files(self) -> list[ShownFile]:
        """The attachments, for those who may know whose they are."""
        if not self.reader.identity:
            return []
        rows = Attachment.objects.filter(case=self.case, removed=False).order_by("pk")
        return [ShownFile(row.name, row.digest, drawing.file_href(self.case, row.digest), row.size) for row in rows]

    def opinions(self) -> list[dict[str, Any]]:
        """The reviewers' opinions once they are released, under fresh letters."""
        if not self.reader.opinions:
            return []
        rows = Opinion.objects.filter(case=self.case).order_by("label")
        return [{"label": row.label, "text": row.text, "on": row.released_on} for row in rows]

    def money(self) -> dict[str, Any]:
        """Granted, paid, received, spent, and each instalment."""
        grant = getattr(self.case, "grant", None)
        if grant is None or not self.reader.money:
            return {}
        figures = [
            {"label": _("批准"), "fen": grant.granted_fen}, {"label": _("已拨付"), "fen": grant.paid_fen},
            {"label": _("已到账"), "fen": grant.received_fen}, {"label": _("已支出"), "fen": grant.spent_fen},
        ]  # fmt: skip
        if passed := partners(grant):
            note = wording.listed([f"{name} {wording.money(fen)}" for name, fen in passed])
            figures.append({"label": _("转拨合作单位"), "fen": grant.passed_fen, "note": note})
        if (own := promised(self.case, self.on).get("total", 0)) or grant.own_spent_fen:
            figures += [
                {"label": _("自筹及其他（承诺）"), "fen": own},
                {"label": _("自筹（已支出）"), "fen": grant.own_spent_fen},
            ]
        rows = Instalment.objects.filter(grant=grant).select_related("payment").order_by("position")
        return {"figures": figures, "rows": [self._instalment(row) for row in rows]}

    def _instalment(self, row: Instalment) -> dict[str, Any]:
        titles = {str(one["code"]): one for one in self.pages.programme.get("instalments", ())}
        payment = getattr(row, "payment", None)
        title = titles.get(row.named, row.named)
        state, tone = _("未到条件"), "draft"
        if row.freed_at:
            state, tone = _("可以拨付"), "way"
        if payment:
            state, tone = (
                (_("已到账"), "done")
                if payment.received_at
                else (_("已拨付"), "way")
                if payment.paid_at
                else (_("拨款经办中"), "way")
            )
        when = (payment.received_at or payment.paid_at or payment.prepared_at) if payment else row.freed_at
        return {"title": title, "fen": row.fen, "chip": state, "tone": tone, "on": when, "gate": row.gate_on}

    def reports(self) -> list[dict[str, Any]]:
        """Reports of the project, filed ones and those being written."""
        rows = {kind: [] for kind in REPORTS}
        if self.case.parent_id or not hasattr(self.case, "reports"):
            return []
        for row in self.case.reports.order_by("kind", "version"):
            rows[row.kind].append(row)
        return [one for kind in REPORTS for one in self._report(kind, rows[kind])]

    def _report(self, kind: str, rows: list[Any]) -> Iterator[dict[str, Any]]:
        href = reverse("report", args=[self.case.number, kind])
        for row in rows:
            if not row.filed_at and not writes(self, kind) and laid_open(self, kind) is None:
                continue  # being written, by others
            yield {"title": REPORT_TITLES[kind], "href": f"{href}?version={row.version}", "on": row.filed_at or row.on, "filed": bool(row.filed_at), "version": row.version}  # fmt: skip
        if writes(self, kind) and all(row.filed_at for row in rows) and self._has(kind):
            yield {"title": REPORT_TITLES[kind], "href": href, "on": None, "filed": False, "version": 0}

    def _has(self, kind: str) -> bool:
        if kind == "task_book":
            return False  # begun by its act
        if kind == "midterm":
            return self.case.children.filter(flow="midterm", state="asked").exists()
        return bool(kind in self.pages.round.tables or (kind == "tracking" and self.pages.programme.get("tracking")))


def apart(reasons: Sequence[Reason]) -> bool:
    """Whether an act does not apply here: its condition does not hold, and the page has no sentence for that."""
    return any(one.code == "not_now" and "zh" not in one.values for one in reasons)


REPORT_TITLES = {
    "task_book": {"zh": "任务书", "en": "Task book"},
    "progress": {"zh": "年度（阶段）报告", "en": "Progress report"},
    "midterm": {"zh": "中期报告", "en": "Mid-term report"},
    "acceptance": {"zh": "验收材料", "en": "Final file"},
    "tracking": {"zh": "跟踪绩效", "en": "Tracking of results"},
}
NOTES = {
    "settle_finding": {"zh": "对核查记下判断", "en": "A finding was judged"},
    "compare_again": {"zh": "重新比对文本", "en": "Texts were compared again"},
    "ask_rectify": {"zh": "提出更正", "en": "A correction of what was typed was asked for"},
    "rectify": {"zh": "更正", "en": "What was typed was put right"},
    "refuse_rectify": {"zh": "不同意更正", "en": "The correction was not agreed to"},
}


def writes(file: CaseFile, kind: str) -> bool:
    """Whether this reader may write the report of that kind now; a task book that its leader has signed is written by nobody."""
    may = may_report(file.reader) and file.case.state in REPORTS[kind]
    return may and not (kind == "task_book" and reports.signed(file.case))


def laid_open(file: CaseFile, kind: str) -> Report | None:
    """The task book that lies for signature, to be read by whoever opens the case before it is countersigned; nothing else."""
    if kind != "task_book" or file.case.state not in REPORTS[kind] or not reports.signed(file.case):
        return None
    return reports.latest(file.case, kind, filed=False) if file.reader.identity else None


def may_report(reader: Sight) -> bool:
    """Who writes the reports of a project: its leader, and the research office of its unit."""
    return bool(reader.roles & {"leader", "unit_research", "unit_head"})


def _as_stage(told: list[dict[str, Any]], step: dict[str, Any]) -> None:
    """Several states of one stage, behind or ahead, are one step; its day is the last."""
    if told and told[-1].get("stage") == step["stage"]:
        told[-1]["on"] = step["on"] or told[-1]["on"]
    else:
        told.append(step)


def _fits(child: Flow, parent: Flow, state: str) -> bool:
    try:
        opened_on(child, parent, state)
    except Refused:
        return False
    return True


def acts_of_parent(seen: Situation) -> Situation:
    """The situation of a child that is about to be opened: what was done on its parent, nothing of its own."""
    return Situation(seen.actor, seen.roles, of_parent(seen.done), seen.on, seen.round_state, seen.fact)


def act_href(case: Case, name: str) -> str:
    return reverse("act", args=[case.number, name])


def document_href(row: Document) -> str:
    if row.kind == "receipt" and row.case:
        return reverse("receipt", args=[row.case.number, row.code])
    return reverse("document", args=[row.code])


def what_follows(file: CaseFile, act: Act) -> list[str]:
    """What will happen to whom if `act` is done: said before the question."""
    to = file.flow.states.get(act.to)
    told = []
    if to is not None and act.to != file.case.state:
        told.append(
            _("这件将从“%(now)s”转为“%(to)s”。") % {"now": wording.text(file.state.title), "to": wording.text(to.title)}
        )
        told += _handed_on(file, act.to)
    elif file.case.state:
        told.append(_("状态不变，仍为“%(now)s”。") % {"now": wording.text(file.state.title)})
    if act.parent:
        parent = file.case.parent and file.pages.flow(file.case.parent.flow).acts.get(act.parent)
        told.append(_("同时在原办件上办理“%(act)s”。") % {"act": wording.text(parent.title) if parent else act.parent})
    if act.checks:
        told.append(
            ngettext(
                "系统先做 %(n)s 项核查，有一项不符合就不会办理，并写明原因。",
                "系统先做 %(n)s 项核查，有一项不符合就不会办理，并写明原因。",
                len(act.checks),
            )
            % {"n": len(act.checks)}
        )
    letter = file.pages.round.letters.get(act.letter) if act.letter else None
    if letter is not None:
        told.append(_("发出《%(letter)s》。") % {"letter": wording.text(letter["title"])})
    if act.public:
        told.append(_("向社会公布：%(what)s。") % {"what": wording.text(act.public["what"])})
    return [*told, _("写入台账，连同办理人和时间；不能删除，只能由以后的办理更正。")]


def _handed_on(file: CaseFile, state: str) -> list[str]:
    """Who has it next."""
    if file.flow.states[state].end:
        return [_("此后不再办理。")]
    nexts = [act for act in todo.expected(file.pages, file.case.flow, state) if act.by not in {"clock", *todo.EACH}]
    if not nexts:
        return []
    title = wording.text(file.reader.page.title(nexts[0].by))
    return [_("接下来由%(role)s办理“%(act)s”。") % {"role": title, "act": wording.text(nexts[0].title)}]
