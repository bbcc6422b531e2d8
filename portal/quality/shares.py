"""Whose the open issues are: by unit, and by the collector whom they were given to.

Both stand in a fixed order, of the units' codes and of names within one: a table of work that is
given out, never a comparison of those who do it. Paper: S-67.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.orgs.models import Appointment, OrgUnit
from portal.orgs.scope import level_of, span_of
from portal.quality.models import STOCK
from portal.quality.summary import counts, of_the_last_weeks, on_time

COLLECTOR = "collector"
#: Keys of the rows behind a committee's collectors; accounts are positive.
OTHERS, NOBODY = -1, -2
COUNTED = ("open", "overdue", "mended")
WHO = {OTHERS: "who=others", NOBODY: "who=nobody"}


@dataclass(frozen=True)
class UnitShare:
    """The issues of one unit: open ones by severity, new, mended, late, and the share in time."""

    unit: OrgUnit
    open: int = 0
    must: int = 0
    should: int = 0
    note: int = 0
    new: int = 0
    mended: int = 0
    overdue: int = 0
    in_time: int = 0
    judged: int = 0

    @property
    def on_time_rate(self) -> Decimal | None:
        return on_time(self.in_time, self.judged)


@dataclass(frozen=True)
class CollectorShare:
    """What was given to one collector of a committee, to others there, or to nobody.

    :param query: the condition of the list that holds it
    """

    unit: OrgUnit
    name: str
    staff_no: str
    query: str
    open: int = 0
    overdue: int = 0
    mended: int = 0


def unit_shares(units: Sequence[OrgUnit], unit: int, day: date) -> list[UnitShare]:
    """The parts of a unit in the order of their codes, in one query.

    :param units: streets of the district, or committees of a street
    """
    grain = "street_id" if level_of(unit) == "district" else "committee_id"
    rows = of_the_last_weeks(unit, day).values(grain).annotate(**counts(day), **severities())
    found = {row.pop(grain): row for row in rows}
    return [UnitShare(each, **found.get(each.pk, {})) for each in units]


def severities() -> dict[str, Count]:
    return {
        severity: Count("id", filter=STOCK & Q(severity=severity))
        for severity in ("must", "should", "note")
    }


def collector_shares(units: Sequence[OrgUnit], unit: int, day: date) -> list[CollectorShare]:
    """What collectors were given in each committee, in the order of codes and names; two queries.

    Behind them stands what was given to others there and to nobody, so that the rows of a
    committee add up to its issues.

    :param units: committees below `unit`, the reader's own, whose collectors are known by name
    """
    posts = collector_posts(unit, day).select_related("user").order_by("user__name", "user_id")
    known = {post.user_id: post.user for post in posts}
    found: dict[int, dict[int, dict[str, int]]] = {each.pk: {} for each in units}
    for post in posts:
        found.setdefault(post.unit_id, {})[post.user_id] = {}
    wanted = {name: each for name, each in counts(day).items() if name in COUNTED}
    rows: Any = of_the_last_weeks(unit, day).values("committee_id", "assigned_id")
    for row in rows.annotate(**wanted):
        kept = found.setdefault(row["committee_id"], {})
        told = kept.setdefault(_key(row["assigned_id"], known), {})
        for name in wanted:
            told[name] = told.get(name, 0) + row[name]
    order = [*known, OTHERS, NOBODY]
    return [
        _share(each, key, known.get(key), found[each.pk][key])
        for each in units for key in order if key in found[each.pk]
    ]  # fmt: skip


def _key(account: int | None, known: Mapping[int, User]) -> int:
    if account is None:
        return NOBODY
    return account if account in known else OTHERS


def _share(unit: OrgUnit, key: int, user: User | None, told: Mapping[str, int]) -> CollectorShare:
    if user is not None:
        return CollectorShare(unit, user.name, user.staff_no, f"mender={key}", **told)
    name = _("未派发") if key == NOBODY else _("派给其他岗位")
    return CollectorShare(unit, name, "", WHO[key], **told)


def collector_posts(unit: int, day: date) -> QuerySet[Appointment]:
    """The collectors' posts in a unit and below that are held on a day."""
    posts = Appointment.objects.filter(
        role=COLLECTOR, unit_id__gte=unit, unit_id__lte=unit + span_of(unit), starts_on__lte=day,
        user__is_active=True,
    )  # fmt: skip
    return posts.exclude(ends_on__lt=day)
