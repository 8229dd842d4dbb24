"""What a form needs from the house to be drawn: names of people and units, files, options; and what was posted, read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from kechuang.casework import files
from kechuang.casework.models import Attachment, Case
from kechuang.engines import forms
from kechuang.faces.web import wording
from kechuang.faces.web.fields import ShownFile
from kechuang.faces.web.questions import SCAN, Around
from kechuang.parties.models import Organisation, Person
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

BETWEEN = " · "  # a person's name and unit
PICKED = ("person", "party")
LOOKED_UP = {"person": "person", "persons": "person", "party": "party"}
NOBODY = {
    "zh": "没有找到“{name}”，或有几位同名：请从提示里选，或写“姓名 单位全称”。",
    "en": "Nobody called “{name}” was found, or several are: choose from the list, or write the name and the full name of the unit.",
}
NO_UNIT = {
    "zh": "没有找到单位“{name}”，或有几家同名：请从提示里选，或写全称、统一社会信用代码。",
    "en": "No unit called “{name}” was found, or several are: choose from the list, or write its full name or credit code.",
}
Errors = dict[str, tuple[Reason, ...]]


def language() -> str:
    """The language forms are drawn in: en or zh."""
    return "en" if wording.english() else "zh"


@dataclass(slots=True)
class Names:
    """Names of people and units by public id, read once for a whole form."""

    known: dict[str, str] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)  # names that several bear: these are written by their id

    def read(self, pids: Iterable[str]) -> Names:
        """Learn the names of these ids: two queries for any number of them."""
        wanted = {pid for pid in pids if pid} - self.known.keys()
        if wanted:
            for person in Person.objects.filter(pid__in=wanted).select_related("unit"):
                self.known[person.pid] = _with_unit(person)
            self.known.update(Organisation.objects.filter(pid__in=wanted).values_list("pid", "name"))
            self.shared |= _shared({self.known[pid] for pid in wanted & self.known.keys()})
        return self

    def boxed(self, public_id: str) -> str:
        """What stands in the box for it: the name, by which `find` finds it again; the id itself where several bear the name."""
        name = self.known.get(public_id, "")
        return public_id if name in self.shared else name

    def __call__(self, kind: str, public_id: str) -> str:
        return self.known.get(public_id, "")


def _shared(names: set[str]) -> set[str]:
    """Those of `names` that do not lead back to one party: two queries for any number of them."""
    bare = {name.partition(BETWEEN)[0] for name in names}
    people = Person.objects.filter(name__in=bare).exclude(standing="merged").values_list("name", "unit__name")
    units = Organisation.objects.filter(name__in=names).values_list("name", flat=True)
    borne = Counter([*(f"{name}{BETWEEN}{unit}" if unit else name for name, unit in people), *units])
    return {name for name in names if borne[name] != 1}


def picked(fields: Iterable[forms.Field], answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every picked person or unit in `answers` as (path, text typed)."""
    return [(path, text) for path, text, _kind in _by_kind(fields, answers)]


def _by_kind(fields: Iterable[forms.Field], answers: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for one in fields:
        typed = answers.get(one.code)
        if one.kind in PICKED and isinstance(typed, str):
            found.append((one.code, typed.strip(), one.kind))
        elif one.kind == "persons" and isinstance(typed, list | tuple):
            found += [(one.code, str(each), "person") for each in typed]
        elif one.kind == "table" and isinstance(typed, list | tuple):
            for n, row in enumerate(typed):
                if isinstance(row, Mapping):
                    found += [(f"{one.code}.{n}.{path}", text, kind) for path, text, kind in _by_kind(one.columns, row)]
    return found


def unknown(fields: Iterable[forms.Field], answers: Mapping[str, Any], names: Names) -> Errors:
    """What stands where a person or unit belongs and is none that the house knows."""
    found = _by_kind(fields, answers)
    lacking = [(path, text, kind) for path, text, kind in found if text and not names("", text)]
    words = {"party": NO_UNIT}
    return {
        path: (Reason("nobody_of_that_name", name=text, **words.get(kind, NOBODY)),) for path, text, kind in lacking
    }


def file_names(case: Case) -> Callable[[str], ShownFile]:
    """How a file of the case is shown, by its digest."""
    rows = {row.digest: row for row in Attachment.objects.filter(case=case, removed=False)} if case.pk else {}

    def shown(digest: str) -> ShownFile:
        row = rows.get(digest)
        return ShownFile(row.name, digest, file_href(case, digest), row.size) if row else ShownFile(digest[:12], digest)

    return shown


def file_href(case: Case, digest: str) -> str:
    return reverse("case_file", args=[case.number, digest])


def around(case: Case, *, choices: Callable[[str], Any], names: Names, **more: Any) -> Around:
    """The surroundings of a form of this case."""
    return Around(
        language(), choices=choices, names=names, boxed=names.boxed, files=file_names(case), lookup=lookup_address, **{"resign": True, **more},
    )  # fmt: skip


def lookup_address(asked: forms.Field) -> str:
    kind = LOOKED_UP.get(asked.kind, "")
    return reverse("lookup", args=[kind]) if kind else ""


def posted(request: HttpRequest, codes: Iterable[str]) -> dict[str, Any]:
    """What was posted for the fields of these codes, nested; rows and files that were taken away are gone."""
    wanted = set(codes)
    pairs = [(name, text) for name, texts in request.POST.lists() for text in texts]
    nested = forms.unflatten((name, text) for name, text in pairs if name.partition(".")[0] in wanted)
    if gone := request.POST.get("remove", ""):
        take_away(nested, gone.split("."))
    return in_rows(nested)


def take_away(nested: Any, steps: list[str]) -> str:
    """Take one row, or one file of several, out of what was posted; the digest of the file, "" for a row."""
    *above, last = steps
    here: Any = nested
    for n, step in enumerate(above):
        if not isinstance(here, dict) or step not in here:
            return ""
        parent, key, here = here, step, here[step]
        if n == len(above) - 1 and isinstance(here, str) and last == "0":
            parent[key] = ""
            return here
    if isinstance(here, list) and last.isdecimal() and int(last) < len(here):
        return str(here.pop(int(last)))
    if isinstance(here, dict):
        here.pop(last, None)
    return ""


def in_rows(nested: Any) -> Any:
    """Mappings whose keys are all numbers become lists in their order."""
    if not isinstance(nested, dict):
        return nested
    inner = {key: in_rows(value) for key, value in nested.items()}
    if inner and all(key.isdecimal() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def uploaded(request: HttpRequest, case: Case, answers: dict[str, Any], codes: Iterable[str], on: datetime) -> Errors:
    """Keep every file that came with the form and put its digest into `answers`; what was refused, by path."""
    errors: Errors = {}
    wanted = set(codes)
    for path, several in request.FILES.lists():
        if path.partition(".")[0] not in wanted:
            continue
        for one in several:
            try:
                kept = files.keep(case, path.partition(".")[0], one.name or "", one.chunks(), by=request.user, on=on)  # type: ignore[arg-type]
                put_file(answers, path.split("."), kept.digest)
            except Refused as refusal:
                errors[path] = (*errors.get(path, ()), *refusal.reasons)
    return errors


def scans(request: HttpRequest, case: Case, typed: dict[str, Any], fields: Iterable[forms.Field], on: datetime) -> Errors:  # fmt: skip
    """Signatures given by a scan of the stamped copy: each signs by its digest, if the case has that file; what was refused, by path.

    The file comes under a name of its own: an empty file input counts as one more empty text of the same name.
    """
    errors: Errors = {}
    for one in fields:
        upload = request.FILES.get(f"{one.code}-scan") if one.kind == "signature" else None
        try:
            if upload is not None:
                kept = files.keep(case, one.code, upload.name or "", upload.chunks(), by=request.user, on=on)  # type: ignore[arg-type]
                typed[one.code] = f"{SCAN}{kept.digest}"
        except Refused as refusal:
            errors[one.code] = refusal.reasons
        said = typed.get(one.code)
        if one.kind == "signature" and isinstance(said, str) and said.startswith(SCAN):
            there = Attachment.objects.filter(case=case, digest=said.removeprefix(SCAN), removed=False).exists()
            typed[one.code] = said if there else ""
    return errors


def put_file(answers: Any, steps: list[str], digest: str) -> None:
    """Add a digest at its path, beside those that are there."""
    *above, last = steps
    here = answers
    for step in above:
        if isinstance(here, list):
            if not step.isdecimal() or int(step) >= len(here):
                return
            here = here[int(step)]
        else:
            here = here.setdefault(step, {})
    there = here.get(last) if isinstance(here, dict) else None
    before = there if isinstance(there, list) else [there] if there else []
    here[last] = list(dict.fromkeys([*before, digest]))


def find_people(fields: Iterable[forms.Field], answers: dict[str, Any]) -> None:
    """Where a name was typed and only one party bears it, put its public id in place; a row's unit narrows the search."""
    for one in fields:
        typed = answers.get(one.code)
        if one.kind == "table" and isinstance(typed, list):
            for row in typed:
                if isinstance(row, dict):
                    _find_in_row(one.columns, row)
        elif one.kind in PICKED and isinstance(typed, str):
            answers[one.code] = find(one.kind, typed)


def _find_in_row(columns: Iterable[forms.Field], row: dict[str, Any]) -> None:
    by_kind = {column.kind: column.code for column in columns if column.kind in PICKED}
    party, person = by_kind.get("party", ""), by_kind.get("person", "")
    if party and isinstance(row.get(party), str):
        row[party] = find("party", row[party])
    if person and isinstance(row.get(person), str):
        row[person] = find("person", row[person], unit=str(row.get(party) or ""))
        if party and not row.get(party) and row[person]:
            row[party] = Person.objects.filter(pid=row[person]).values_list("unit__pid", flat=True).first() or ""


def find(kind: str, text: str, *, unit: str = "") -> str:
    """The public id that `text` stands for, or `text` itself where none or several bear the name."""
    text = text.strip()
    if not text:
        return text
    if kind == "party":
        rows = Organisation.objects.filter(name=text) | Organisation.objects.filter(credit_code=text)
        known = Organisation.objects.filter(pid=text).exists()
    else:
        name, _, said = text.partition(BETWEEN) if BETWEEN in text else _parted(text)
        rows = Person.objects.filter(name=name).exclude(standing="merged")
        if where := said.strip() or unit:
            rows = rows.filter(unit__name=where) | rows.filter(unit__pid=where)
        known = Person.objects.filter(pid=text).exists()
    pids = [] if known else list(rows.values_list("pid", flat=True).distinct()[:2])
    return str(pids[0]) if len(pids) == 1 else text


def _parted(text: str) -> tuple[str, str, str]:
    """A name and what stands behind it, as people write it: 巴图 内蒙古大学, 巴图（内蒙古大学）."""
    return text.replace("·", " ").replace("（", " ").replace("）", " ").partition(" ")


def units_named(text: str, *, most: int = 10) -> list[Organisation]:
    """Units whose name holds what was typed, for a list under the field."""
    if len(text.strip()) < 2:
        return []
    units = Organisation.objects.filter(name__contains=text.strip()).exclude(standing="merged").order_by("name")
    return list(units[:most])


def people_named(text: str, *, most: int = 5) -> list[Person]:
    """People whose name begins with what was typed; few at a time, for each stranger is counted (`casework.lookups`)."""
    if len(text.strip()) < 2:
        return []
    people = Person.objects.filter(name__startswith=text.strip()).exclude(standing="merged").select_related("unit")
    return list(people.order_by("name", "pk")[:most])


def suggestions(kind: str, found: Iterable[Person | Organisation]) -> list[dict[str, str]]:
    """What is told in a list under a field: the name, with the unit of a person; the public id only where several bear the name."""
    names = Names().read([one.pid for one in found])
    return [{"code": names.boxed(one.pid), "title": names(kind, one.pid)} for one in found]


def _with_unit(one: Person) -> str:
    return f"{one.name}{BETWEEN}{one.unit.name}" if one.unit else one.name
