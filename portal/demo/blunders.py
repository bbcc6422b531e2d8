"""What the home committee's register has wrong beyond the oddities: something for every rule.

These rows could not be entered; a register that was filled from older systems holds them. They
are written into the finished rows of one committee, before the rules look at it for the first time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connections, models
from django.utils import timezone

from housing.codes import mod11_10
from portal.accounts.models import User
from portal.demo.oddities import EACH
from portal.orgs.records import new_id
from residents.models import Residence, Resident, Verification
from staffing.models import WorkArea

#: Columns of both rows of a person that are wrong, by rule (SQL; `sex` and the like are columns).
OF_BOTH = {
    "R-020": "sex = CASE sex WHEN '1' THEN '2' ELSE '1' END",
    "R-160": "birth_date = '1912-05-05'",
    "R-196": "sex = '9'",
}
OF_PERSON = {
    "R-170": "nationality = 'JPN'",
    "R-180": "vital_status = '2'",
    "R-260": "version = 8, created_at = %(lately)s",
}
OF_EPISODE = {
    "R-140": "begin_on = %(begun)s, registered_on = %(told)s, verified_on = %(told)s",
    "R-200": "reason = 'ZZ'",
}
OF_DWELLING = {"R-070": "status = 'merged'", "R-201": "tenure = '8'"}
SHARING = 10  # people who give one telephone
HASTE = 33  # homes found unchanged within an hour
LOCALS = """
SELECT id, resident_id, dwelling_id FROM residents_residence
WHERE committee_id = %(home)s AND status = 'active' AND is_primary AND category = %(category)s
    AND length(id_mask) = 18 AND phone_mask <> '' AND code_final AND birth_date < %(grown)s
ORDER BY address_key DESC, name_key, birth_date, id_tail
"""
PLATES = """
SELECT plate_id FROM housing_building WHERE committee_id = %(home)s AND status = 'existing'
ORDER BY dwelling_count, sort_key LIMIT %(each)s
"""
HELD = """
SELECT p.id, c.residence_id FROM permits_residencepermit p
JOIN permits_permitapplication c ON c.id = p.case_id
WHERE p.committee_id = %(home)s AND p.status = 'valid' AND p.valid_to > %(today)s
ORDER BY c.case_no LIMIT 2 * %(each)s
"""


@dataclass
class Blunders:
    """One committee's rows, a few of which are made wrong; each is taken for one rule only."""

    home: int
    today: date
    values: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        lately = timezone.make_aware(datetime.combine(self.today - timedelta(days=3), time(9, 30)))
        self.values = {
            "home": self.home, "today": self.today, "lately": lately, "each": EACH,
            "begun": self.today - timedelta(days=20), "told": self.today - timedelta(days=5),
            "grown": date(self.today.year - 30, 1, 1),
        }  # fmt: skip

    def make(self) -> None:
        locals_ = iter(self._apart(self._rows(LOCALS, category="11")))
        for columns in OF_BOTH.values():
            for episode, person, _ in self._some(locals_):
                self._set("residents_residence", columns, episode)
                self._set("residents_resident", columns, person)
        for columns in OF_PERSON.values():
            for _, person, _ in self._some(locals_):
                self._set("residents_resident", columns, person)
        for columns in OF_EPISODE.values():
            for episode, _, _ in self._some(locals_):
                self._set("residents_residence", columns, episode)
        for columns in OF_DWELLING.values():
            for _, _, dwelling in self._some(locals_):
                self._set("housing_dwellingunit", columns, dwelling)
        for place, (_, _, dwelling) in enumerate(self._some(locals_)):
            self._code(dwelling, place)
        self._separate(locals_)
        self._lose(locals_)
        self._share(locals_)
        self._forget()
        self._retire()
        self._outlive()
        self._hurry()
        self._leave_empty()

    def _rows(self, query: str, **more: Any) -> list[Any]:
        with connections["owner"].cursor() as cursor:
            cursor.execute(query, self.values | more)
            return list(cursor.fetchall())

    def _do(self, statement: str, **more: Any) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(statement, self.values | more)

    def _set(self, table: str, columns: str, key: Any) -> None:
        self._do(f"UPDATE {table} SET {columns} WHERE id = %(key)s", key=key)  # noqa: S608  names of ours

    @staticmethod
    def _apart(rows: Sequence[Any]) -> Iterator[Any]:
        """One person of each home."""
        seen = set()
        for row in rows:
            if row[2] not in seen:
                seen.add(row[2])
                yield row

    @staticmethod
    def _some(rows: Iterator[Any], count: int = EACH) -> list[Any]:
        return [row for _, row in zip(range(count), rows, strict=False)]

    def _code(self, dwelling: Any, place: int) -> None:
        """A code whose check digit is another's (R-090)."""
        body = f"{self.home}{place + 1:013d}"
        wrong = (int(mod11_10(body)) + 1) % 10
        columns = "house_code = %(code)s, code_state = 'final'"
        self._do(
            f"UPDATE housing_dwellingunit SET {columns} WHERE id = %(key)s",  # noqa: S608  names of ours
            key=dwelling, code=f"{body}{wrong}",
        )  # fmt: skip

    def _copy(self, model: type[models.Model], key: Any, **other: Any) -> None:
        """The row again under a new key, with other values in some columns."""
        table = model._meta.db_table
        names = [
            str(column.column)
            for column in model._meta.concrete_fields
            if not isinstance(column, models.GeneratedField)
        ]
        picked = ", ".join(f"%({name})s" if name in other else name for name in names)
        self._do(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {picked}"  # noqa: S608  names of ours
            f" FROM {table} WHERE id = %(key)s",
            key=key, **other,
        )  # fmt: skip

    def _separate(self, rows: Iterator[Any]) -> None:
        """Separated from a hukou that is in this very committee (R-230)."""
        for episode, person, _ in self._some(rows):
            (_, _, elsewhere) = next(rows)
            self._copy(
                Residence, episode, id=str(new_id()), dwelling_id=elsewhere, household_id=None,
                is_primary=False, kind="A", category="13",
            )  # fmt: skip
            self._set("residents_residence", "category = '12', kind = 'S'", episode)
            self._set("residents_resident", "category = '12'", person)

    def _lose(self, rows: Iterator[Any]) -> None:
        """People without any episode (R-050)."""
        blank = dict.fromkeys(("doc_type", "id_mask", "id_tail", "phone_mask"), "")
        for _, person, _ in self._some(rows):
            self._copy(Resident, person, id=str(new_id()), phone_index=None, **blank)

    def _share(self, rows: Iterator[Any]) -> None:
        """One telephone for many homes (R-250)."""
        sharing = self._some(rows, SHARING)
        for episode, person, _ in sharing:
            self._do(
                "UPDATE residents_resident SET (phone_index, phone_mask) = (SELECT phone_index,"
                " phone_mask FROM residents_resident WHERE id = %(first)s) WHERE id = %(key)s",
                first=sharing[0][1], key=person,
            )  # fmt: skip
            self._do(
                "UPDATE residents_residence SET phone_mask = (SELECT phone_mask FROM"
                " residents_resident WHERE id = %(first)s) WHERE id = %(key)s",
                first=sharing[0][1], key=episode,
            )  # fmt: skip

    def _forget(self) -> None:
        """Newcomers of whom nobody wrote down where from, and by what right they live here."""
        rows = iter(self._apart(self._rows(LOCALS, category="20")))
        for episode, person, _ in self._some(rows):
            self._set("residents_residence", "origin = ''", episode)
            self._set("residents_resident", "origin = ''", person)
        for episode, _, _ in self._some(rows):
            self._set("residents_residence", "tenancy_role = ''", episode)

    def _retire(self) -> None:
        """Plates that were changed on the spot and not here (R-240)."""
        for (plate,) in self._rows(PLATES):
            self._set("housing_addressplate", "retired_on = %(begun)s", plate)

    def _outlive(self) -> None:
        """Permits whose holder is gone (R-210), and some that nobody endorsed (R-220)."""
        held = self._rows(HELD)
        for _, episode in held[:EACH]:
            self._do(
                "WITH gone AS (UPDATE residents_residence SET status = 'ended', end_on = %(told)s,"
                " end_reason = '01', cancelled_on = %(told)s WHERE id = %(key)s"
                " RETURNING dwelling_id) UPDATE housing_dwellingunit SET occupants = occupants - 1"
                " WHERE id IN (SELECT dwelling_id FROM gone) AND occupants > 0",
                key=episode,
            )
        for permit, _ in held[EACH:]:
            day = self.today - timedelta(days=75)
            self._do(
                "UPDATE permits_residencepermit SET valid_to = %(until)s, issued_on = %(from)s,"
                " first_issued_on = least(first_issued_on, %(from)s) WHERE id = %(key)s",
                key=permit, until=day, **{"from": day - timedelta(days=365)},
            )  # fmt: skip

    def _hurry(self) -> None:
        """Two hours in which somebody clicked through more homes than can be seen (R-261)."""
        homes = list(self._apart(self._rows(LOCALS, category="11")))[:HASTE]
        clerks = User.objects.filter(username__in=("zhoumin", "xuwanqing")).order_by("username")
        yesterday = self.today - timedelta(days=1)
        for hour, clerk in zip((10, 15), clerks, strict=False):
            at = timezone.make_aware(datetime.combine(yesterday, time(hour, 20)))
            told = {"method": "V2", "verified_on": yesterday, "by_name": clerk.name}
            for episode, _, dwelling in homes:
                self._insert(
                    Verification, dwelling_id=dwelling, residence_id=episode, at=at,
                    outcome="unchanged", user_id=clerk.pk, note="", **told,
                )  # fmt: skip
                self._do(
                    "UPDATE residents_residence SET verified_on = %(verified_on)s, verified_method"
                    " = %(method)s, verified_by = %(by_name)s WHERE id = %(key)s",
                    key=episode, **told,
                )  # fmt: skip

    def _leave_empty(self) -> None:
        """Patches that were named and never laid out (R-280)."""
        for code in ("新划甲片", "新划乙片"):
            self._insert(
                WorkArea, code=code, dwellings=0, workload=0, version=1,
                valid_from=self.today - timedelta(days=2),
            )  # fmt: skip

    def _insert(self, model: type[models.Model], **columns: Any) -> None:
        told = {"id": str(new_id()), "committee_id": self.home, **columns}
        places = ", ".join(f"%({name})s" for name in told)
        self._do(
            f"INSERT INTO {model._meta.db_table} ({', '.join(told)}) VALUES ({places})",  # noqa: S608  names of ours
            **told,
        )
