"""The simulator: move a ceiling or a rate and see what it costs, whom it reaches, where; keep reforms and compare them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.casework.models import Round
from kechuang.casework.pages import day_of
from kechuang.desks.policies import keeping, reading, simulating
from kechuang.desks.policies.models import Reform
from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.single import Rules
from kechuang.faces.access import needs, now, person
from kechuang.faces.web import adjusting, law, lists, policies, reformed, wording
from kechuang.faces.web.adjusting import Moved, Slider
from kechuang.faces.web.sentences import sentence
from kechuang.words.outcome import Refused

FIRST_ANSWER, EXACT = 12.0, 60.0  # seconds that a page waits for the simulator
POPULATIONS = ("", "live", "region")
MOST_COMPARED = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands on the page: the policy, its sliders as moved, which curve, over whom, for which year, out of what budget."""

    rules: Rules
    code: str
    sliders: list[Slider]
    moved: Moved
    curve: str
    population: str
    year: int
    budget_fen: int | None
    budget: str

    def budget_over(self, said: Mapping[str, Any]) -> int | None:
        """The budget that an answer is held against: a synthetic region has none but the one that was typed."""
        return None if said["population"]["kind"] == "region" and not self.budget else self.budget_fen

    @property
    def policy(self) -> Policy:
        return self.rules[self.code]

    @property
    def curved(self) -> Slider | None:
        return next((one for one in self.sliders if one.name == self.curve), None)

    def query(self, **more: str) -> str:
        """The page as an address: what was moved, and nothing that stands as it always does."""
        told = {f"{adjusting.PREFIX}{name}": self.moved.texts[name] for name in self.moved.values}
        told |= {"curve": self.curve, "population": self.population, "year": str(self.year), "budget": self.budget}
        return urlencode({name: value for name, value in {**told, **more}.items() if value})

    def question(self, *, sample: bool) -> dict[str, Any]:
        """The same for the simulator."""
        values = keeping.full(self.code, self.moved.values)
        curves = (
            [{"param": self.curve, "values": adjusting.points(self.curved), "reform": values}] if self.curved else []
        )
        return {"policy": self.code, "population": self.population, "year": self.year, "sample": sample, "reforms": [values] if values else [], "curves": curves}  # fmt: skip


def read(given: QueryDict, code: str) -> Asked:
    """What stands on the page by its address, or was posted from it; 404 for a policy the book does not hold."""
    rules, today = policies.found(code), day_of(now())
    said = given.get("year", "")
    year = int(said) if said.isdecimal() and 2000 <= int(said) <= today.year + 5 else today.year
    shown = adjusting.sliders(rules, code, today.replace(year=year, month=12, day=31))
    names = [one.name for one in shown]
    curve = given.get("curve", "") if given.get("curve", "") in names else next(iter(names), "")
    population = given.get("population", "") if given.get("population", "") in POPULATIONS else ""
    text = given.get("budget", "")[: adjusting.LONGEST].strip()
    fen, budget = _budget(rules, code, text)
    return Asked(rules, code, shown, adjusting.moved(rules, code, shown, given), curve, population, year, fen, budget)


def _budget(rules: Rules, code: str, text: str) -> tuple[int | None, str]:
    """The budget that was typed and its text, else that of the newest round that pays by this policy and nothing."""
    try:
        if text:
            return int(rules.vocabulary.amount(f"{text} 万元", "budget").value), text
    except ValueError:
        return None, text
    programmes = reading.paying().get(code, ())
    round_ = Round.objects.filter(programme__in=programmes, budget_fen__gt=0).order_by("-year", "-pk").first()
    return (None, "") if round_ is None else (round_.budget_fen, "")


@needs("simulate")
def simulate(request: HttpRequest) -> HttpResponse:
    """Every policy that can be simulated, with the reforms that were kept."""
    simulating.warm()
    rules, on = reading.rules_in_force(), day_of(now())
    kept: dict[str, list[Reform]] = {}
    for row in Reform.objects.filter(laid_aside=False).select_related("by")[: keeping.MOST_KEPT]:
        kept.setdefault(row.policy, []).append(row)
    rows = [
        {
            "code": code, "title": policy.title, "kind": law.kind_title(policy), "kept": kept.get(code, ())[:3],
            "sliders": len(adjusting.sliders(rules, code, on)), "possible": policy.allot is None,
        }
        for code, policy in rules.policies.items()
    ]  # fmt: skip
    rows.sort(key=lambda row: (not row["possible"], policies.KINDS.index(law.kind_of(rules[row["code"]]))))
    return render(request, "simulate/policies.html", {"rows": rows})


@needs("simulate")
def simulator(request: HttpRequest, code: str) -> HttpResponse:
    """One policy with its sliders; the first answer comes from a sample, the exact one right after."""
    asked = read(request.GET, code)
    shown = {
        **_answered(asked, sample="exact" not in request.GET),
        **_form(asked),
        "kept": _kept(asked),
        "key": lists.fresh_key(),
    }
    return render(request, "simulate/simulator.html", shown)


@needs("simulate")
def simulated(request: HttpRequest, code: str) -> HttpResponse:
    """What each move of a slider swaps: heading, figures, curve, tables."""
    asked = read(request.GET, code)
    answer = render(
        request, "simulate/swapped.html", {**_answered(asked, sample="exact" not in request.GET), "swapped": True}
    )
    answer["HX-Replace-Url"] = f"{reverse('simulator', args=[code])}?{asked.query()}"
    return answer


def _answered(asked: Asked, *, sample: bool) -> dict[str, Any]:
    """The answer as templates show it; what is wrong is said beside its slider and nothing is asked."""
    shown: dict[str, Any] = {
        "asked": asked, "policy": asked.policy, "code": asked.code, "values": asked.moved.values, "texts": asked.moved.texts,
        "errors": list(dict.fromkeys(asked.moved.errors.values())), "title": reformed.heading(asked), "result_href": reverse("simulated", args=[asked.code]),
        "again": f"{reverse('simulated', args=[asked.code])}?{asked.query()}", "exact_href": f"{reverse('simulated', args=[asked.code])}?{asked.query(exact='1')}",
        "exact_page": f"?{asked.query(exact='1')}",
    }  # fmt: skip
    if shown["errors"]:
        return shown
    if asked.policy.allot is not None:
        return {**shown, "fault": _("这是十二个盟市之间的分配，总额不变，不作模拟；各盟市的数可以在政策页逐项核对。")}
    unlawful = (
        adjusting.unlawful(asked.rules, asked.code, asked.moved.values, day_of(now())) if asked.moved.values else []
    )
    said = simulating.simulated(asked.question(sample=sample), seconds=FIRST_ANSWER if sample else EXACT)
    return {**shown, "unlawful": unlawful, **told(asked, said)}


def told(asked: Asked, said: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of the simulator in the words of the page."""
    if "preparing" in said:
        done, of = said["preparing"]
        if not done:
            return {"pending": _("正在启动模拟程序"), "share": 0.05}
        return {"pending": _("正在准备合成区域，第一次要半分钟左右"), "share": done / max(of, 1)}
    if "busy" in said:
        return {"pending": _("正在计算"), "share": 0.5}
    if "refused" in said:
        return {"fault": refused(said)}
    return {"result": reformed.result(asked, said), "exact": said["exact"]}


def refused(said: Mapping[str, Any]) -> str:
    """Why it cannot be simulated, in a sentence."""
    if said["refused"] == "not_in_bulk":
        return _("这项政策要逐份名单结算，不能对全区批量模拟。")
    if said["refused"] == "bad_value":
        return _("登记的数据里有超出规定范围的数：%(what)s") % {"what": said.get("what", "")}
    if said["refused"] == "simulator_ended":
        return _("模拟程序中断了，请再试一次。")
    return _("这些数据还不能用来模拟这项政策。")


def _form(asked: Asked) -> dict[str, Any]:
    """The sliders, the choice of the curve, of the population, of the year."""
    names = {"": _("自动：登记够多时用登记台账"), "live": _("登记台账里的记录"), "region": _("合成区域")}
    source = asked.policy.source[0] if asked.policy.source else {}
    boxes = [
        {
            "name": f"{adjusting.PREFIX}{one.name}", "id": f"{adjusting.PREFIX}{one.name}".replace(".", "-"), "title": one.title, "unit": reformed.unit(one),
            "text": asked.moved.texts[one.name], "now": one.written, "low": adjusting.decimal(one.low), "high": adjusting.decimal(one.high),
            "step": adjusting.decimal(one.step), "confirm": one.confirm, "source": one.source, "error": asked.moved.errors.get(one.name, ""),
            "code": one.name, "curved": one.name == asked.curve,
        }
        for one in asked.sliders
    ]  # fmt: skip
    return {
        "boxes": boxes[:6], "more": boxes[6:], "source": source, "curve": asked.curve, "year": asked.year, "budget": asked.budget, "round_budget": "" if asked.budget or not asked.budget_fen else adjusting.decimal(Fraction(asked.budget_fen, 1_000_000)),
        "populations": [{"code": code, "title": title, "chosen": code == asked.population} for code, title in names.items()],
        "trail": [{"title": _("政策模拟"), "href": reverse("simulate")}, {"title": asked.policy.title}],
    }  # fmt: skip


def _kept(asked: Asked) -> list[dict[str, Any]]:
    """The reforms kept for this policy: who kept which, when, and what it came to then."""
    return [
        {
            "row": row, "said": reformed.changes(asked, row.values), "fen": row.figures.get("entitled"),
            "href": f"?{urlencode({f'{adjusting.PREFIX}{name}': value.partition(' ')[0] for name, value in row.values.items()})}",
        }
        for row in keeping.kept(asked.code)[: keeping.MOST_KEPT]
    ]  # fmt: skip


@needs("simulate")
@require_POST
def keep_reform(request: HttpRequest, code: str) -> HttpResponse:
    """Keep what stands on the page under a name."""
    asked = read(request.POST, code)
    back = f"{reverse('simulator', args=[code])}?{asked.query()}"
    said = (
        simulating.simulated(asked.question(sample=False) | {"curves": []}, seconds=EXACT)
        if not asked.moved.errors
        else {}
    )
    figures = {**said["totals"][-1], "population": said["population"]} if "totals" in said else {}
    try:
        row = keeping.keep(
            code, request.POST.get("title", ""), asked.moved.values, figures, why=request.POST.get("why", ""), by=person(request), on=now(),
            key=request.POST.get("key", ""),
        )  # fmt: skip
        messages.success(request, _("方案“%(title)s”已保存，可以勾选比较。") % {"title": row.title})
    except Refused as refusal:
        for reason in refusal.reasons:
            messages.error(request, sentence(reason))
    return redirect(back)


@needs("simulate")
@require_POST
def lay_aside_reform(request: HttpRequest, code: str, pid: str) -> HttpResponse:
    """Take one of one's own reforms from the list."""
    row = get_object_or_404(Reform, pid=pid, policy=code, laid_aside=False)
    try:
        keeping.lay_aside(row, by=person(request), on=now(), key=request.POST.get("key", ""))
        messages.success(request, _("已从列表中移去；台账里仍有记录。"))
    except Refused as refusal:
        for reason in refusal.reasons:
            messages.error(request, sentence(reason))
    return redirect("simulator", code)


@needs("simulate")
def compare_reforms(request: HttpRequest, code: str) -> HttpResponse:
    """Reforms side by side over the same population: cost, recipients, winners and losers, by region, industry and size."""
    asked = read(request.GET, code)
    wanted = request.GET.getlist("r")[:MOST_COMPARED]
    rows = {row.pid: row for row in keeping.kept(code).filter(pid__in=wanted)} if wanted else {}
    chosen = [rows[pid] for pid in dict.fromkeys(wanted) if pid in rows]
    question = {"policy": code, "population": asked.population, "year": asked.year, "sample": False, "curves": []}
    said = (
        simulating.simulated({**question, "reforms": [keeping.full(code, row.values) for row in chosen]}, seconds=EXACT)
        if chosen
        else {}
    )
    shown: dict[str, Any] = {
        "policy": asked.policy,
        "code": code,
        "chosen": chosen,
        "title": _("%(n)s 个方案与现行比较") % {"n": wording.number(len(chosen))},
    }
    if chosen:
        outcome = told(asked, said) if "totals" not in said else {"compared": reformed.compared(asked, chosen, said)}
        shown |= outcome
    return render(request, "simulate/compare.html", shown)


urlpatterns = [
    path("simulate/", simulate, name="simulate"),
    path("simulate/<str:code>/", simulator, name="simulator"),
    path("simulate/<str:code>/result/", simulated, name="simulated"),
    path("simulate/<str:code>/keep/", keep_reform, name="keep_reform"),
    path("simulate/<str:code>/compare/", compare_reforms, name="compare_reforms"),
    path("simulate/<str:code>/reforms/<str:pid>/lay-aside/", lay_aside_reform, name="lay_aside_reform"),
]
