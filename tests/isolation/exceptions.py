"""What may differ between the worlds although it tells of the outside, and who says so.

Each entry names the clause that permits it and cuts out just that part of an answer; everything
else of the same page must be equal to the byte. Nothing is added here to make a test pass.
"""

import re
from dataclasses import dataclass

from portal.orgs.crossings import CROSSINGS

CLAUSES = {each.key: each.clause for each in CROSSINGS}


@dataclass(frozen=True)
class Permitted:
    """A part of answers that may tell of the outside."""

    name: str
    clause: str
    path: re.Pattern[str]
    part: re.Pattern[str]


PERMITTED: tuple[Permitted, ...] = (
    Permitted(
        "counts of background jobs on the operation page",
        CLAUSES["job_counts"],
        re.compile(r"^/jobs/"),
        re.compile(r"<tbody>.*?</tbody>|<td[^>]*>.*?</td>", re.S),
    ),
)


def without_permitted(path: str, body: str) -> str:
    """The body of an answer without the parts that may differ."""
    for each in PERMITTED:
        if each.path.match(path):
            body = each.part.sub("·", body)
    return body
