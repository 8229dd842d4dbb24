"""What an English reader sees of every policy is English: the law, the calculator, the simulator, entitlements, explanations."""

from __future__ import annotations

import re
from html import unescape

import pytest
from typer.testing import CliRunner

from kechuang.casework.book import packaged
from kechuang.desks.instruments.models import Instrument
from kechuang.desks.policies import simulator  # noqa: F401  (loaded here, it answers in this process)
from kechuang.desks.policies.reading import rules_in_force
from kechuang.engines.rules.examples import cast_of, moment_of
from kechuang.engines.rules.explain import explain, shown
from kechuang.engines.rules.policy import Policy
from kechuang.faces.cli import explain as command
from tests.desks.claims.steps import WAN, Firms, a_trade, a_use, an_instrument
from tests.engines.rules.shelf import house_rules
from tests.factories import Region

pytestmark = pytest.mark.django_db
CODES = packaged().codes("policies")
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")  # Han characters, and Chinese stops and brackets
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
SAID = re.compile(r'(?:aria-label|placeholder|title|alt)="([^"]*)"')


def cited(policy: Policy) -> list[str]:
    """What stands on a page in the words of its sources: names of documents and clauses, quotations; longest first."""
    told = [str(one.get(key, "")) for one in policy.source for key in ("doc", "clause", "quote")]
    told += [span.source for param in policy.params.values() for span in param.spans]
    return sorted({"中文", *filter(None, told)}, key=len, reverse=True)


def chinese(text: str, *allowed: str) -> list[str]:
    """The Chinese in `text` that is none of what is allowed."""
    for one in allowed:
        text = text.replace(one, "")
    return CHINESE.findall(text)


def read(client, address: str) -> str:
    """A page as an English reader sees and hears it."""
    client.cookies["kechuang_language"] = "en"
    answer = client.get(address)
    assert answer.status_code == 200
    page = answer.content.decode()
    return unescape(TAGS.sub(" ", page) + " ".join(SAID.findall(page)))


@pytest.mark.parametrize("code", CODES)
def test_the_law_and_the_calculator(client, code):
    assert chinese(read(client, f"/policies/{code}/"), *cited(rules_in_force()[code])) == []


def test_the_list(client):
    said = [one for policy in rules_in_force().policies.values() for one in cited(policy)]
    assert chinese(read(client, "/policies/"), *sorted(said, key=len, reverse=True)) == []


@pytest.mark.bar
@pytest.mark.parametrize("code", CODES)
def test_the_simulator(client, code):
    region = Region()
    client.force_login(region.planner)
    policy = rules_in_force()[code]
    number = next((name for name, param in policy.params.items() if isinstance(param.of, str)), "")
    address = f"/simulate/{code}/?population=region&exact=1&p.{number}=1&budget=1"
    assert chinese(read(client, address), *cited(policy), region.planner.name) == []


def test_the_list_of_the_simulator(client):
    region = Region()
    client.force_login(region.planner)
    assert chinese(read(client, "/simulate/"), "中文", region.planner.name) == []


def test_what_a_firm_can_get(client):
    region = Firms()
    a_trade(region, 3000 * WAN)
    a_trade(region, 500 * WAN, registered=False)
    a_use(an_instrument(region.seller), region.unit, 100 * WAN)
    names = (region.seller.name, *Instrument.objects.values_list("name", flat=True))
    client.force_login(region.claimant)
    policies = rules_in_force().policies
    said = sorted({one for policy in policies.values() for one in cited(policy)}, key=len, reverse=True)
    page = read(client, "/entitlements/?year=2019")
    assert "2 to claim, ¥2,200,000.00 together" in page
    assert chinese(page, *said, region.unit.name, region.claimant.name, *names) == []


@pytest.mark.parametrize("code", CODES)
def test_what_the_command_explains(code):
    ran = CliRunner().invoke(command.app, [code, "--lang", "en"])
    assert (ran.exit_code, chinese(ran.stdout, *cited(house_rules()[code]))) == (0, [])


@pytest.mark.parametrize("code", CODES)
def test_every_line_of_every_example(code):
    rules = house_rules()
    for n, example in enumerate(rules[code].examples):
        day, year = moment_of(example)
        first, *beside = cast_of(rules, code, example, f"examples.{n}").subjects
        found = explain(rules, code, first, day=day, year=year, beside=beside)
        told = [example["name"]["en"], *(one["en"] for one in found.assumptions)]
        for line in found.lines:
            told += [line.title["en"], shown(line.value, line.kind, "en")]
            told += [part for put in line.inputs for part in (put.title["en"], shown(put.value, put.kind, "en"))]
        assert [one for one in told if chinese(one)] == []


def test_a_moved_sum_is_told_in_yuan(client):
    region = Region()
    client.force_login(region.planner)
    page = read(client, "/simulate/instrument-use/?population=region&exact=1&p.cap=30&p.rate=1/3")
    assert "With Ceiling for a firm and year at ¥300,000; Subsidy rate at 1/3 %" in page
    assert "raised by another ¥20,000 costs" in page
