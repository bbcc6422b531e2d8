"""The district that is measured: made when it is absent, then read as its own people would."""

import io
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.models import Count
from django.utils import timezone

from portal.accounts.models import User
from portal.demo import cast
from portal.orgs import posts
from portal.orgs.models import Appointment
from portal.orgs.scope import Level, Scope

#: A committee's clerk, a street's manager and an analyst of the district.
USERS: dict[Level, str] = {"committee": "zhoumin", "street": "guzhenyu", "district": "qinchuan"}


@dataclass(frozen=True)
class District:
    """A district ready to be measured."""

    people: int

    @classmethod
    def ready(cls, people: int | None) -> "District":
        """The district of this run directory; when there is none, one of `people` (None: full)."""
        from residents.models import Resident

        call_command("prepare_database", verbosity=0, stdout=io.StringIO())
        call_command("build_icons", verbosity=0)
        if not Resident.objects.using("owner").exists():
            size: dict[str, Any] = {"scale": 1.0} if people is None else {"people": people}
            call_command("make_district", **size)
        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as autovacuum leaves it: visibility map and counts
        return cls(Resident.objects.using("owner").count())

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        return tuple(USERS)

    def user(self, level: Level) -> User:
        return User.objects.get(username=USERS[level])

    def scope(self, level: Level) -> Scope:
        """The acting scope of that level's user."""
        user = self.user(level)
        post = Appointment.objects.select_related("unit").filter(user=user).earliest("unit_id")
        return posts.scope_of(post, user, request_id="bench")

    def session(self, level: Level) -> str:
        """A new session of that level's user, as a login leaves it; returns its key."""
        from django.contrib.auth import (
            BACKEND_SESSION_KEY,
            HASH_SESSION_KEY,
            SESSION_KEY,
        )

        user = self.user(level)
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "portal.accounts.backends.AccountBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["began_at"] = session["seen_at"] = int(timezone.now().timestamp())
        session.save()
        return str(session.session_key)

    @cached_property
    def home(self) -> int:
        """The clerk's committee."""
        return cast.HOME

    @cached_property
    def committees(self) -> int:
        from residents.models import Residence

        rows = Residence.objects.using("owner").aggregate(n=Count("committee_id", distinct=True))
        return int(rows["n"])
