"""People and organisations, the roles they hold, and since when."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from kechuang.parties.secrets import EncryptedJSON, EncryptedText, token


class Organisation(models.Model):
    """A unit that applies, an office that decides, an institution that executes, a recommender, a funder."""

    KINDS = (
        ("enterprise", "企业"),
        ("university", "高等院校"),
        ("institute", "科研院所"),
        ("hospital", "医疗卫生机构"),
        ("new_institute", "新型研发机构"),
        ("public_unit", "其他事业单位"),
        ("social", "社会组织"),
        ("recommender", "归口管理部门"),
        ("department", "主管部门"),
        ("institution", "专业机构"),
    )
    STANDINGS = (("pending", "待确认"), ("confirmed", "已确认"), ("suspended", "已停用"), ("merged", "已合并"))

    subject_kind = "party"

    pid = models.CharField(max_length=16, unique=True, default=token)
    name = models.CharField(max_length=120, db_index=True)
    kind = models.CharField(max_length=20, choices=KINDS)
    credit_code = models.CharField(max_length=18, null=True, blank=True, unique=True)
    place = models.CharField(max_length=6, default="150000", db_index=True)
    registered_on = models.DateField(null=True, blank=True)
    legal_person = models.CharField(max_length=60, blank=True)
    recommender = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="recommends")
    host_unit = models.BooleanField(default=False)
    taxed_here = models.BooleanField(default=True)
    bank_account = EncryptedText(blank=True)
    contact = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    standing = models.CharField(max_length=10, choices=STANDINGS, default="pending")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    synthetic = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    """Finds people by their sign-in name; accounts are made by the chain of confirmation, not here."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.named(username or "").get()

    def named(self, username: str) -> models.QuerySet[Person]:
        """Who signs in under this name, however it is capitalised: nobody, or one."""
        return self.filter(Exact(Lower("username"), Lower(models.Value(username))))


class Person(AbstractBaseUser):
    """Someone who signs in, or is named in a case."""

    DEGREES = (("doctor", "博士"), ("master", "硕士"), ("bachelor", "学士"), ("other", "其他"))
    RANKS = (("senior", "正高级"), ("deputy", "副高级"), ("middle", "中级"), ("junior", "初级"), ("none", "无"))
    STANDINGS = Organisation.STANDINGS

    subject_kind = "party"
    channel = ""  # no column: the face through which this person came, set by the face for this request

    pid = models.CharField(max_length=16, unique=True, default=token)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60, db_index=True)
    sex = models.CharField(max_length=1, blank=True)
    born = models.DateField(null=True, blank=True)
    identity = EncryptedText(blank=True)
    identity_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    degree = models.CharField(max_length=10, choices=DEGREES, blank=True)
    rank = models.CharField(max_length=10, choices=RANKS, blank=True)
    field = models.CharField(max_length=60, blank=True)
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="people")
    official = models.BooleanField(default=False)
    standing = models.CharField(max_length=10, choices=STANDINGS, default="pending")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    synthetic = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    objects = PersonManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="username_once_however_written")]

    def __str__(self) -> str:
        return self.name

    @property
    def actor_id(self) -> str:
        """How records name this person: by a public id, never by name."""
        return f"p:{self.pid}"


class Employment(models.Model):
    """Where a person works or worked; recusal asks for the past, the pages for the present."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="employments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="employments")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(until=None), name="one_present_employment"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="employment_in_order"
            ),
        ]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Appointments by the day on which they hold."""

    def in_force(self, day: date) -> AppointmentQuerySet:
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)


class Appointment(models.Model):
    """A role a person holds for something: an organisation, a place, a programme, a round, the region."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="appointments")
    role = models.CharField(max_length=40)
    power = models.CharField(max_length=20)
    scope = models.CharField(max_length=20)
    target = models.CharField(max_length=60, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    deputy_for = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="deputies")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["role", "target"])]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "target"], condition=Q(until=None), name="one_open_appointment"
            ),
        ]

    def holds_on(self, day: date) -> bool:
        """Whether the appointment is in force on `day`: what `in_force` asks the database."""
        return self.since <= day and (self.until is None or day <= self.until)


class SignIn(models.Model):
    """Failed sign-ins of an account or an address, by which further tries are slowed."""

    subject = models.CharField(max_length=100, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last = models.DateTimeField()


class LookUp(models.Model):
    """A stranger whose name was suggested to somebody: kept for minutes, to see who collects names; `seen` empty: stopped."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="look_ups")
    seen = models.CharField(max_length=16, blank=True)
    on = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "on"])]


class Answered(models.Model):
    """What a request that wrote something was answered: told again to the same request, forgotten after two days.

    `asked` is a keyed digest of who asked, where and with what; the answer is encrypted, so that no row joins anybody with a page.
    """

    asked = models.CharField(max_length=64, primary_key=True)
    answer = EncryptedJSON()
    day = models.DateField(db_index=True)


class Tie(models.Model):
    """A declared relation between two people, or a person and a unit, that recusal must know."""

    KINDS = (
        ("relative", "近亲属"),
        ("mentor", "师生关系"),
        ("coauthor", "共同署名成果"),
        ("interest", "持股、任职、有偿咨询"),
    )

    person = models.ForeignKey(Person, models.CASCADE, related_name="ties")
    other = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="ties_back")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="ties")
    kind = models.CharField(max_length=12, choices=KINDS)
    on = models.DateField()
