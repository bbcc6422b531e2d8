"""What the invented staff did, in the order of time: acts through services, and plain events.

The trail is read by number, newest first; so everything that writes to it is done in order.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.audit.record import event, record_many
from portal.demo import cast
from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work
from portal.orgs.models import Appointment
from portal.orgs.scope import Scope
from portal.rules.working_days import is_working_day

Act = Callable[[Scope, datetime], None]


@dataclass
class Diary:
    """Entries of many hands, played once."""

    today: date
    seed: int
    #: streets that have people, the three of a small district first
    streets: Sequence[int] = cast.STREETS
    random: Random = field(init=False)
    acts: list[tuple[datetime, int, str, Act]] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = Random(self.seed + 1)  # noqa: S311  invention, not secrecy
        self.scopes = _scopes()

    def enter(self, who: str, at: datetime, act: Act) -> None:
        """`who` (a username) does something at a moment, in their own scope."""
        self.acts.append((at, len(self.acts), who, act))

    def enter_back(self, who: str, act: Act, back: int) -> None:
        """`who` does something on the working day so many before today."""
        self.enter(who, self.moment(self.working_day(back), 9, 16), act)

    def note(self, who: str, at: datetime, action: str, *, text: str = "", **told: Any) -> None:
        """An event of the trail by `who`, told as to `portal.audit.record.event`.

        :param text: what the trail calls the target
        """
        by = replace(self.scopes[who], request_id=f"{self.random.getrandbits(48):012x}")
        entry = event(action, by=by, at=at, **told)
        entry["target_text"] = text
        self.events.append(entry)

    def working_day(self, back: int) -> date:
        """The working day that lies `back` working days before today; 1 is the last one."""
        day = self.today
        while back > 0:
            day -= timedelta(days=1)
            back -= is_working_day(day)
        return day

    def moment(self, day: date, first: int = 9, last: int = 16) -> datetime:
        """Some minute of a day between two hours."""
        clock = time(self.random.randint(first, last), self.random.randint(0, 59),
                     self.random.randint(0, 59))  # fmt: skip
        return timezone.make_aware(datetime.combine(day, clock))

    def play(self) -> dict[str, int]:
        """Do everything, in order; returns how many rows and acts there were."""
        waiting = sorted(self.events, key=lambda entry: entry["at"])
        done = 0
        with transaction.atomic():
            allow_work(clockwork=True)
            for at, _, who, act in sorted(self.acts, key=lambda entry: entry[:2]):
                before = done
                while done < len(waiting) and waiting[done]["at"] < at:
                    done += 1
                record_many(waiting[before:done])
                with acting(self.scopes[who]) as by:
                    assert by is not None
                    act(by, at)
            record_many(waiting[done:])
        self.counts["audit.AuditEvent（虚构）"] = len(waiting)
        return dict(self.counts)


def _scopes() -> dict[str, Scope]:
    """The scope of everybody who has a post, by username; each at a terminal of their own."""
    held = Appointment.objects.select_related("unit").order_by("pk")
    users = {user.pk: user for user in User.objects.all()}
    return {
        users[post.user_id].username: replace(
            posts.scope_of(post, users[post.user_id]),
            ip=f"10.31.{post.unit_id // 1000 % 100}.{post.user_id % 250 + 2}",
        )
        for post in held
    }
