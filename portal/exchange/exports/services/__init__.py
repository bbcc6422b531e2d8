"""The only writers of exports: asking, deciding, making, taking out, expiring."""

from portal.exchange.exports.services.asking import (
    Asked,
    UnableToExport,
    ask_export,
    prospect,
    withdraw,
)
from portal.exchange.exports.services.deciding import UnableToDecide, decide
from portal.exchange.exports.services.expiring import expire
from portal.exchange.exports.services.making import finish_file, make_now, make_part
from portal.exchange.exports.services.taking import UnableToTake, take_out

__all__ = [
    "Asked",
    "UnableToDecide",
    "UnableToExport",
    "UnableToTake",
    "ask_export",
    "decide",
    "expire",
    "finish_file",
    "make_now",
    "make_part",
    "prospect",
    "take_out",
    "withdraw",
]
