"""The pages of the simulator: who may open them, what a move of a slider shows, reforms kept and compared; the API's two doors."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kechuang.casework.models import Record
from kechuang.desks.policies import keeping, simulator  # noqa: F401  (loaded here, it answers in this process)
from kechuang.desks.policies.models import Reform, Simulation
from kechuang.words.outcome import Refused
from tests.factories import Region

pytestmark = pytest.mark.django_db
HERE = "/simulate/technology-trade/"
CAP = {"p.cap": "300", "population": "region"}


def signed_in(client, who):
    client.force_login(who)
    return client


def words(answer, status=200):
    assert answer.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def kept(region, title="封顶三百万", key="keep-one", **values):
    return keeping.keep(
        "technology-trade", title, values or {"cap": "300 万元"}, {}, by=region.planner, on=timezone.now(), key=key
    )


def test_only_planning_and_decision_may_simulate(client):
    region = Region()
    told = {
        name: signed_in(client, getattr(region, name)).get("/simulate/").status_code
        for name in ("planner", "leadership", "officer", "treasurer", "leader", "supervisor")
    }
    assert told == {
        "planner": 200,
        "leadership": 200,
        "officer": 403,
        "treasurer": 403,
        "leader": 403,
        "supervisor": 403,
    }


def test_a_moved_ceiling_shows_cost_capped_firms_curve_and_tables(client):
    said = words(signed_in(client, Region().planner).get(HERE, CAP))
    for part in (
        "如果每企业每年补助上限改为 300 万元",
        "年度支出",
        "被封顶的企业",
        "多花的钱在哪里变缓",
        "各盟市",
        "钱到了哪里",
        "行业",
        "规模",
        "拆分企业的诱因",
        "再提高 20 万元，一年多花",
    ):
        assert part in said


def test_a_synthetic_region_is_said_to_be_synthetic(client):
    assert "合成数据" in words(signed_in(client, Region().planner).get(HERE, CAP))


def test_what_a_move_swaps_carries_the_address_of_the_page(client):
    answer = signed_in(client, Region().planner).get(f"{HERE}result/", CAP)
    assert answer["HX-Replace-Url"].startswith(f"{HERE}?p.cap=300&")
    assert answer.content.decode().count("hx-swap-oob") == 3


def test_a_value_that_is_no_number_is_told_and_nothing_is_computed(client):
    said = words(signed_in(client, Region().planner).get(HERE, {"p.cap": "三百"}))
    assert "这里要填数字" in said
    assert "年度支出" not in said


def test_a_level_is_moved_by_what_it_gives_and_by_where_it_begins(client):
    here, planner = "/simulate/tsme-score/", Region().planner
    shown = signed_in(client, planner).get(here, {"population": "region"}).content.decode()
    for name in ("p.staff_levels.2", "p.staff_levels.2.from", "p.first_levels.1"):
        assert f'name="{name}"' in shown
    moved = words(client.get(here, {"p.sales_levels.1": "10", "population": "region"}))
    assert "如果研发费用占销售收入分档 · ≥6 %改为 10" in moved.replace(" 分", "")
    beyond = words(client.get(here, {"p.staff_levels.2.from": "31", "population": "region"}))
    assert "档的起点须在相邻两档之间" in beyond


def test_a_rate_beyond_the_law_is_said_to_be_beyond_it(client):
    assert "补助比例不得高于上限" in words(
        signed_in(client, Region().planner).get(HERE, {"p.rate": "12", "population": "region"})
    )


def test_a_typed_budget_is_held_against_the_cost(client):
    said = words(signed_in(client, Region().planner).get(HERE, {**CAP, "budget": "1000"}))
    assert "占本年预算" in said and "超出本年预算" in said


def test_an_allotment_says_why_it_is_not_simulated(client):
    assert "不作模拟" in words(signed_in(client, Region().planner).get("/simulate/league-factor-allotment/"))


def test_a_reform_is_kept_with_who_and_when_and_leaves_a_record(client):
    region = Region()
    posted = {**CAP, "title": "封顶三百万", "key": "k" * 32}
    answer = signed_in(client, region.planner).post(f"{HERE}keep/", posted)
    row = Reform.objects.get()
    assert (answer.status_code, row.title, row.values, row.by, row.figures["recipients"] > 0) == (
        302,
        "封顶三百万",
        {"cap": "300 万元"},
        region.planner,
        True,
    )
    assert Record.objects.filter(subject=region.planner.pid, act="keep_reform").count() == 1


def test_keeping_twice_with_one_key_keeps_once(client):
    region = Region()
    for _ in range(2):
        signed_in(client, region.planner).post(f"{HERE}keep/", {**CAP, "title": "封顶三百万", "key": "k" * 32})
    assert Reform.objects.count() == 1


@pytest.mark.parametrize(
    ("posted", "why"),
    [({"title": "无名", "population": "region"}, "与现行规定相同"), ({**CAP, "title": " "}, "请给方案起一个名字")],
)
def test_what_is_no_reform_is_refused_with_a_sentence(client, posted, why):
    answer = signed_in(client, Region().planner).post(f"{HERE}keep/", {**posted, "key": "k" * 32}, follow=True)
    assert why in words(answer)
    assert Reform.objects.count() == 0


def test_somebody_without_the_power_keeps_nothing():
    region = Region()
    with pytest.raises(Refused) as refusal:
        keeping.keep(
            "technology-trade", "x", {"cap": "1 万元"}, {}, by=region.leader, on=timezone.now(), key="nobody-1"
        )
    assert refusal.value.codes == ["act_for_another"]


def test_only_whoever_kept_a_reform_lays_it_aside(client):
    region = Region()
    row = kept(region)
    signed_in(client, region.planning_chief).post(f"{HERE}reforms/{row.pid}/lay-aside/", {"key": "aside-1-aside-1"})
    assert Reform.objects.get().laid_aside is False
    signed_in(client, region.planner).post(f"{HERE}reforms/{row.pid}/lay-aside/", {"key": "aside-2-aside-2"})
    assert Reform.objects.get().laid_aside is True


def test_reforms_stand_side_by_side_with_today(client):
    region = Region()
    rows = [kept(region), kept(region, "比例减半", "keep-two", rate="5 %")]
    said = words(
        signed_in(client, region.leadership).get(
            f"{HERE}compare/", {"r": [row.pid for row in rows], "population": "region"}
        )
    )
    for part in (
        "2 个方案与现行比较",
        "封顶三百万",
        "比例减半",
        "每企业每年补助上限改为 300 万元",
        "补助比例改为 5 %",
        "盟市",
    ):
        assert part in said


def test_nothing_chosen_says_what_to_do(client):
    assert "还没有选择方案" in words(signed_in(client, Region().planner).get(f"{HERE}compare/"))


def test_one_and_three_reforms_ask_the_same_number_of_questions(client):
    region = Region()
    signed_in(client, region.planner)

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert client.get(HERE, CAP).status_code == 200
        return len(found)

    kept(region)
    queries()
    one = queries()
    for n in range(2):
        kept(region, f"方案{n}", f"another-{n}", cap=f"{400 + n} 万元")
    assert queries() == one


# The API


def post(client, address, body, language="en"):
    return client.post(
        address, json.dumps(body), content_type="application/json", headers={"accept-language": language}
    )


def test_evaluating_gives_the_amount_with_its_lines_to_anyone(client):
    found = post(
        client,
        "/api/policies/technology-trade/evaluate",
        {"records": [{"technical_paid": "1500 万元"}, {"technical_paid": "1500 万元"}]},
    ).json()
    assert (found["fen"], [one["fen"] for one in found["records"]]) == (200_000_000, [150_000_000, 50_000_000])
    assert [line["what"] for line in found["records"][0]["lines"]][-2:] == ["amount", "cap"]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"technical_paidx": "1 元"}, "did you mean technical_paid?"),
        ({"technical_paid": 1.5}, "no exact number"),
        ({"technical_paid": "1 人"}, "person"),
        ({"times": 9}, "stands for itself"),
        ({"technical_paid": "-1 元"}, "is negative"),
        ({"buyer": {"region": "9999"}}, "no such code '9999'"),
        ({"buyer": {"years": [{}] * 51}}, "send at most 50"),
    ],
)
def test_wrong_records_are_problems_that_say_what_to_write(client, record, said):
    answer = post(client, "/api/policies/technology-trade/evaluate", {"records": [record]})
    assert (answer.status_code, answer["content-type"]) == (422, "application/problem+json")
    assert said in answer.json()["detail"]


def test_a_record_that_is_wrong_is_told_in_chinese_where_nothing_else_is_asked_for(client):
    record = {"technical_paid": "-1 元"}
    answer = post(client, "/api/policies/technology-trade/evaluate", {"records": [record]}, language="zh-CN")
    assert "是负数" in answer.json()["detail"]


def test_an_unknown_policy_is_a_problem(client):
    assert post(client, "/api/policies/nothing/evaluate", {"records": [{}]}).status_code == 404


def test_a_simulation_is_accepted_and_told_at_its_address(client):
    signed_in(client, Region().planner)
    answer = post(
        client,
        "/api/policies/technology-trade/simulate",
        {
            "reforms": [{"cap": "300 万元"}],
            "curve": {"param": "cap", "values": ["100 万元", "300 万元"]},
            "population": "region",
            "key": "simulate-1",
        },
    )
    told = client.get(answer.json()["href"]).json()
    assert (answer.status_code, told["state"], told["done"], told["of"]) == (202, "done", told["of"], told["of"])
    assert told["result"]["curves"][0]["points"][1]["entitled"] == told["result"]["totals"][1]["entitled"]


@pytest.mark.parametrize(
    ("code", "body", "said"),
    [
        ("technology-trade", {"reforms": [{"rate": "20 %"}]}, "rate above the ceiling"),
        ("technology-trade", {"population": "region", "year": 2018}, "the synthetic region is of"),
        ("league-factor-allotment", {}, "shares out a fixed sum and is not simulated"),
    ],
)
def test_a_simulation_that_cannot_be_is_refused_before_it_begins(client, code, body, said):
    answer = post(signed_in(client, Region().planner), f"/api/policies/{code}/simulate", body)
    assert (answer.status_code, answer["content-type"]) == (422, "application/problem+json")
    assert said in answer.json()["detail"]
    assert Simulation.objects.count() == 0


def test_simulating_wants_the_same_powers_as_the_page(client):
    region = Region()
    assert post(client, "/api/policies/technology-trade/simulate", {}).status_code == 401
    assert post(signed_in(client, region.leader), "/api/policies/technology-trade/simulate", {}).status_code == 403
    assert Simulation.objects.count() == 0


def test_somebody_elses_simulation_is_not_there(client):
    region, on = Region(), timezone.now()
    row = Simulation.objects.create(policy="technology-trade", by=region.planner, on=on, moved_at=on)
    assert signed_in(client, region.planning_chief).get(f"/api/policies/simulations/{row.pid}").status_code == 404


def test_both_doors_stand_in_the_openapi_page(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {
        "/api/policies/{code}/evaluate",
        "/api/policies/{code}/simulate",
        "/api/policies/simulations/{pid}",
    } <= paths.keys()
