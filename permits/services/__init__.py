"""Writes on permits: each case moves through one gate (domain §3.16)."""

from permits.services.errors import UnableToDecide, UnableToMove, UnableToReceive
from permits.services.issuing import collect, issue, make
from permits.services.receiving import complete, find_applicant, receive, transfer, withdraw
from permits.services.reviewing import decide, examine, reconsider, review
from permits.services.viewing import note_viewed

__all__ = [
    "UnableToDecide",
    "UnableToMove",
    "UnableToReceive",
    "collect",
    "complete",
    "decide",
    "examine",
    "find_applicant",
    "issue",
    "make",
    "note_viewed",
    "receive",
    "reconsider",
    "review",
    "transfer",
    "withdraw",
]
