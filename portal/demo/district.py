"""The synthetic district: believable, deterministic by seed, loaded with COPY.

It passes through the same pinyin, masks, encryption and database constraints as real entry, but
not through the services one by one: thirty thousand acts would take minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.utils import timezone

from housing.models import AddressPlate, Building, DwellingUnit
from portal import vault
from portal.demo.copying import copy_rows
from portal.demo.homes import Home, build, dwelling_rows
from portal.demo.people import Invented, People
from portal.orgs.records import new_id
from residents.identity import age_on, mask_id, mask_phone, tail4
from residents.models import Household, Identity, Residence, Resident, Secret, Verification
from residents.names import pinyin_of

CYCLES = {"1": 365, "2": 90, "3": 180, "4": 180, "5": 90, "6": 180, "9": 180}
LOCAL_SHARE = {"1": 0.9, "2": 0.12, "3": 0.7, "5": 0.05, "9": 0.6}
METHODS = ("V1", "V1", "V1", "V2", "V3")
GUARDED_UNTIL = 14  # years of age (domain.md §3.2)
PEOPLE_PER_HOME = 2.5  # vacant dwellings counted; buildings are filled up to whole floors
COLLECTORS = ("顾小满", "陶立群", "苏婉", "姚建国", "方晓", "白露")


@dataclass
class District:
    """Rows of everything, gathered per committee and loaded table by table."""

    seed: int
    today: date
    random: Random = field(init=False)
    people: People = field(init=False)
    counts: dict[str, int] = field(default_factory=dict)
    population: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311  invention, not secrecy
        self.people = People(self.random, self.today)
        self.at = timezone.make_aware(datetime.combine(self.today, time(6, 0)))

    def settle(self, committees: list[int], people_wanted: int, home: int) -> None:
        """Fill the committees with about `people_wanted` people; `home` is the largest."""
        share = people_wanted / (len(committees) + 1.5)
        for index, code in enumerate(committees):
            size = share * (2.5 if code == home else self.random.uniform(0.75, 1.25))
            self._committee(code, index, size, main=code == home)

    def _committee(self, code: int, index: int, people: float, *, main: bool) -> None:
        housing = build(code, index, int(people / PEOPLE_PER_HOME), self.random, tall_first=main)
        self._copy(AddressPlate, housing.plates)
        self._copy(Building, housing.buildings)
        batch = Batch(self, code)
        for home in housing.homes:
            batch.fill(home)
        self._copy(DwellingUnit, list(dwelling_rows(housing.homes, self.at)))
        for model, rows in batch.tables():
            self._copy(model, rows)
        self.population[code] = len(batch.residences)

    def _copy(self, model: Any, rows: list[dict[str, Any]]) -> None:
        copied = copy_rows(model, rows)
        self.counts[model._meta.label] = self.counts.get(model._meta.label, 0) + copied


class Batch:
    """The people of one committee as rows."""

    def __init__(self, district: District, code: int) -> None:
        self.district, self.code = district, code
        self.random, self.people, self.today = district.random, district.people, district.today
        self.residents: list[dict[str, Any]] = []
        self.identities: list[dict[str, Any]] = []
        self.secrets: list[dict[str, Any]] = []
        self.households: list[dict[str, Any]] = []
        self.residences: list[dict[str, Any]] = []
        self.verifications: list[dict[str, Any]] = []
        # how well this committee keeps its register: some are fresher than others
        self.diligence = self.random.uniform(0.82, 0.99)
        self.collector = self.random.choice(COLLECTORS)

    def tables(self) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        yield Resident, self.residents
        yield Identity, self.identities
        yield Secret, self.secrets
        yield Household, self.households
        yield Residence, self.residences
        yield Verification, self.verifications

    def fill(self, home: Home) -> None:
        """Give the dwelling its people, its verification and its small errors."""
        members = self._members(home)
        verified = self._verified_on(CYCLES[home.occupancy])
        home.occupants, home.by = len(members), self.collector
        home.method = self.random.choice(METHODS)
        home.verified_on = verified if home.occupancy != "9" else None
        home.checked_on = home.verified_on
        if home.occupancy in "125" and members:
            home.owner = members[0].name if home.occupancy == "1" else self.people.name("1")[1]
        if not members:
            if home.verified_on:
                self._verify(home, None, verified, "vacant")
            return
        household = new_id()
        self.households.append({
            "id": household, "committee_id": self.code, "dwelling_id": home.id,
            "kind": "C" if home.occupancy == "5" else "F",
        })  # fmt: skip
        begin = self._begin(home)
        guardian: UUID | None = None
        for member in members:
            child = age_on(member.birth, self.today) < GUARDED_UNTIL
            named = guardian if child and self.random.random() > 0.03 else None
            resident = self._person(home, household, member, begin, verified, named)
            guardian = guardian or resident

    def _members(self, home: Home) -> list[Invented]:
        if home.occupancy in "49":  # vacant, or not visited yet
            odd = home.occupancy == "4" and self.random.random() < 0.03
            return self.people.family(local=True)[:1] if odd else []
        local = self.random.random() < LOCAL_SHARE.get(home.occupancy, 0.6)
        if home.occupancy == "5":
            return [person for _ in range(3) for person in self.people.sharers()][:6]
        if home.occupancy == "2" and not local:
            return self.people.sharers() if self.random.random() < 0.45 else self._renters()
        members = self.people.family(local=local)
        if local and self.random.random() < 0.22:
            for member in members:
                member.category, member.origin = "12", "上海静安"
        return members

    def _renters(self) -> list[Invented]:
        members = self.people.family(local=False)
        for member in members:
            member.reason = self.random.choice(("01", "02", "03", "07"))
        return members

    def _verified_on(self, cycle: int) -> date:
        late = self.random.random() > self.diligence
        age = self.random.randint(cycle + 1, cycle + 90) if late else self.random.randint(0, cycle)
        return self.today - timedelta(days=age)

    def _begin(self, home: Home) -> date:
        longest = 1200 if home.occupancy in "25" else 7000
        return self.today - timedelta(days=self.random.randint(20, longest))

    def _person(
        self, home: Home, household: UUID, person: Invented, begin: date, verified: date,
        guardian: UUID | None,
    ) -> UUID:  # fmt: skip
        resident = new_id()
        full, initials = pinyin_of(person.name)
        infant = self.today - person.birth < timedelta(days=300)
        number = "" if infant and self.random.random() < 0.5 else person.number
        phone = "" if self.random.random() < 0.02 else person.phone
        begin = max(begin, person.birth)
        copies: dict[str, Any] = {
            "name": person.name, "name_key": f"{full} {person.name}", "initials": initials,
            "sex": person.sex, "birth_date": person.birth, "origin": person.origin,
            "id_mask": mask_id(number) if number else "", "id_tail": tail4(number),
            "phone_mask": mask_phone(phone) if phone else "", "category": person.category,
        }  # fmt: skip
        row = self._resident(resident, person, copies, phone, begin, bool(number))
        self.residents.append(row | {"guardian_id": guardian})
        if number:
            self._keep_number(resident, number, copies["id_mask"])
        if phone:
            self._seal(resident, "phone", phone)
        reason = person.reason or ("" if person.category == "11" else "03")
        if person.category == "20" and self.random.random() < 0.02:
            reason = ""
        episode = new_id()
        registered = min(self.today, begin + timedelta(days=self._lag()))
        self.residences.append({
            "id": episode, "committee_id": self.code, "resident_id": resident,
            "dwelling_id": home.id, "household_id": household,
            "kind": {"11": "H", "12": "S"}.get(person.category, "R"), "begin_on": begin,
            "registered_on": registered, "reason": reason, "relation": person.relation,
            "tenancy_role": self._tenancy(home, person),
            "verified_on": max(verified, registered), "verified_method": home.method,
            "verified_by": self.collector,
            "due_on": max(verified, registered) + timedelta(days=CYCLES[home.occupancy]),
            "address_key": home.key, "short_address": home.short, "occupancy": home.occupancy,
            "code_final": home.code_state == "final", **copies,
        })  # fmt: skip
        self._verify(home, episode, max(verified, registered), "unchanged")
        return resident

    def _resident(
        self, key: UUID, person: Invented, copies: dict[str, Any], phone: str, begin: date,
        numbered: bool,
    ) -> dict[str, Any]:  # fmt: skip
        registered = timezone.make_aware(datetime.combine(begin, time(9, 30)))
        return {
            "id": key, "committee_id": self.code, "ethnicity": "01",
            "hukou_address": person.hukou_address, "doc_type": "111" if numbered else "",
            "phone_index": vault.blind_index(phone) if phone else None,
            "arrived_on": begin if person.category == "20" and self.random.random() > 0.03
            else None,
            "notice_given_on": begin, "created_at": registered, "created_by": self.collector,
            "updated_at": registered, "updated_by": self.collector, **copies,
        }  # fmt: skip

    def _tenancy(self, home: Home, person: Invented) -> str:
        """What right the person lives there by; now and then nobody has asked."""
        if self.random.random() < 0.01:
            return ""
        head = person.relation == "02"
        if home.occupancy == "2":
            return "T3" if head else "T5" if person.relation == "99" else "T4"
        return {"1": "T1" if head else "T2", "5": "T7"}.get(home.occupancy, "T9")

    def _lag(self) -> int:
        """Days from moving in to registration; most within the week."""
        return self.random.choices((0, 1, 2, 3, 5, 9, 20), (20, 25, 20, 15, 10, 7, 3))[0]

    def _keep_number(self, resident: UUID, number: str, mask: str) -> None:
        self.identities.append({
            "id": new_id(), "committee_id": self.code, "resident_id": resident, "doc_type": "111",
            "blind_index": vault.blind_index(number), "mask": mask,
        })  # fmt: skip
        self._seal(resident, "identity", number)

    def _seal(self, resident: UUID, kind: str, plain: str) -> None:
        row = new_id()
        key_id, cipher = vault.seal(plain, row=row, kind=kind)
        self.secrets.append({
            "id": row, "committee_id": self.code, "resident_id": resident, "kind": kind,
            "key_id": key_id, "cipher": cipher,
        })  # fmt: skip

    def _verify(self, home: Home, episode: UUID | None, day: date, outcome: str) -> None:
        self.verifications.append({
            "id": new_id(), "committee_id": self.code, "dwelling_id": home.id,
            "residence_id": episode, "outcome": outcome, "method": home.method,
            "verified_on": day, "by_name": self.collector,
            "at": timezone.make_aware(datetime.combine(day, time(15, 0))),
        })  # fmt: skip
