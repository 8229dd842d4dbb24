"""The ceremony at the door: its order, its refusals, what is frozen and who may sit, and what the certificates say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from typer.testing import CliRunner

from kechuang.casework.models import Case, Record, Round
from kechuang.desks.experts import ceremonies, seating, solving, supervising, terms
from kechuang.desks.experts.arranging import Arrangement, Sub
from kechuang.desks.experts.models import Ceremony, CeremonyPapers, Coauthorship, Draw, Expert, Seat
from kechuang.engines.panel.ceremony import commitment
from kechuang.engines.panel.quotas import Candidate
from kechuang.faces.cli import verify
from kechuang.faces.web import verifying
from kechuang.parties.models import Tie
from kechuang.words.outcome import Refused
from kechuang.words.period import Term
from tests.factories import START, Region, a_case, a_person, an_open_round, done
from tests.journeys import story

pytestmark = [pytest.mark.django_db, pytest.mark.long]
LATER = START + timedelta(hours=1)


class Waiting:
    """A round in review whose cases wait in groups for their draw."""

    def __init__(self, *groups: str, pool: int = 24, programme: str = "nsf-general", field: str = "A0102") -> None:
        self.region = Region()
        self.pool = story.a_pool(pool)
        self.round = an_open_round(self.region, programme)
        for group in groups or ("A组",):
            case = a_case(self.region, self.round, leader=a_person(unit=self.region.unit))
            Case.objects.filter(pk=case.pk).update(state="grouped", group=group, field=field, received_at=START, title="草原碳汇")  # fmt: skip
        Round.objects.filter(pk=self.round.pk).update(state="closed")
        self.round.refresh_from_db()
        done(self.round, "begin_review", self.region.officer)

    @property
    def cases(self) -> list[Case]:
        return list(Case.objects.filter(round=self.round).order_by("pk"))

    def drawn(self) -> Ceremony:
        story.ceremony(self.round, self.region, LATER)
        for case in self.cases:
            done(case, "draw", self.region.operator, on=LATER)
        return Ceremony.objects.get(round=self.round)

    def refused(self, name: str, by, **given) -> list[str]:
        with pytest.raises(Refused) as refusal:
            done(self.round, name, by, on=LATER, **given)
        return refusal.value.codes


def sitting(**given) -> set[str]:
    return set(Seat.objects.filter(state="invited", **given).values_list("expert__pid", flat=True))


def test_one_draw_gives_every_group_its_panel_and_both_certificates_hold():
    waiting = Waiting("A组", "B组")
    ceremony = waiting.drawn()
    papers = CeremonyPapers.objects.get(ceremony=ceremony)
    assert [(d.group, d.mode, d.seats) for d in Draw.objects.order_by("group")] == [
        ("A组", "mail", 5),
        ("B组", "mail", 5),
    ]
    assert (verifying.found(papers.full), verifying.found(papers.public)) == ([], [])
    assert (papers.full["seed"], ceremony.rules_digest) == (ceremony.seed, papers.full["pool_digest"])
    assert len(ceremony.seed_sm3) == 64


def test_a_panel_keeps_unit_region_and_outside_and_nobody_sits_more_often_than_the_page_allows():
    waiting = Waiting(*(f"{n}组" for n in range(4)), pool=48)
    waiting.drawn()
    seats = Seat.objects.filter(state="invited").select_related("draw", "expert__person__unit")
    for draw in Draw.objects.all():
        places = [s.expert.person.unit.place for s in seats if s.draw_id == draw.pk]
        regions = Counter(p[: 4 if p.startswith("15") else 2] for p in places)
        assert (len(places), max(regions.values()) <= 2, sum(not p.startswith("15") for p in places) >= 3) == (5, True, True)  # fmt: skip
    assert max(Counter(s.expert_id for s in seats).values()) <= 2


def test_no_pair_has_more_than_the_published_chance():
    papers = CeremonyPapers.objects.get(ceremony=Waiting().drawn())
    rules = papers.public["rules"]
    assert (rules["bits"], rules["most"]) == (1, 1)
    assert {flow for _, _, flow in papers.public["graph"]} == {1}


def test_who_is_tied_to_the_team_or_published_with_it_never_sits():
    waiting = Waiting()
    case, (friend, author) = waiting.cases[0], waiting.pool[:2]
    Tie.objects.create(person=friend.person, other=case.leader, kind="mentor", on=START.date())
    Coauthorship.objects.create(one=case.leader, other=author.person)
    waiting.drawn()
    assert set(Seat.objects.values_list("expert__pid", flat=True)) & {friend.pid, author.pid} == set()


def test_steps_are_refused_out_of_order_and_each_is_taken_once():
    waiting = Waiting()
    operator, supervisor = waiting.region.operator, waiting.region.supervisor
    digests = [{"by": p, "digest": commitment(p, p * 20)} for p in ("执行方", "公证处")]
    own = {"digest": commitment("监督处", "监督处" * 20)}
    told = [waiting.refused("seal_commitments", operator, commitments=digests), waiting.refused("cast_dice", operator, dice=story.DICE)]  # fmt: skip
    done(waiting.round, "freeze_draw", operator, on=LATER)
    told += [waiting.refused("freeze_draw", operator), waiting.refused("cast_dice", operator, dice=story.DICE)]
    done(waiting.round, "seal_commitments", operator, on=LATER, commitments=digests)
    told += [
        waiting.refused("seal_commitments", operator, commitments=digests),
        waiting.refused("seal_commitments", operator, commitments=[{"by": "监督处", **own}]),
        waiting.refused("seal_supervision", supervisor, digest=digests[0]["digest"]),
        waiting.refused("cast_dice", operator, dice=story.DICE),
    ]
    done(waiting.round, "seal_supervision", supervisor, on=LATER, **own)
    told.append(waiting.refused("reveal_supervision", supervisor, secret="监督处" * 20))
    done(waiting.round, "cast_dice", operator, on=LATER, dice=story.DICE)
    told += [
        waiting.refused("cast_dice", operator, dice=story.DICE[::-1]),
        waiting.refused("reveal_supervision", supervisor, secret="监督处" * 19),
        waiting.refused("reveal_secret", operator, party="监督处", secret="监督处" * 20),
        waiting.refused("abort_ceremony", operator, reason="点数不合意，想要再抽一次，所以中止这一次抽取。"),
    ]
    assert told == [[code] for code in (
        "draw_not_frozen", "draw_not_frozen", "ceremony_stands_open", "commitments_too_few", "party_has_sealed",
        "supervision_seals_itself", "sealed_the_same", "commitments_too_few", "dice_not_cast", "dice_are_cast",
        "reveal_is_not_what_was_sealed", "supervision_seals_itself", "dice_are_cast",
    )]  # fmt: skip


def test_who_does_not_reveal_in_time_is_replaced_by_the_fixed_word_and_nothing_is_drawn_again():
    waiting = Waiting()
    story.ceremony(waiting.round, waiting.region, LATER)
    Ceremony.objects.update(reveals={"执行方": "执行方" * 20})
    case, operator = waiting.cases[0], waiting.region.operator
    with pytest.raises(Refused) as refusal:
        done(case, "draw", operator, on=LATER)
    done(case, "draw", operator, on=LATER + timedelta(2))
    assert refusal.value.codes == ["reveals_missing"]
    assert verifying.found(CeremonyPapers.objects.get().full) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.create(round=waiting.round, group="A组", mode="mail", seats=5, on=LATER)


def test_a_word_given_before_the_freeze_or_on_one_case_alone_does_not_witness_the_draw():
    waiting = Waiting("A组", "B组")
    supervisor = waiting.region.supervisor
    done(waiting.round, "second:draw", supervisor, on=START)
    done(waiting.round, "freeze_draw", waiting.region.operator, on=LATER)
    ceremony, told = Ceremony.objects.get(), []
    told.append(ceremonies.witnessed(ceremony))
    for case in waiting.cases:
        done(case, "second:draw", supervisor, on=LATER)
        told.append(ceremonies.witnessed(ceremony))
    assert told == [None, None, LATER]


def test_a_group_formed_after_the_freeze_waits_for_the_next_ceremony():
    waiting = Waiting("A组", "B组", pool=60)
    late = waiting.cases[1]
    Case.objects.filter(pk=late.pk).update(state="admitted")
    story.ceremony(waiting.round, waiting.region, LATER)
    Case.objects.filter(pk=late.pk).update(state="grouped")
    late.refresh_from_db()
    done(late, "second:draw", waiting.region.supervisor, on=LATER)
    with pytest.raises(Refused) as refusal:
        done(late, "draw", waiting.region.operator, on=LATER)
    done(waiting.cases[0], "draw", waiting.region.operator, on=LATER)
    story.ceremony(waiting.round, waiting.region, LATER + timedelta(1))
    done(late, "draw", waiting.region.operator, on=LATER + timedelta(1))
    assert refusal.value.codes == ["group_not_in_ceremony"]
    assert list(Ceremony.objects.order_by("number").values_list("number", "groups")) == [(1, ["A组"]), (2, ["B组"])]


def test_the_records_of_a_ceremony_carry_digests_and_dice_and_no_name():
    waiting = Waiting()
    ceremony = waiting.drawn()
    rows = {r.act: json.loads(r.body).get("tells") for r in Record.objects.filter(subject=waiting.round.code)}
    bodies = " ".join(Record.objects.values_list("body", flat=True))
    assert rows["freeze_draw"] == {"ceremony": "1", "rules": ceremony.rules_digest}
    assert rows["cast_dice"] == {"dice": story.DICE}
    assert [e.pid for e in Expert.objects.all() if e.pid in bodies] == []


def test_what_is_short_is_named_by_group_discipline_kind_and_place():
    waiting = Waiting("A组", pool=24)
    Expert.objects.update(kind="finance")
    Expert.objects.filter(place__startswith="15").update(kind="technical")
    (reason,) = ceremonies.lacks_of(waiting.round, LATER)
    said = {name: reason.values[name] for name in ("groups", "missing", "where", "kind")}
    assert said == {"groups": ["A组"], "missing": 6, "where": ceremonies.WHENCE["outside"], "kind": ceremonies.KINDS["technical"]}  # fmt: skip
    assert reason.values["of"]["zh"] == "数学物理科学部（A01）"


def test_a_full_region_is_named_as_the_one_from_outside_which_experts_must_come():
    waiting = Waiting(pool=40)
    for expert in Expert.objects.filter(place__startswith="15").select_related("person__unit"):
        expert.person.unit.place = "150100"
        expert.person.unit.save(update_fields=["place"])
    for expert in Expert.objects.exclude(place__startswith="15").select_related("person__unit"):
        expert.person.unit.place = "110101"
        expert.person.unit.save(update_fields=["place"])
    (reason,) = ceremonies.lacks_of(waiting.round, LATER)
    assert "呼和浩特市" in reason.values["where"]["zh"]


def test_who_sat_on_the_same_discipline_the_year_before_rests():
    before = Waiting()
    before.drawn()
    Seat.objects.filter(state="invited").update(state="accepted")
    tired = set(Seat.objects.filter(state="accepted").values_list("expert__pid", flat=True))
    Round.objects.filter(pk=before.round.pk).update(year=before.round.year - 1)
    now = Waiting(pool=12)
    now.drawn()
    assert sitting(draw__round=now.round) & tired == set()


def test_the_second_panel_of_a_closed_draw_is_made_of_others():
    waiting = Waiting(pool=60)
    waiting.drawn()
    first = sitting()
    Draw.objects.update(aborted_at=LATER)
    Case.objects.update(state="grouped")
    later = LATER + timedelta(1)
    story.ceremony(waiting.round, waiting.region, later)
    done(waiting.cases[0], "draw", waiting.region.operator, on=later)
    assert (len(sitting(draw__aborted_at=None)), sitting(draw__aborted_at=None) & first) == (5, set())


def test_kinds_that_a_page_asks_for_sit_and_crossing_quotas_are_kept():
    waiting = Waiting(programme="key-technology", pool=120)
    waiting.drawn()
    for draw in Draw.objects.all():
        kinds = Counter(Seat.objects.filter(draw=draw, state="invited").values_list("expert__kind", flat=True))
        units = Seat.objects.filter(draw=draw, state="invited").values_list("expert__person__unit", flat=True)
        wanted = {"mail": {"technical": 4, "industry": 1}, "panel": {"technical": 6, "industry": 2, "finance": 1}}[draw.mode]  # fmt: skip
        assert (dict(kinds), len(set(units))) == (wanted, draw.seats)


def test_a_decline_goes_to_the_next_of_the_same_order_who_keeps_the_quotas():
    waiting = Waiting(programme="key-technology", pool=120)
    waiting.drawn()
    draw = Draw.objects.get(mode="panel")
    finance = Seat.objects.get(draw=draw, state="invited", expert__kind="finance")
    reserve = list(Seat.objects.filter(draw=draw, state="reserve", expert__kind="finance"))
    before = draw.given_up
    came = seating.next_in_order(draw, finance, "declined", LATER)
    draw.refresh_from_db()
    assert (came.expert.kind, came in reserve, draw.given_up) == ("finance", True, before)


def test_supervision_reads_who_sits_by_chance_and_who_had_a_chance_and_was_not_drawn():
    waiting = Waiting()
    waiting.drawn()
    draw = Draw.objects.get()
    sits = dict(Seat.objects.filter(draw=draw).values_list("expert__pid", "state"))
    said = supervising.why(draw, sits)
    had = {pid: one.code for pid, one in said.items() if "chance" in one.values}
    assert {had[pid] for pid, state in sits.items() if state == "invited"} == {"why_drawn_with_chance"}
    assert {code for pid, code in had.items() if sits[pid] == "reserve"} == {"why_not_drawn"}
    assert set(had) < set(said)


def reserve_of(draw: Draw) -> list[Seat]:
    return list(Seat.objects.filter(draw=draw, state="reserve").select_related("expert__person").order_by("position"))


def test_a_recusal_that_became_known_since_the_draw_keeps_an_expert_out_of_the_replacement():
    waiting = Waiting(pool=120)
    waiting.drawn()
    draw, case = Draw.objects.get(), waiting.cases[0]
    friend, barred, gone, *_ = [seat.expert for seat in reserve_of(draw)]
    Tie.objects.create(person=friend.person, other=case.leader, kind="mentor", on=LATER.date())
    Expert.objects.filter(pk=barred.pk).update(credit="watch")
    Expert.objects.filter(pk=gone.pk).update(left_on=LATER.date())
    came = [
        seating.next_in_order(draw, seat, "declined", LATER).expert_id
        for seat in Seat.objects.filter(draw=draw, state="invited")
    ]
    assert (len(came), {friend.pk, barred.pk, gone.pk} & set(came)) == (5, set())
    assert {friend.pk, barred.pk, gone.pk} <= {seat.expert_id for seat in reserve_of(draw)}


def test_whoever_may_not_sit_leaves_nobody_and_the_silent_keep_their_seats():
    waiting = Waiting()
    waiting.drawn()
    draw = Draw.objects.get()
    Expert.objects.filter(pk__in=[seat.expert_id for seat in reserve_of(draw)]).update(credit="barred")
    invited = list(Seat.objects.filter(draw=draw, state="invited").order_by("position"))
    with pytest.raises(Refused) as refusal:
        seating.next_in_order(draw, invited[0], "declined", LATER)
    assert refusal.value.codes == ["nobody_left"]
    assert seating.replace_silent(draw, reply=Term.parse("24 小时"), on=LATER + timedelta(days=9)) == 0
    assert list(Seat.objects.filter(draw=draw, state="invited").order_by("position")) == invited


def test_a_panel_that_quotas_across_kinds_leave_barren_is_named_before_the_draw():
    seen = [Candidate(f"t{n}", f"u{n % 2}") for n in range(4)] + [Candidate("f", "u0", kind="finance")]
    subs = (Sub("A组", "mail", "technical", 2, 0), Sub("A组", "mail", "finance", 1, 0))
    rows = ((1, 1, 1, 1, None), (None, None, None, None, 1))
    asked = terms.terms_of({}, {})
    made = {("A组", "mail"): terms.MakeUp(3, {"technical": 2, "finance": 1}, 0)}
    (reason,) = Arrangement(subs, (), tuple(seen), rows, (1,) * 5).barren(made, asked)
    assert (reason.code, reason.values["group"], reason.values["need"], reason.values["have"]) == ("panel_barren", "A组", 3, 2)  # fmt: skip
    seen[4] = seen[4]._replace(unit="u9")
    assert Arrangement(subs, (), tuple(seen), rows, (1,) * 5).barren(made, asked) == []


def test_what_a_page_lets_go_is_given_up_in_its_order_and_told():
    waiting = Waiting(pool=24)
    Expert.objects.filter(place__startswith="15").update(kind="technical")
    Expert.objects.exclude(place__startswith="15").update(kind="finance")
    page = ceremonies.pages_of(waiting.round).programme
    asked = terms.terms_of(page, {})
    found, want = asked, ceremonies.wanted(waiting.round, asked)
    assert [made.outside for made in want.panels.values()] == [3]
    found, want = ceremonies._less(found, want, "outside")
    assert [made.outside for made in want.panels.values()] == [0]
    assert (
        ceremonies._less(found, want, "chance")[0].chance,
        ceremonies._less(found, want, "region")[0].per_region,
    ) == (1, None)


def test_a_process_of_its_own_gives_the_same_answer():
    waiting = Waiting()
    waiting.drawn()
    problem = CeremonyPapers.objects.get().problem | {"task": "freeze"}
    assert solving.apart(problem) == solving.solved(problem) == {"rules_digest": Ceremony.objects.get().rules_digest, "lacks": []}  # fmt: skip


@pytest.mark.parametrize("form", ["full", "public"])
def test_the_command_verifies_what_the_pages_release_and_sees_a_changed_seat(form, tmp_path):
    papers = CeremonyPapers.objects.get(ceremony=Waiting().drawn())
    certificate, file = getattr(papers, form), tmp_path / "cert.json"
    told = []
    for change in (False, True):
        if change:
            certificate["panels"][0][0] = next(n for n in range(24) if n not in certificate["panels"][0])
        file.write_text(json.dumps(certificate), "utf-8")
        told.append(CliRunner().invoke(verify.app, ["draw", str(file)]).exit_code)
    assert told == [0, 1]


def test_the_pages_load_no_solver():
    code = "import sys, django; django.setup(); import kechuang.urls; print(sorted({'ortools', 'scipy'} & set(sys.modules)))"
    around = os.environ | {"DJANGO_SETTINGS_MODULE": "kechuang.settings"}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=around)
    assert told.stdout == "[]\n"
