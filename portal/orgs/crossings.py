"""What may be told across the borders of units, and the clause that permits each.

The isolation tests let exactly these through (`tests/isolation/exceptions.py`), docs/access.md
lists them. Whatever is not here and tells of another unit is a leak.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Crossing:
    """One thing that is told to people outside of the unit that it concerns."""

    key: str
    told: str
    to: str
    clause: str


CROSSINGS: tuple[Crossing, ...] = (
    Crossing(
        "units", "names, codes and dates of all units", "everybody logged in",
        "the organisation register is public (domain 3.1)",
    ),
    Crossing(
        "rules", "policy documents, rule versions, definitions of metrics", "everybody logged in",
        "rules are the same for all and have a source (D-13, D-10)",
    ),
    Crossing(
        "registered_elsewhere",
        "of a number that somebody holds in their hands: street, committee and last verification",
        "posts that register people; written into the trail",
        "one person is one row (D-5)",
    ),
    Crossing(
        "transfer",
        "to the committee that holds a registration: who asks for it, for which address and why; "
        "to the one that asks: the answer",
        "posts that register people, of both committees; agreed or decided, one act ends the old "
        "registration and begins the new one",
        "a move between committees is a handshake (D-5)",
    ),
    Crossing(
        "appeal_up",
        "to the unit above: an appeal against a unit or its staff, which that unit no longer sees",
        "posts that handle appeals", "whoever is complained of does not handle it (domain 3.21)",
    ),
    Crossing(
        "address_taken", "that an address is registered in another unit already",
        "posts that register buildings", "an address is one plate in the district (D-1)",
    ),
    Crossing(
        "published_results", "total, grade and rank of each assessed unit, once published",
        "posts that see the assessment", "S-132: results are published to those concerned",
    ),
    Crossing(
        "job_counts", "how many background jobs wait, run and failed, by kind; no record",
        "the system administrator", "whoever runs the system watches its health (D-9)",
    ),
)  # fmt: skip
