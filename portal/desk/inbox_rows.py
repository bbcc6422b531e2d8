"""The rows of the inbox, of which a page holds fifty: each fills the stencil of its shape."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.utils.safestring import SafeString

from portal.desk.source import Item
from portal.ui import formats
from portal.ui.idempotency import new_key
from portal.ui.stencils import Stencil, gap
from portal.ui.words import language


class Shape(NamedTuple):
    """What of a row is not text: rows of one shape differ in nothing but values.

    :param facts: how many it has
    :param acts: of each button the names of the fields that it posts, None where it is a link
    """

    is_current: bool
    is_late: bool
    facts: int
    acts: tuple[tuple[str, ...] | None, ...]


def drawn(items: Sequence[Item], *, current: str, today: date, csrf: str) -> SafeString:
    """The rows one below the other.

    :param current: key of the row that is open
    :param csrf: the token of the forms in the rows
    """
    return SafeString("".join([_row(item, item.key == current, today, csrf) for item in items]))


def _row(item: Item, is_current: bool, today: date, csrf: str) -> SafeString:
    acts = tuple([tuple(act.fields) if act.posts else None for act in item.acts])
    shape = Shape(is_current, item.due_on < today, len(item.facts), acts)
    values = dict(_values(item))
    values["due"], values["csrf"] = formats.due(item.due_on, today), csrf
    return _stencil(shape, language()).fill(values)


def _values(item: Item) -> Iterator[tuple[str, str]]:
    """What stands in the gaps."""
    for name in ("key", "title", "subject", "place", "reason"):
        yield name, getattr(item, name)
    yield "level", item.level or "none"
    for n, (name, text) in enumerate(item.facts):
        yield f"fact{n}", name
        yield f"text{n}", text
    for n, act in enumerate(item.acts):
        yield f"act{n}", act.title
        yield f"url{n}", act.url
        if act.posts:
            yield f"once{n}", new_key()
            yield from ((f"{name}{n}", value) for name, value in act.fields.items())


@lru_cache(maxsize=256)
def _stencil(shape: Shape, _language: str | None) -> Stencil:
    texts = ("key", "level", "title", "subject", "place", "reason", "due")
    item = {name: gap(name) for name in texts} | {
        "facts": [(gap(f"fact{n}"), gap(f"text{n}")) for n in range(shape.facts)],
        "acts": [
            {
                "title": gap(f"act{n}"), "url": gap(f"url{n}"), "posts": fields is not None,
                "once": gap(f"once{n}"),
                "fields": [(name, gap(f"{name}{n}")) for name in fields or ()],
            }
            for n, fields in enumerate(shape.acts)
        ],
    }  # fmt: skip
    return Stencil("desk/inbox_row.html", {
        "item": item, "is_current": shape.is_current, "is_late": shape.is_late,
        "csrf_token": gap("csrf"),
    })  # fmt: skip
