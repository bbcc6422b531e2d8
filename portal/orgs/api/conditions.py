"""`ETag`, `If-Match` and `If-None-Match`: a change is made to what its sender has read (RFC 9110).

The tag is a digest of the record as it is told to this caller, its version included.
"""

import hashlib
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from portal.orgs.api.problems import ChangedMeanwhile, ConditionRequired

DIGITS = 32


def etag_of(data: Any) -> str:
    """The entity tag of a record as it is told."""
    digest = hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:DIGITS]
    return f'"{digest}"'


def is_known(request: Any, tag: str) -> bool:
    """Whether the sender has this very version (`If-None-Match`)."""
    return tag in _tags(request.headers.get("If-None-Match", ""))


def check_condition(request: Request, tag: str) -> None:
    """The sender has read the record as it is now.

    :raises ConditionRequired: no `If-Match`, or one that names no version
    :raises ChangedMeanwhile: somebody changed it since
    """
    tags = _tags(request.headers.get("If-Match", ""))
    if not tags or "*" in tags:
        raise ConditionRequired
    if tag not in tags:
        raise ChangedMeanwhile


def _tags(header: str) -> list[str]:
    """The tags of a header; weak ones count too: a proxy that packs answers makes them so."""
    return [tag.strip().removeprefix("W/") for tag in header.split(",") if tag.strip()]
