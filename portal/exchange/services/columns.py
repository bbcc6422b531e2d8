"""Columns that a unit mapped once: remembered for a kind of list by the names of its columns."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from portal.exchange import mapping as columns
from portal.exchange.kinds import ImportField
from portal.exchange.models import ColumnMapping
from portal.exchange.readers import header_key
from portal.exchange.registry import file_fields

#: What our own error workbook adds; never a field of a kind.
REASON_COLUMNS = ("错误原因", "怎么改")


def remember_columns(
    *, unit: int, kind: str, headers: Sequence[str], mapping: Sequence[str | None], at: datetime
) -> None:
    """Keep what the columns of these names mean to the unit."""
    held = {
        header_key(header): key
        for header, key in zip(headers, mapping, strict=True)
        if not is_ours(header)
    }
    ColumnMapping.objects.update_or_create(
        committee_id=unit,
        kind=kind,
        fingerprint=fingerprint(headers),
        defaults={"fields_by_header": held, "used_at": at},
    )


def remembered_columns(
    *, unit: int, kind: str, headers: Sequence[str], known: Collection[str]
) -> list[str | None] | None:
    """What the columns meant last time, None where they were never mapped.

    :param known: fields that there are; what has become unknown means nothing
    """
    found = ColumnMapping.objects.filter(
        committee_id=unit, kind=kind, fingerprint=fingerprint(headers)
    ).first()
    if found is None:
        return None
    wanted = [found.fields_by_header.get(header_key(header)) for header in headers]
    return [key if key in known else None for key in wanted]


def fingerprint(headers: Sequence[str]) -> str:
    """The same for a file and for the error workbook made of it."""
    return columns.fingerprint(header for header in headers if not is_ours(header))


def is_ours(header: str) -> bool:
    """Whether the column is one that our error workbook adds."""
    return header in REASON_COLUMNS


def mapping_problem(
    headers: Sequence[str], mapping: Sequence[str | None], fields: Iterable[ImportField]
) -> str:
    """Why columns cannot be read so, as a sentence; blank when they can."""
    by_key = {field.key: field for field in fields}
    used = [key for key in mapping if key is not None]
    if len(mapping) != len(headers) or not set(used) <= set(by_key):
        return _("列与文件不一致，请重新选择")
    twice = next((key for key in used if used.count(key) > 1), None)
    if twice is not None:
        return _("有两列都对应“%(field)s”，只能留一列") % {"field": by_key[twice].title}
    missing = columns.missing_fields(
        {str(place): key for place, key in enumerate(mapping)}, file_fields(by_key.values())
    )
    return _("还缺必填列：%(fields)s") % {"fields": "、".join(missing)} if missing else ""
