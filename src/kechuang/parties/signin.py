"""Signing in: slowed after failures, never saying which half was wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone

from kechuang.parties.models import Person, SignIn
from kechuang.parties.prepared import Prepared

SIGNED_IN = Prepared[Person](lambda pk: Person.objects.filter(pk=pk))
FREE_TRIES = 5
LOCKED = timedelta(minutes=15)


def locked_until(subject: str, on: datetime) -> datetime | None:
    """Until when `subject` (an account or address) may not try again, or None."""
    row = SignIn.objects.filter(subject=subject).first()
    if row is None or row.failures < FREE_TRIES:
        return None
    until = row.last + LOCKED
    return until if until > on else None


def note_failure(subject: str, on: datetime) -> None:
    """Count one failure; after a quiet spell counting begins anew."""
    row, _ = SignIn.objects.get_or_create(subject=subject, defaults={"last": on})
    row.failures = 1 if on - row.last > LOCKED else row.failures + 1
    row.last = on
    row.save(update_fields=["failures", "last"])


class LimitedBackend(ModelBackend):
    """Django's own check of the password, behind the limiter; permissions are not Django's."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Person | None:
        if not username or not password:
            return None
        subject, on = f"account:{username.lower()}"[:100], timezone.now()
        if locked_until(subject, on):
            return None
        found = super().authenticate(request, username=username, password=password, **kwargs)
        if found is None:
            note_failure(subject, on)
            return None
        SignIn.objects.filter(subject=subject).delete()
        return found  # type: ignore[return-value]

    def get_user(self, user_id: Any) -> Person | None:
        """Whoever the session belongs to, read afresh at each request."""
        found = SIGNED_IN.one(int(user_id))
        return found if found is not None and self.user_can_authenticate(found) else None

    def user_can_authenticate(self, user: Any) -> bool:
        return bool(user.is_active) and user.standing == "confirmed"

    def has_perm(self, *_: Any, **__: Any) -> bool:
        return False
