"""Rounds and cases, what people answered, what was found, and the records of every act."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from kechuang.parties.models import Organisation, Person
from kechuang.parties.prepared import Prepared, insert, update
from kechuang.parties.secrets import EncryptedJSON, random_bytes, token


def salt() -> str:
    """Sixteen random bytes that keep a digest of few possible values from being guessed."""
    return random_bytes(16).hex()


class Edition(models.Model):
    """One adopted edition of the book: the pages' texts by path, and their digest."""

    digest = models.CharField(max_length=64, unique=True)
    pages = models.JSONField()
    by = models.CharField(max_length=60)
    on = models.DateTimeField()


class Frozen(models.Model):
    """The closure of a round's pages, as it was fixed: canonical text whose SHA-256 is the key. Never changed."""

    digest = models.CharField(max_length=64, primary_key=True)
    body = models.TextField()
    on = models.DateTimeField()


class Round(models.Model):
    """A programme opened once, with dates, a budget and frozen pages."""

    code = models.CharField(max_length=40, unique=True)
    programme = models.CharField(max_length=40, db_index=True)
    plan = models.CharField(max_length=40, db_index=True)
    title = models.CharField(max_length=120)
    year = models.PositiveSmallIntegerField(db_index=True)
    state = models.CharField(max_length=30, db_index=True)
    before = models.CharField(max_length=30, blank=True)
    entered_at = models.DateTimeField()
    frozen = models.ForeignKey(Frozen, models.PROTECT, null=True, blank=True, related_name="rounds")
    institution = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="delegated")
    budget_fen = models.BigIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    units_close_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    document_no = models.CharField(max_length=60, blank=True)
    topics = models.JSONField(default=list)
    quotas = models.JSONField(default=dict)
    details = models.JSONField(default=dict)
    synthetic = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(budget_fen__gte=0), name="round_budget_not_negative"),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(opens_at=None) | Q(closes_at__gt=F("opens_at")), name="round_in_order"
            ),
        ]

    subject_kind = "round"

    def __str__(self) -> str:
        return self.title

    @property
    def pid(self) -> str:
        return self.code

    @property
    def round(self) -> Round:
        """A round stands for itself where a case would name its round."""
        return self


class Case(models.Model):
    """One application, claim or entry, or a child of one (objection, appeal, change …), on its way through a flow."""

    number = models.CharField(max_length=16, unique=True, default=token)
    round = models.ForeignKey(Round, models.PROTECT, related_name="cases")
    # Indexed below for children alone: to a planner without statistics "no parent" looks as selective as one parent.
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", db_index=False)
    flow = models.CharField(max_length=40, default="grant")
    state = models.CharField(max_length=30)
    before = models.CharField(max_length=30, blank=True)
    entered_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)  # when the clock acts next
    promised_at = models.DateTimeField(null=True, blank=True)  # until when the present holder should have acted
    title = models.CharField(max_length=200, blank=True)
    track = models.CharField(max_length=40, blank=True)
    field = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=6, blank=True)
    asked_fen = models.BigIntegerField(null=True, blank=True)
    group = models.CharField(max_length=40, blank=True)
    rank = models.PositiveIntegerField(null=True, blank=True)
    above_line = models.BooleanField(null=True)
    advice = models.CharField(max_length=10, blank=True)
    proposed_fen = models.BigIntegerField(null=True, blank=True)
    project_no = models.CharField(max_length=40, blank=True, db_index=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    leader = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="led")
    applicant = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="cases")
    recommender = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="recommended")
    answers = EncryptedJSON()
    answers_digest = models.CharField(max_length=64, blank=True)
    taken_over = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["round", "state"]),
            models.Index(fields=["state", "entered_at"]),
            models.Index(fields=["applicant", "state"]),
            models.Index(fields=["leader", "state"]),
            models.Index(fields=["title"]),
            models.Index(fields=["due_at"]),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="children"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(asked_fen=None) | Q(asked_fen__gte=0), name="asked_not_negative"),
        ]

    subject_kind = "case"

    def __str__(self) -> str:
        return self.title or self.number

    @property
    def pid(self) -> str:
        return self.number

    def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        """As Django's; answers that were left out are read by a query compiled once."""
        if fields == ["answers"] and self.pk and (row := ANSWERS.one(self.pk)):
            self.answers = row[0]
            return
        super().refresh_from_db(using, fields, from_queryset)

    @property
    def member_ids(self) -> frozenset[int]:
        """Persons of the team, by primary key."""
        if not hasattr(self, "_member_ids"):
            self._member_ids = frozenset(pk for (pk,) in MEMBERS.rows(self.parent_id or self.pk or 0))
        return self._member_ids

    @property
    def joining_ids(self) -> frozenset[int]:
        """Who is named in this child case beside the team of its parent: to join by a change, to head a sub-project; by primary key."""
        if self.parent_id is None or self.pk is None or self.member_role != "member":
            return frozenset()
        if not hasattr(self, "_joining_ids"):
            self._joining_ids = frozenset(pk for (pk,) in MEMBERS.rows(self.pk))
        return self._joining_ids

    @property
    def joining_role(self) -> str:
        """What those named in a child case of a project are in it: to join by a change, or the head of a sub-project."""
        return "part_head" if self.flow == "subproject" else "joiner"

    @property
    def joining_units(self) -> frozenset[str]:
        """Which units are to join the project of the parent by this case, a change; by public id."""
        if self.parent_id is None or self.pk is None:
            return frozenset()
        if not hasattr(self, "_joining_units"):
            self._joining_units = frozenset(pid for (pid,) in JOINING.rows(self.pk))
        return self._joining_units

    @property
    def member_role(self) -> str:
        """What those joined to the case are in it: its team, or in an inquiry those it is about."""
        return "accused" if self.flow == "inquiry" else "member"


class Member(models.Model):
    """Someone on the team of a case, and when he or she agreed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    main = models.BooleanField(default=True)
    consented_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="member_once")]


class Joining(models.Model):
    """A unit that is to join the project of the parent by this case, a change, and when it agreed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="joinings")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="joinings")
    consented_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "unit"], name="joining_once")]


JOINING = Prepared[tuple[str]](lambda case: Joining.objects.filter(case_id=case).values_list("unit__pid"))
ANSWERS = Prepared[tuple[Any]](lambda pk: Case.objects.filter(pk=pk).values_list("answers"))
MEMBERS = Prepared[tuple[int]](lambda case: Member.objects.filter(case_id=case).values_list("person_id"))


class Answer(models.Model):
    """A promoted answer: typed and indexed, the rest of the form is for reading."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="promoted")
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=16)
    value = models.CharField(max_length=200)
    number = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "name"], name="answer_once")]
        indexes = [models.Index(fields=["name", "value"])]


class Draft(models.Model):
    """What was typed into one section, kept on the server; an old version is refused and nothing is lost."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="drafts")
    section = models.CharField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    typed = EncryptedJSON()
    by = models.ForeignKey(Person, models.PROTECT, null=True)
    on = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "section"], name="draft_once")]


class Finding(models.Model):
    """What one check said of one case, for the answers it saw; an officer's word settles a warning."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="findings")
    check_name = models.CharField(max_length=60)
    verdict = models.CharField(max_length=4)
    reasons = models.JSONField(default=list)
    evidence = models.JSONField(default=dict)
    answers_digest = models.CharField(max_length=64, blank=True)
    on = models.DateTimeField()
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True)
    settled_word = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "check_name"], name="finding_once")]

    @classmethod
    def keep(cls, case: Case, check: str, **said: Any) -> None:
        """What a check says of the case now, in place of what it said before."""
        told = {"answers_digest": case.answers_digest, **said}
        row = FOUND.one(case.pk, check)
        if row is None:
            insert(cls(case=case, check_name=check, **told))
            return
        for name, value in told.items():
            setattr(row, name, value)
        update(row, *told)


FOUND = Prepared[Finding](lambda case, check: Finding.objects.filter(case=case, check_name=check))


class Attempt(models.Model):
    """An act that was refused: everything was rolled back, this row and its findings remain."""

    subject_kind = models.CharField(max_length=10)
    subject = models.CharField(max_length=40)
    act = models.CharField(max_length=60)
    actor = models.CharField(max_length=40)
    reasons = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    on = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject"])]


class Duty(models.Model):
    """One of the three separated powers, used by one person on one case: the key holds planning, execution, supervision apart."""

    POWERS = ("planning", "execution", "supervision")

    case = models.ForeignKey(Case, models.CASCADE, related_name="duties")
    person = models.ForeignKey(Person, models.PROTECT, related_name="duties")
    power = models.CharField(max_length=12)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "person"], name="one_power_per_person_and_case"),
            models.CheckConstraint(
                condition=Q(power__in=["planning", "execution", "supervision"]), name="duty_is_a_separated_power"
            ),
        ]


class Award(models.Model):
    """An amount, with the steps that led to it and the document that allows it."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="award")
    fen = models.BigIntegerField()
    steps = models.JSONField(default=list)
    document_no = models.CharField(max_length=60, blank=True)
    on = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(fen__gte=0), name="award_not_negative")]


class Record(models.Model):
    """One act as it happened. `body` is the very text that was hashed; it names no one and holds no free text."""

    subject_kind = models.CharField(max_length=10)
    subject = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    act = models.CharField(max_length=60, db_index=True)
    before = models.CharField(max_length=30, blank=True)
    after = models.CharField(max_length=30, blank=True)
    actor = models.CharField(max_length=40)
    role = models.CharField(max_length=40, blank=True)
    on = models.DateTimeField(db_index=True)
    key = models.CharField(max_length=80)
    data_digest = models.CharField(max_length=64)
    body = models.TextField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    log_index = models.BigIntegerField(null=True, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "key"], name="key_once_per_actor"),
            models.UniqueConstraint(fields=["subject_kind", "subject", "position"], name="one_chain_per_subject"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(log_index=None), name="records_not_yet_logged")]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject} {self.position}: {self.act}"


class Told(models.Model):
    """What was said in an act, beside its record: erasable with its salt, while the record keeps the salted digest."""

    record = models.OneToOneField(Record, models.CASCADE, related_name="told", primary_key=True)
    data = EncryptedJSON()
    salt = models.CharField(max_length=32, default=salt)


class Checkpoint(models.Model):
    """A signed statement of the log's size and root, also written to every witness folder."""

    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    text = models.TextField()
    on = models.DateTimeField()


class Outbox(models.Model):
    """A letter or job that follows from an act; done after commit, at least once, by its key only once."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=120, unique=True)
    payload = models.JSONField(default=dict)
    due = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["due"], condition=Q(done_at=None), name="outbox_waiting")]


class Attachment(models.Model):
    """A file that belongs to a case; the record holds its digest, the folder its bytes."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments")
    field = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    media = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True)
    on = models.DateTimeField()
    removed = models.BooleanField(default=False)


class Document(models.Model):
    """A receipt, letter, notice or list that was issued, with a code that a public page checks."""

    code = models.CharField(max_length=20, unique=True, default=token)
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=160)
    number = models.CharField(max_length=60, blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="documents")
    round = models.ForeignKey(Round, models.PROTECT, null=True, blank=True, related_name="documents")
    record = models.ForeignKey(Record, models.PROTECT, null=True, blank=True, related_name="documents")
    body = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    on = models.DateTimeField()
    public = models.BooleanField(default=False)


class Letter(models.Model):
    """A document in someone's inbox."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="letters")
    person = models.ForeignKey(Person, models.CASCADE, related_name="letters")
    on = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "person"], name="letter_once")]


class Notice(models.Model):
    """What is published for the people: a call, a list under notice, a result; from its first day to its last."""

    code = models.CharField(max_length=20, unique=True, default=token)
    round = models.ForeignKey(Round, models.PROTECT, related_name="notices")
    what = models.CharField(max_length=60)
    body = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    on = models.DateTimeField()
    cases = models.ManyToManyField(Case, related_name="notices", blank=True)


def subject_key(subject: Any) -> tuple[str, str]:
    """How records name a subject: its kind and its public id."""
    return subject.subject_kind, subject.pid
