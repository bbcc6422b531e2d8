"""Who plays in the tests, and how they stand to one another."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from portal.accounts.fresh import mark_proved
from portal.accounts.models import User
from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.models import Appointment, OrgUnit
from portal.orgs.scope import Scope
from portal.orgs.services import project_grants

PASSWORD = "register-of-2026-honest"
HOME = 310107005001  # 源园居委会
NEXT_DOOR = 310107005003  # 花溪园居委会, same street
STREET = 310107005000  # 曹杨新村街道
FAR_STREET = 310107014000  # 长风新村街道
DISTRICT = 310107000000

# key: (name, role, unit); the far clerk's committee is the first of the far street
PEOPLE = {
    "clerk": ("周敏", "committee_security", HOME),
    "colleague": ("许婉清", "committee_security", HOME),  # of the same committee
    "lead": ("郑书记", "committee_lead", HOME),
    "collector": ("顾小满", "collector", HOME),
    "watchman": ("季师傅", "force_member", HOME),
    "neighbour": ("陆芳", "committee_security", NEXT_DOOR),
    "street": ("顾振宇", "street_manager", STREET),
    "staff": ("何静", "street_staff", STREET),
    "far_clerk": ("汤鹏", "committee_security", 0),
    "far_street": ("唐宁", "street_manager", FAR_STREET),
    "district": ("沈立群", "district_admin", DISTRICT),
    "analyst": ("秦川", "district_analyst", DISTRICT),
    "auditor": ("严正", "district_auditor", DISTRICT),
    "secadmin": ("安宁", "security_admin", DISTRICT),
    "sysadmin": ("白工", "system_admin", DISTRICT),
    "housing": ("方砚", "housing_officer", DISTRICT),
    "window": ("章晴", "center_clerk", STREET),
    "verifier": ("葛明", "verifier", FAR_STREET),
    "second": ("石磊", "district_admin", DISTRICT),
}


def appointed(user: User, role: str, unit: int, starts_on: date) -> Appointment:
    """A post that stands from the beginning, given by nobody of the cast."""
    with acting(posts.founding_scope(DISTRICT)):
        return Appointment.objects.create(user=user, role=role, unit_id=unit, starts_on=starts_on)


@dataclass
class Cast:
    """The assembled people: `scope` for services, `client` for pages."""

    users: dict[str, User] = field(default_factory=dict)

    @classmethod
    def assembled(cls) -> "Cast":
        """Everybody in one statement a table: most tests begin with it."""
        unusable = make_password(None)  # one for all: each takes a third of a millisecond
        users = [
            User(username=key, name=name, staff_no=f"T-{n:03d}", password=unusable)
            for n, (key, (name, _role, _unit)) in enumerate(PEOPLE.items())
        ]
        User.objects.bulk_create(users)
        far, since = cls().far_committee, date(2020, 1, 1)
        with acting(posts.founding_scope(DISTRICT)):
            Appointment.objects.bulk_create(
                Appointment(user=user, role=role, unit_id=unit or far, starts_on=since)
                for user, (_name, role, unit) in zip(users, PEOPLE.values(), strict=True)
            )
        project_grants(day=timezone.localdate())
        found = User.objects.in_bulk([user.pk for user in users])  # as the posts have marked them
        return cls({user.username: found[user.pk] for user in users})

    @cached_property
    def far_committee(self) -> int:
        """The first committee of the far street."""
        far = OrgUnit.objects.filter(parent_id=FAR_STREET).order_by("code")
        return far.values_list("code", flat=True)[0]

    def scope(self, key: str) -> Scope:
        """The acting scope of one of the cast."""
        user = self.users[key]
        post = Appointment.objects.select_related("unit").get(user=user)
        return posts.scope_of(post, user, request_id="test")

    def client(self, key: str) -> Client:
        """A browser in which this person is logged in."""
        client = Client()
        client.force_login(self.users[key], backend="portal.accounts.backends.AccountBackend")
        session = client.session
        mark_proved(session)
        session.save()
        return client

    def password(self, key: str, text: str = PASSWORD) -> str:
        """Give this person a password, for tests of the login itself."""
        self.users[key].set_password(text)
        self.users[key].save(update_fields=["password"])
        return text
