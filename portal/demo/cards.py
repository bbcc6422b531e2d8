"""Residence permits that were issued before: cases that ended, their cards, ready for COPY.

What `permits.services` would have written one case at a time, stamps in the order of the work.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from permits import eligibility, materials, transitions
from permits.deadlines import a_year_later, decision_due
from permits.models import (
    EligibilityCheck,
    PermitApplication,
    PermitMaterial,
    PermitSecret,
    ResidencePermit,
)
from portal import vault
from portal.demo.chance import Dice, Weighted
from portal.orgs.records import new_key
from portal.orgs.scope import STREET_SPAN
from portal.rules.services import Rule
from portal.rules.working_days import is_working_day
from residents.identity import mask_id

#: Share of the adults from elsewhere who hold a permit.
HOLDERS = 0.4
REASON_OF = {"01": "employment", "02": "employment", "04": "study", "07": "other"}
#: Age of the card in days, and how often: fresh, running out within 30 days, expired.
AGES = Weighted((((12, 330), 84), ((337, 362), 8), ((368, 440), 8)))
PROOF: dict[str, str] = {
    eligibility.Condition.DWELLING: "租赁登记备案，有效期内",
    eligibility.Condition.EMPLOYMENT: "劳动合同，社会保险连续缴纳 6 个月以上",
    eligibility.Condition.STUDY: "学校出具的连续就读证明",
}
PROVES: dict[str, str] = {
    "employment": eligibility.Condition.EMPLOYMENT,
    "study": eligibility.Condition.STUDY,
}


@dataclass(frozen=True)
class Official:
    """Somebody at a desk; `key` is blank where nobody of that name has an account."""

    name: str
    key: int | None = None


Desks = Mapping[int, tuple[Official, Official, Official]]


@dataclass
class Cards:
    """Rows of issued permits, table by table."""

    random: Dice
    today: date
    rule: Rule
    desks: Desks
    rows: dict[Any, list[dict[str, Any]]] = field(default_factory=dict)
    given: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rows = {
            model: []
            for model in (
                PermitApplication, EligibilityCheck, PermitMaterial, ResidencePermit, PermitSecret,
            )
        }  # fmt: skip

    def issue_to(self, newcomers: list[dict[str, Any]]) -> None:
        """Give permits to as many as hold one; the rest have not asked, or may not yet."""
        waited = self.rule["registered_months"] * 31
        left = int(len(newcomers) * HOLDERS)
        # a permit asks for a document and for the house code of the address
        able = [each for each in newcomers if each["id_mask"] and each["code_final"]]
        shuffled = self.random.sample(able, len(able))
        for person in shuffled:
            card = self._card_day()
            applied = self._applied_on(card)
            if left and (applied - person["registered_on"]).days >= waited:
                self._card(person, applied, card)
                left -= 1

    def _card_day(self) -> date:
        low, high = AGES.pick(self.random)
        return _working(self.today - timedelta(days=self.random.randint(low, high)))

    def _applied_on(self, issued: date) -> date:
        return _working(issued - timedelta(days=self.random.randint(9, 14)))

    def _card(self, person: dict[str, Any], applied: date, issued: date) -> None:
        case, code = new_key(), person["committee_id"]
        street = code - code % STREET_SPAN
        window, reviewer, approver = self.desks[street]
        reason = REASON_OF.get(person["reason"], "family")
        months = eligibility.months_between(person["registered_on"], applied)
        reviewed = _working(applied + timedelta(days=4))
        decided = _working(reviewed + timedelta(days=3))
        again = months > 30 and self.random.random() < 0.7
        self.rows[PermitApplication].append({
            "id": case, "committee_id": code, "case_no": self._case_no(street, applied),
            "kind": "replacement" if again else "first", "applicant_id": person["resident_id"],
            "residence_id": person["id"], "dwelling_id": person["dwelling_id"],
            "applicant_name": person["name"], "applicant_mask": person["id_mask"],
            "short_address": person["short_address"], "reason": reason,
            "state": transitions.COLLECTED, "rule": self.rule.label, "applied_on": applied,
            "months_registered": months, "due_on": decision_due(
                applied, working_days=self.rule["decision_working_days"],
                calendar_days=self.rule["decision_calendar_days"],
            ),
            "accepted_at": self._at(applied), "accepted_by": window.key,
            "accepted_by_name": window.name, "transferred_at": self._at(applied, 16),
            "transferred_by_name": window.name, "reviewed_at": self._at(reviewed),
            "reviewed_by": reviewer.key, "reviewed_by_name": reviewer.name,
            "review_result": "pass", "review_opinion": "材料齐全，符合条件",
            "decided_at": self._at(decided), "decided_by": approver.key,
            "decided_by_name": approver.name, "made_at": self._at(issued),
            "collected_at": self._at(_later(issued, 2)), "version": 7,
        })  # fmt: skip
        self._checks(case, code, reason, person, months, reviewer, self._at(reviewed))
        for material in materials.needed_for(reason):
            self.rows[PermitMaterial].append({
                "id": new_key(), "committee_id": code, "case_id": case, "kind": material.key,
                "received_on": applied, "received_by_name": window.name,
            })  # fmt: skip
        first = issued - timedelta(days=365 * self.random.randint(1, 2)) if again else issued
        self._permit(case, person, issued, first)

    def _checks(
        self, case: str, code: int, reason: str, person: dict[str, Any], months: int,
        reviewer: Official, at: datetime,
    ) -> None:  # fmt: skip
        registered = f"{person['registered_on']} 起，满 {months} 个月"
        proved: dict[str, tuple[str, str, str]] = {
            eligibility.Condition.REGISTERED: ("yes", "居住登记", registered),
            eligibility.Condition.DWELLING: (
                "yes",
                "审查认定",
                PROOF[eligibility.Condition.DWELLING],
            ),
        }
        if reason in PROVES:
            proved[PROVES[reason]] = ("yes", "审查认定", PROOF[PROVES[reason]])
        for condition in eligibility.conditions_of(self.rule["conditions"]):
            met, source, note = proved.get(condition, ("unproven", "", ""))
            self.rows[EligibilityCheck].append({
                "id": new_key(), "committee_id": code, "case_id": case, "condition": condition,
                "met": met, "source": source, "note": note, "checked_at": at,
                "checked_by_name": reviewer.name if source == "审查认定" else "",
            })  # fmt: skip

    def _permit(self, case: str, person: dict[str, Any], issued: date, first: date) -> None:
        key, row, code = new_key(), new_key(), person["committee_id"]
        number = card_number(self.random)
        self.rows[ResidencePermit].append({
            "id": key, "committee_id": code, "case_id": case, "holder_id": person["resident_id"],
            "holder_name": person["name"], "short_address": person["short_address"],
            "number_mask": mask_id(number), "blind_index": vault.blind_index(f"permit:{number}"),
            "issued_on": issued, "first_issued_on": first, "valid_to": a_year_later(issued),
            "rule": self.rule.label,
        })  # fmt: skip
        key_id, cipher = vault.seal(number, row=row, kind="permit")
        self.rows[PermitSecret].append({
            "id": row, "committee_id": code, "permit_id": key, "key_id": key_id, "cipher": cipher,
        })  # fmt: skip

    def _case_no(self, street: int, applied: date) -> str:
        stem = f"{street // STREET_SPAN}{applied:%Y%m%d}"
        self.given[stem] += 1
        return f"{stem}{self.given[stem]:03d}"

    def _at(self, day: date, hour: int = 0) -> datetime:
        hour = hour or self.random.randint(9, 15)
        minute = time(hour, self.random.randint(0, 59), tzinfo=timezone.get_default_timezone())
        return datetime.combine(day, minute)


def card_number(random: Random) -> str:
    """Eighteen characters that no card has: two letters, then digits."""
    return f"XT{random.randrange(10**16):016d}"


def _working(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days)
