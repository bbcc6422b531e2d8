"""The people of one committee as rows: who lives where, who did, and what is known of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.utils import timezone

from housing.cycles import cycles_by_occupancy
from portal import vault
from portal.demo.chance import Weighted
from portal.demo.homes import Home
from portal.demo.oddities import EACH, ODDITIES, number_as_printed, twice
from portal.demo.oddities import Household as Told
from portal.demo.people import Invented, People
from portal.orgs.records import new_key
from residents.categories import PopulationCategory
from residents.completeness import years_before
from residents.cycles import due_on
from residents.identity import mask_id, mask_phone, tail4
from residents.models import Household, Identity, Residence, Resident, Secret, Verification
from residents.names import list_keys
from residents.services.enrolment import kind_of
from residents.services.sealing import document_index, phone_index

LOCAL_SHARE = {"1": 0.9, "2": 0.12, "3": 0.7, "5": 0.05, "9": 0.6}
METHODS = ("V1", "V1", "V1", "V2", "V3")
KINDS = {str(category.value): kind_of(str(category.value)) for category in PopulationCategory}
GUARDED_UNTIL = 14  # years of age (domain.md §3.2)
MAY_HOLD_PERMIT = 18
MOVED, DIED, TWICE = "01", "02", "04"
LEFT_FOR = Weighted(((MOVED, 86), ("03", 5), ("06", 2), ("07", 3), ("99", 4)))
#: Days from moving in to registration; most within the week.
LAG = Weighted(((0, 22), (1, 27), (2, 21), (3, 15), (5, 9), (9, 4), (20, 2)))


@dataclass(frozen=True)
class Stay:
    """When and as what somebody lives, or lived, in a dwelling."""

    home: Home
    household: str | None
    begin: date
    verified: date
    end: date | None = None
    end_reason: str = ""
    guardian: str | None = None
    unasked: frozenset[str] = frozenset()


@dataclass
class Batch:
    """Rows of one committee, table by table."""

    code: int
    people: People
    cycle_rule: Mapping[str, int]
    crew: list[str]
    rows: dict[Any, list[dict[str, Any]]] = field(default_factory=dict)
    #: adults from elsewhere who live here today: who may hold a residence permit
    newcomers: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = self.people.random
        self.today = self.people.today
        self.guarded_since = years_before(self.today, GUARDED_UNTIL)
        self.adult_until = years_before(self.today, MAY_HOLD_PERMIT)
        self.cycles = cycles_by_occupancy(self.cycle_rule)
        # how well this committee keeps its register: some are fresher than others
        self.diligence = self.random.uniform(0.82, 0.99)
        self.rows = {
            model: [] for model in (Resident, Identity, Secret, Household, Residence, Verification)
        }

    def settle(self, homes: list[Home], *, odd: bool) -> None:
        """Fill the dwellings; `odd` puts every oddity into a few of them."""
        chosen = dict[int, Any]()
        if odd:
            wanted = [oddity for oddity in ODDITIES for _ in range(EACH)]
            places = self.random.sample(range(len(homes)), min(len(wanted), len(homes)))
            chosen = dict(zip(places, wanted, strict=False))
        for place, home in enumerate(homes):
            told = Told(home, self.people, self.random, self.cycles)
            told.members = self._members(home)
            self._sometimes(told)
            if place in chosen:
                chosen[place](told)
            self._fill(told)
        self._earlier_addresses(homes)

    def _sometimes(self, told: Told) -> None:
        """What happens now and then in any dwelling."""
        chance = self.random.random()
        if told.home.occupancy in "25" and chance < 0.1:
            told.former = self.people.sharers()
        elif told.home.occupancy == "1" and chance < 0.018:
            told.dead = [self.people.member("2", 78, 95, "52", local=True)]
        elif told.home.occupancy == "1" and chance < 0.03:
            told.absent = [self.people.member("1", 24, 46, "29", local=True)]
        elif told.home.occupancy == "2" and chance < 0.106:
            told.members = self.people.guests()
        self._carelessly(told)

    def _carelessly(self, told: Told) -> None:
        """What goes wrong where registers are kept carelessly: people twice, numbers misprinted."""
        careless = self.random.random() / (1 - self.diligence)
        if told.home.occupancy == "1" and careless < 0.03:
            number_as_printed(told)
        elif told.home.occupancy == "2" and careless < 0.06:
            twice(told)

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

    def _fill(self, told: Told) -> None:
        """The dwelling's facts, its verification, and everybody who has to do with it."""
        home, members = told.home, told.members
        verified = told.verified or self._verified_on(self.cycles[home.occupancy])
        home.occupants, home.by = len(members), self.random.choice(self.crew)
        home.method = self.random.choice(METHODS)
        home.verified_on = verified if home.occupancy != "9" else None
        home.checked_on = home.verified_on
        if home.occupancy in "125" and members:
            home.owner = members[0].name if home.occupancy == "1" else self.people.name("1")[1]
        if home.occupancy == "2" and members:
            home.lessee = members[0].name
        begin = told.begin or self._begin(home)
        if members:
            self._house(told, begin, verified)
        elif home.verified_on:
            self._verify(home, None, verified, "vacant")
        self._gone(told, begin)

    def _house(self, told: Told, begin: date, verified: date) -> None:
        household = self._household(told.home)
        guardian: str | None = None
        for member in told.members:
            child = member.birth > self.guarded_since
            named = guardian if told.guarded and self.random.random() > 0.03 else None
            stay = Stay(
                told.home, household, begin, verified, guardian=named if child else None,
                unasked=frozenset(told.unasked),
            )  # fmt: skip
            resident = self._person(member, stay)
            guardian = guardian or resident
        for member in told.absent:  # the hukou stands here, the person lives elsewhere
            member.category = "13"
            self._person(member, Stay(told.home, household, begin, verified))

    def _gone(self, told: Told, begin: date) -> None:
        """Those who lived here before, and those who died here."""
        for member in told.dead:
            born = member.birth + timedelta(days=20_000)
            end = self.today - timedelta(days=self.random.randint(5, 400))
            since = max(born, min(begin, end - timedelta(days=300)))
            self._person(member, Stay(told.home, None, since, end, end, DIED))
        if not told.former:
            return
        household = self._household(told.home, closed_on=begin)
        reason = LEFT_FOR.pick(self.random)
        for member in told.former:
            end = begin - timedelta(days=self.random.randint(2, 40))
            since = max(member.birth, end - timedelta(days=self.random.randint(90, 900)))
            self._person(member, Stay(told.home, household, since, end, end, reason))

    def _earlier_addresses(self, homes: list[Home]) -> None:
        """Some who live here now lived in another dwelling of the committee before."""
        places = [home for home in homes if home.occupancy in "12"]
        for row in list(self.rows[Residence]):
            if row["end_on"] or row["category"] != "20" or self.random.random() > 0.02:
                continue
            home = self.random.choice(places)
            since = row["begin_on"] - timedelta(days=self.random.randint(100, 700))
            if home.id == row["dwelling_id"] or since < row["birth_date"]:
                continue
            self.rows[Residence].append(row | {
                "id": new_key(), "dwelling_id": home.id, "household_id": None, "begin_on": since,
                "registered_on": since, "end_on": row["begin_on"], "end_reason": MOVED,
                "cancelled_on": row["registered_on"], "status": "ended",
                "verified_on": row["begin_on"], "due_on": row["begin_on"],
                "address_key": home.key, "short_address": home.short,
                "occupancy": home.occupancy, "code_final": home.code_state == "final",
            })  # fmt: skip

    def _household(self, home: Home, closed_on: date | None = None) -> str:
        key = new_key()
        self.rows[Household].append({
            "id": key, "committee_id": self.code, "dwelling_id": home.id,
            "kind": "C" if home.occupancy == "5" else "F", "closed_on": closed_on,
        })  # fmt: skip
        return key

    def _verified_on(self, cycle: int) -> date:
        late = self.random.random() > self.diligence
        age = self.random.randint(cycle + 1, cycle + 90) if late else self.random.randint(0, cycle)
        return self.today - timedelta(days=age)

    def _begin(self, home: Home) -> date:
        longest = 1200 if home.occupancy in "25" else 7000
        return self.today - timedelta(days=self.random.randint(20, longest))

    def _person(self, person: Invented, stay: Stay) -> str:
        """One person with documents, telephone, episode and verification."""
        key, begin = new_key(), max(stay.begin, person.birth)
        infant = self.today - person.birth < timedelta(days=300)
        if infant and person.number and self.random.random() < 0.5:
            person.number = ""
            if person.category == "11":
                person.category = "40"
        if self.random.random() < 0.02:
            person.phone = ""
        copies = self._copies(person)
        self.rows[Resident].append(self._resident(key, person, stay, copies, begin))
        if person.number:
            self._keep_number(key, person, copies["id_mask"])
        if person.phone:
            self._seal(key, "phone", person.phone)
        self._episode(key, person, stay, copies, begin)
        return key

    def _copies(self, person: Invented) -> dict[str, Any]:
        """What a person's row and an episode both say of the person."""
        order, initials = list_keys(person.name)
        return {
            "name": person.name, "name_key": order, "initials": initials, "sex": person.sex,
            "birth_date": person.birth, "origin": person.origin,
            "id_mask": mask_id(person.number) if person.number else "",
            "id_tail": tail4(person.number), "category": person.category,
            "phone_mask": mask_phone(person.phone) if person.phone else "",
        }  # fmt: skip

    def _resident(
        self, key: str, person: Invented, stay: Stay, copies: dict[str, Any], begin: date
    ) -> dict[str, Any]:
        registered = _moment(begin, 9)
        stated = person.category == "20" and self.random.random() > 0.03
        return {
            "id": key, "committee_id": self.code, "hukou_address": person.hukou_address,
            "ethnicity": "" if person.nationality != "CHN" else "01",
            "nationality": person.nationality, "foreign_name": person.foreign_name,
            "doc_type": person.document if person.number else "",
            "phone_index": phone_index(person.phone) if person.phone else None,
            "guardian_id": stay.guardian, "vital_status": "2" if stay.end_reason == DIED else "1",
            "arrived_on": begin if stated and "arrived_on" not in stay.unasked else None,
            "note": "户口在此，人住外区" if person.category == "13" else "",
            "notice_given_on": begin, "created_at": registered, "created_by": stay.home.by,
            "updated_at": registered, "updated_by": stay.home.by, **copies,
        }  # fmt: skip

    def _episode(
        self, key: str, person: Invented, stay: Stay, copies: dict[str, Any], begin: date
    ) -> None:
        home, episode = stay.home, new_key()
        registered = min(stay.end or self.today, begin + timedelta(days=LAG.pick(self.random)))
        verified = max(stay.verified, registered)
        row = {
            "id": episode, "committee_id": self.code, "resident_id": key,
            "dwelling_id": home.id, "household_id": stay.household,
            "kind": KINDS[person.category], "begin_on": begin, "registered_on": registered,
            "end_on": stay.end, "end_reason": stay.end_reason,
            "status": "ended" if stay.end else "active",
            "cancelled_on": stay.end and min(
                self.today, stay.end + timedelta(days=self.random.randint(0, 20))
            ),
            "reason": self._reason(person, stay), "relation": person.relation,
            "tenancy_role": self._tenancy(home, person), "is_primary": person.category != "13",
            "verified_on": verified, "verified_method": home.method, "verified_by": home.by,
            "due_on": due_on(verified, home.occupancy, person.category, self.cycle_rule),
            "address_key": home.key, "short_address": home.short, "occupancy": home.occupancy,
            "code_final": home.code_state == "final", **copies,
        }  # fmt: skip
        self.rows[Residence].append(row)
        self._verify(home, episode, verified, "unchanged")
        if person.birth <= self.adult_until and person.category == "20" and not stay.end:
            self.newcomers.append(row)

    def _reason(self, person: Invented, stay: Stay) -> str:
        unasked = person.category == "20" and self.random.random() < 0.02
        if unasked or "reason" in stay.unasked:
            return ""
        return person.reason or ("" if person.category in {"11", "13", "40"} else "03")

    def _tenancy(self, home: Home, person: Invented) -> str:
        """What right the person lives there by; now and then nobody has asked."""
        if self.random.random() < 0.01:
            return ""
        head = person.relation == "02"
        if home.occupancy == "2":
            return "T3" if head else "T5" if person.relation == "99" else "T4"
        return {"1": "T1" if head else "T2", "5": "T7"}.get(home.occupancy, "T9")

    def _keep_number(self, resident: str, person: Invented, mask: str) -> None:
        self.rows[Identity].append({
            "id": new_key(), "committee_id": self.code, "resident_id": resident,
            "doc_type": person.document, "mask": mask, "as_printed": person.as_printed,
            "blind_index": document_index(person.document, person.number),
        })  # fmt: skip
        self._seal(resident, "identity", person.number)

    def _seal(self, resident: str, kind: str, plain: str) -> None:
        row = new_key()
        key_id, cipher = vault.seal(plain, row=row, kind=kind)
        self.rows[Secret].append({
            "id": row, "committee_id": self.code, "resident_id": resident, "kind": kind,
            "key_id": key_id, "cipher": cipher,
        })  # fmt: skip

    def _verify(self, home: Home, episode: str | None, day: date, outcome: str) -> None:
        self.rows[Verification].append({
            "id": new_key(), "committee_id": self.code, "dwelling_id": home.id,
            "residence_id": episode, "outcome": outcome, "method": home.method,
            "verified_on": day, "by_name": home.by, "at": _moment(day, 15),
        })  # fmt: skip

    def tables(self) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        yield from self.rows.items()


@lru_cache(maxsize=50_000)
def _moment(day: date, hour: int) -> str:
    """Half past the hour on a day, as COPY writes it."""
    return str(timezone.make_aware(datetime.combine(day, time(hour, 30))))
