"""Rows of the equity check, drawn in Python: a street has twenty committees in each comparison."""

from collections.abc import Iterable

from django.utils.safestring import SafeString

from assessment.equity import Member
from portal.ui import formats
from portal.ui.drawing import fill_each
from portal.ui.words import gettext as _

_ROW = '<tr><th scope="row">%s</th>%s</tr>\n'
_FEW = '<td class="pp-num pp-3" colspan="3">%s</td>'
_CELL = '<td class="pp-num">%s</td>'


def member_rows(members: Iterable[Member]) -> SafeString:
    """A row for each group or area, in the order given."""
    return fill_each(_ROW, ((member.name, _figures(member)) for member in members))


def _figures(member: Member) -> SafeString:
    if member.is_few or member.bounds is None:
        return fill_each(_FEW, [(_("样本不足"),)])
    shown = (member.figure.value, *member.bounds)
    return fill_each(_CELL, ((formats.percent(each, 1),) for each in shown))
