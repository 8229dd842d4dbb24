"""The pool, the draws and the reviews. What joins a person to a label, a case or a round lies behind the curtain."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kechuang.casework.models import Case, Round
from kechuang.parties.models import Organisation, Person
from kechuang.parties.secrets import EncryptedJSON, EncryptedText, token

BEHIND_THE_CURTAIN = (
    "experts_seat",
    "experts_conflict",
    "experts_fee",
    "experts_poolmembers",
    "experts_ceremonypapers",
    "experts_sheetdraft",
)


class Expert(models.Model):
    """Someone in the pool: what kind of judge, in which fields, since when."""

    subject_kind = "expert"

    KINDS = (("technical", "技术"), ("finance", "财务"), ("industry", "产业"), ("management", "管理"))

    pid = models.CharField(max_length=16, unique=True, default=token)
    person = models.OneToOneField(Person, models.PROTECT, related_name="expert")
    kind = models.CharField(max_length=12, choices=KINDS, default="technical")
    fields = models.JSONField(default=list)
    keywords = models.JSONField(default=list)
    place = models.CharField(max_length=6, default="150000")
    credit = models.CharField(max_length=12, default="good")
    standing = models.CharField(max_length=10, default="pending")
    entered_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["standing", "kind"])]


class Pool(models.Model):
    """The pool of a round as it was frozen: how many, and the digest published before any draw."""

    round = models.OneToOneField(Round, models.PROTECT, related_name="pool")
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    on = models.DateTimeField()


class PoolMembers(models.Model):
    """Behind the curtain: who is in the frozen pool of a round, by public id; a small pool would all but name its panel."""

    pool = models.OneToOneField(Pool, models.PROTECT, related_name="+", primary_key=True, db_constraint=False)
    pids = models.JSONField(default=list)


class Ceremony(models.Model):
    """One ceremony of a round: what was frozen, sealed, cast and revealed is public; nothing here names an expert.

    `rules_digest` binds pool, quotas, loads, chances and the commitments to all scores. `terms` and `lacks` are what
    the page asked and what was short. An aborted ceremony stays; one at most stands open.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="ceremonies")
    number = models.PositiveSmallIntegerField()
    groups = models.JSONField(default=list)
    terms = models.JSONField(default=dict)
    rules_digest = models.CharField(max_length=64)
    beacon = models.CharField(max_length=120, blank=True)
    commitments = models.JSONField(default=dict)
    dice = models.CharField(max_length=200, blank=True)
    cast_at = models.DateTimeField(null=True, blank=True)
    reveals = models.JSONField(default=dict)
    seed = models.CharField(max_length=64, blank=True)
    seed_sm3 = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True, blank=True)
    aborted_at = models.DateTimeField(null=True, blank=True)
    aborted_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="ceremonies_are_numbered"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(aborted_at=None, drawn_at=None), name="one_open_ceremony_a_round"
            ),
        ]


class CeremonyPapers(models.Model):
    """Behind the curtain: the frozen problem with its salt, and both forms of the certificate once it is drawn."""

    ceremony = models.OneToOneField(Ceremony, models.PROTECT, related_name="+", primary_key=True, db_constraint=False)
    problem = models.JSONField(default=dict)
    full = models.JSONField(default=dict)
    public = models.JSONField(default=dict)
    mended = models.JSONField(default=list)


class Draw(models.Model):
    """One draw for one group: commitments, dice and seed are public; who was drawn stands in `Seat` alone."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="draws")
    ceremony = models.ForeignKey(Ceremony, models.PROTECT, null=True, blank=True, related_name="draws")
    group = models.CharField(max_length=60)
    mode = models.CharField(max_length=12, default="mail")
    seats = models.PositiveSmallIntegerField()
    commitments = models.JSONField(default=dict)
    dice = models.CharField(max_length=120)
    seed = models.CharField(max_length=64)
    pool_digest = models.CharField(max_length=64)
    quotas = models.JSONField(default=dict)
    given_up = models.JSONField(default=list)
    by_hand = models.TextField(blank=True)
    on = models.DateTimeField()
    aborted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "group", "mode"], condition=Q(aborted_at=None), name="one_draw_per_round_and_group"
            ),
        ]


class Seat(models.Model):
    """Behind the curtain: which expert sits under which label, and what became of the invitation."""

    # Without constraints of the database: a write to the table pointed at would read this one, behind the curtain.
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="+", db_constraint=False)
    label = models.CharField(max_length=16, unique=True, default=token)
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="+", db_constraint=False)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default="reserve")
    invited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "expert"], name="an_expert_once_in_a_draw")]


class Conflict(models.Model):
    """Behind the curtain: what an expert declared about one case."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="conflicts")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_constraint=False)
    why = models.CharField(max_length=12)
    on = models.DateTimeField()


class Fee(models.Model):
    """Behind the curtain: what a reviewer is owed for the sheets of one draw."""

    seat = models.OneToOneField(Seat, models.PROTECT, related_name="fee")
    sheets = models.PositiveIntegerField()
    fen = models.BigIntegerField()
    paid_at = models.DateTimeField(null=True, blank=True)


class SheetDraft(models.Model):
    """Behind the curtain: what an expert has typed for one case so far, and the private notes beside it."""

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="drafts")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_constraint=False)
    act = models.CharField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    typed = EncryptedJSON()
    notes = EncryptedText(blank=True)
    on = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat", "case", "act"], name="one_draft_a_sheet")]


class Review(models.Model):
    """One filled-in sheet, under its label. `points` is the weighted mark in 10^-4 points; marks and reasons as filed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="reviews")
    label = models.CharField(max_length=16)
    mode = models.CharField(max_length=12, default="mail")
    points = models.BigIntegerField()
    marks = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    grade = models.CharField(max_length=10, blank=True)
    verdict = models.CharField(max_length=12, blank=True)
    amount_fen = models.BigIntegerField(null=True, blank=True)
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "label", "mode"], name="one_sheet_a_label")]


class Score(models.Model):
    """A case's marks after the group was closed: raw mean and normalised mean, both in 10^-4 points; raw is kept and shown."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="score")
    raw = models.BigIntegerField()
    normal = models.BigIntegerField()
    sheets = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=60, blank=True)


class Watch(models.Model):
    """Something about the sheets of a round that supervision should look at; it changes no score."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="watches")
    kind = models.CharField(max_length=20)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="watches")
    evidence = models.JSONField(default=dict)
    on = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "kind", "case"], name="watch_once")]


class Opinion(models.Model):
    """What the applicant reads: the opinions of the panel under fresh labels, in an order of their own, rounded in time."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="opinions")
    label = models.CharField(max_length=4)
    text = models.TextField()
    released_on = models.DateField()


class Coauthorship(models.Model):
    """That two persons published or worked on a project together, until a day: recusal asks for it."""

    one = models.ForeignKey(Person, models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, default="coauthor")
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other", "kind"], name="coauthors_once")]


class Employer(models.Model):
    """Units an expert counts as belonging to besides the present one (part-time, paid advice)."""

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="employers")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, default="interest")
    until = models.DateField(null=True, blank=True)
