"""Pages of exports: asking, one's own, those that wait for one's word, the file."""

from portal.exchange.exports.views.approvals import decide, decided, waiting
from portal.exchange.exports.views.asking import ask, quick
from portal.exchange.exports.views.files import export, file, own, progress, withdraw

__all__ = [
    "ask",
    "decide",
    "decided",
    "export",
    "file",
    "own",
    "progress",
    "quick",
    "waiting",
    "withdraw",
]
