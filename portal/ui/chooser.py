"""The boxes by which somebody chooses the columns of a list, and their order."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from django.template.loader import get_template

from portal.ui.cells import Column


class Columned(Protocol):
    """A list that declares its columns."""

    columns: Sequence[Column]


@lru_cache(maxsize=512)
def column_boxes(listing: type[Columned], shown: tuple[str, ...], _language: str | None) -> str:
    """A box for each column, shown ones first; drawn once per process for each choice made.

    :param shown: keys of the columns shown, in order
    """
    by_key = {column.key: column for column in listing.columns}
    hidden = [column for key, column in by_key.items() if key not in shown]
    boxes = [*((by_key[key], True) for key in shown), *((column, False) for column in hidden)]
    return get_template("ui/list_column_boxes.html").render({"columns": boxes})
