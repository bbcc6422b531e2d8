"""What a person may be told: what is held of them, where from, and who looked (security 2.14).

Told are offices and posts, never a clerk's name, and nothing about anybody else. Lists and files
that held the person count as looks: leaving out the large ones is how insiders hide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from portal.audit import reads
from portal.audit.record import record
from portal.desk.wording import purpose_of
from portal.orgs.access import get_in_scope, require
from portal.orgs.capabilities import Capability
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope
from portal.ui.words import gettext as _
from residents.categories import (
    EDUCATIONS,
    ETHNICITIES,
    NATIONALITIES,
    POPULATION_CATEGORIES,
    RESIDENCE_REASONS,
    SEXES,
    TENANCY_ROLES,
    VERIFICATION_METHODS,
)
from residents.identity import DocumentKind
from residents.models import Identity, Residence, Resident

#: The trail is kept on line for three years (docs/operations.md).
KEPT = timedelta(days=3 * 366)
#: Held for the system's own work, and said by another field already.
UNTOLD = {
    "id", "committee", "doc_type", "id_mask", "street_id", "name_key", "initials", "id_tail",
    "phone_index", "version", "created_by", "updated_by", "guardian", "verified_by", "code_final",
    "address_key", "created_at", "updated_at",
}  # fmt: skip
#: Columns that hold codes, and the tables that say what the codes mean.
CODES = {
    "sex": SEXES, "ethnicity": ETHNICITIES, "nationality": NATIONALITIES,
    "category": POPULATION_CATEGORIES, "education": EDUCATIONS, "reason": RESIDENCE_REASONS,
    "tenancy_role": TENANCY_ROLES, "verified_method": VERIFICATION_METHODS,
}  # fmt: skip
NAMES = {"short_address": "住址", "occupancy": ""}


@dataclass(frozen=True)
class Access:
    """One look or change: when, which office and post, what it did, what for."""

    at: datetime
    unit: str
    post: str
    act: str
    purpose: str


@dataclass(frozen=True)
class Report:
    """All that a person is told; `held` are sections of names and values."""

    person: Resident
    made_at: datetime
    held: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    accesses: Sequence[Access]
    since: date


def report(*, resident_id: Any, by: Scope, at: datetime) -> Report:
    """Everything about one person for that person; making it is an event about them as well.

    :raises NotAllowed: `by` reads the register or the trail only
    :raises Http404: nobody of that key in `by`'s units
    """
    require(by, Capability.VIEW_REGISTER)
    require(by, Capability.VIEW_AUDIT)
    people = Resident.objects.select_related("committee")
    person = get_in_scope(people, by, pk=resident_id)
    since = timezone.localdate(at - KEPT)
    with reads.reading():
        found = reads.about(person.pk, low=by.low, high=by.high, since=at - KEPT)
    record(
        "residents.reported", by=by, at=at, target=person, committee=person.committee_id,
        subjects=[person.pk], changes={"count": len(found)},
    )  # fmt: skip
    return Report(person, at, list(_held(person, by)), [_access(each) for each in found], since)


def _held(person: Resident, by: Scope) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    yield _("基本信息"), list(_values(person))
    for document in Identity.objects.in_scope(by).filter(resident=person):
        kind = str(DocumentKind(document.doc_type).label)
        yield _("证件"), [(_("类型"), kind), (_("号码（遮盖）"), document.mask)]
    episodes = Residence.objects.in_scope(by).filter(resident=person).order_by("begin_on", "id")
    for episode in episodes:
        yield _("居住"), list(_values(episode, copied=_copies(person)))


def _copies(person: Resident) -> set[str]:
    """Columns that an episode repeats of its person."""
    return {field.name for field in person._meta.concrete_fields} - {"category"}


def _values(row: Any, copied: frozenset[str] | set[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Filled columns with their Chinese names, codes in words."""
    for field in row._meta.concrete_fields:
        if field.name in UNTOLD or field.name in copied or field.is_relation:
            continue
        shown = getattr(row, f"get_{field.name}_display", None)
        value = shown() if shown else getattr(row, field.attname)
        title = NAMES.get(field.name, str(field.verbose_name))
        if value in (None, "") or not title:
            continue
        yield title, CODES[field.name].title(value) if field.name in CODES else _words(value)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(value)


def _access(event: reads.Event) -> Access:
    role = ROLES.get(event.role)
    post = role.title if role else _("系统任务")
    return Access(event.at, event.unit, post, event.title, purpose_of(event.purpose))
