"""Whose file it is: the words above the rows of every export, on the screen and on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.ui.formats import whole

SEPARATOR = "　"


@dataclass(frozen=True)
class Mark:
    """Number, unit, person, moment, purpose; what was asked for and how many rows there are."""

    number: str
    unit: str
    person: str
    at: datetime
    purpose: str
    conditions: Sequence[str]
    rows: int
    measure: str

    @property
    def text(self) -> str:
        """One line: `导出 EX-… 兰桂园居委会 周敏 LGY-003 2026-11-20 09:58 用途 月度核对`."""
        local = timezone.localtime(self.at)
        parts = [
            _("导出 %(number)s") % {"number": self.number}, self.unit, self.person,
            f"{local:%Y-%m-%d %H:%M}", _("用途 %(purpose)s") % {"purpose": self.purpose},
        ]  # fmt: skip
        return SEPARATOR.join(parts)

    @property
    def contents(self) -> str:
        """One line: the conditions of the list and the number of rows."""
        asked = "，".join(self.conditions) or _("不限")
        count = _("共 %(n)s %(unit)s") % {"n": whole(self.rows), "unit": self.measure}
        return SEPARATOR.join([_("条件 %(asked)s") % {"asked": asked}, count])

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The same one by one, for the sheet behind the rows."""
        local = timezone.localtime(self.at)
        return [
            (_("导出编号"), self.number), (_("单位"), self.unit), (_("导出人"), self.person),
            (_("导出时间"), f"{local:%Y-%m-%d %H:%M}"), (_("用途"), self.purpose),
            (_("条件"), "，".join(self.conditions) or _("不限")),
            (_("条数"), f"{whole(self.rows)} {self.measure}"),
        ]  # fmt: skip

    @property
    def lines(self) -> tuple[str, str]:
        return self.text, self.contents
