"""The import wizard: a file, its columns, its rows, the import, the result. One page per batch."""

from portal.exchange.views.files import history, sheet, template, upload
from portal.exchange.views.imports import abandon, apply, errors, stop, undo
from portal.exchange.views.rows import cell, row
from portal.exchange.views.steps import batch, mapping, progress, remap

__all__ = [
    "abandon",
    "apply",
    "batch",
    "cell",
    "errors",
    "history",
    "mapping",
    "progress",
    "remap",
    "row",
    "sheet",
    "stop",
    "template",
    "undo",
    "upload",
]
