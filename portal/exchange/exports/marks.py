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
    def lines(self) -> tuple[str, str]:
        return self.text, self.contents
