"""What a lease must keep to (domain §3.12, §2.8). Plain Python; the figures are a rule set's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

RULE = "rental_limits"
#: Days before the end of a lease from which on somebody is asked what comes after it.
NOTICE_DAYS = 30
#: Kinds that let the dwelling as a whole or by rooms; two such leases do not overlap.
WHOLE, SHARED = "whole", "shared"
CENTRALISED = "centralised"
DORMITORY = "dormitory"
#: A registration may be entered before its first day, but not long before (V-DATE-ORD).
AHEAD = timedelta(days=30)
#: `LONGEST_DAYS` is what the database holds: twenty years with their leap days.
LONGEST_DAYS = 7305
Problem = tuple[str, str]


def years_after(day: date, years: int) -> date:
    """The same day so many years later; the last of February where it has no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def problems_of(
    terms: Mapping[str, Any], today: date, limits: Mapping[str, int]
) -> Iterator[Problem]:
    """What is wrong with the terms of a lease: field and sentence.

    :param limits: parameters of the rule set `rental_limits`
    """
    yield from _period(terms["starts_on"], terms["ends_on"], today, limits["longest_years"])
    rooms, people = terms.get("room_count") or 0, terms.get("persons_declared") or 0
    many = rooms >= limits["centralised_rooms"] or people >= limits["centralised_people"]
    if many and terms["kind"] not in {CENTRALISED, DORMITORY}:
        yield (
            "kind",
            f"出租 {limits['centralised_rooms']} 间以上或 {limits['centralised_people']} 人以上的，"
            "租赁方式选“集中出租”或“集体宿舍”",
        )
    if bool(terms.get("filing_no")) != bool(terms.get("filed_on")):
        blank = "filed_on" if terms.get("filing_no") else "filing_no"
        yield blank, "备案号和备案日期要一起填；还没备案就都空着"
    if terms.get("filed_on") and terms["filed_on"] > today:
        yield "filed_on", "备案日期晚于今天"


def _period(starts_on: date, ends_on: date, today: date, longest: int) -> Iterator[Problem]:
    if ends_on < starts_on:
        yield "ends_on", "止租日期早于起租日期"
    elif ends_on >= years_after(starts_on, longest):
        yield "ends_on", f"租期最长 {longest} 年（民法典第七百零五条）"
    if starts_on > today + AHEAD:
        yield "starts_on", "起租日期在 30 天以后，到时再登记"


def excludes(kind: str, other: str) -> bool:
    """Whether two leases of one dwelling may not run at once: one of them lets all of it."""
    return WHOLE in {kind, other} and {kind, other} <= {WHOLE, SHARED}


def overlap(one: tuple[date, date], other: tuple[date, date]) -> bool:
    """Whether two periods share a day; both ends count."""
    return one[0] <= other[1] and other[0] <= one[1]
