"""The acts on a file: receive, map, check, mend, apply, stop, undo, purge."""

from portal.exchange.services.applying import apply_rows, finish_apply, start_apply, stop
from portal.exchange.services.checking import check_rows, confirm_mapping, finish_check, remap
from portal.exchange.services.mending import correct_cell, leave_out
from portal.exchange.services.reading import finish_read, read_file
from portal.exchange.services.receiving import (
    UnableToReceive,
    abandon,
    choose_sheet,
    receive_file,
)
from portal.exchange.services.removing import purge_closed
from portal.exchange.services.state import UnableToGoOn
from portal.exchange.services.undoing import finish_undo, start_undo, undo_rows

__all__ = [
    "UnableToGoOn",
    "UnableToReceive",
    "abandon",
    "apply_rows",
    "check_rows",
    "choose_sheet",
    "confirm_mapping",
    "correct_cell",
    "finish_apply",
    "finish_check",
    "finish_read",
    "finish_undo",
    "leave_out",
    "purge_closed",
    "read_file",
    "receive_file",
    "remap",
    "start_apply",
    "start_undo",
    "stop",
    "undo_rows",
]
