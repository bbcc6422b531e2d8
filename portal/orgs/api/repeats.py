"""`Idempotency-Key`: a request that is sent again is answered again and done once.

Kept for seven days for each caller. What was refused is not kept: its key serves the mended one.
"""

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts import services as accounts
from portal.orgs.api.problems import Unprocessable
from portal.orgs.scope import Scope

HEADER = "Idempotency-Key"
REPEATED = "Idempotency-Replayed"


def answered_once(
    request: Request, scope: Scope, at: datetime, done: Callable[[], Response]
) -> Response:
    """Do it for the first request with its key; the others get the first one's answer.

    :raises rest_framework.exceptions.ValidationError: no key, or one that is no UUID
    :raises Unprocessable: the key came with something else before
    """
    claim = accounts.claim_key(
        key=_key(request), digest=_digest(request), user_id=scope.user_id or 0, at=at
    )
    if not claim.is_new:
        return _again(request, claim)
    try:
        response = done()
    except DatabaseError:  # what was claimed goes with the transaction
        raise
    except Exception:
        accounts.give_back(claim)
        raise
    accounts.keep_answer(claim=claim, status=response.status_code, body=response.data)
    return response


def _again(request: Request, claim: accounts.Claim) -> Response:
    if bytes(claim.row.digest) != _digest(request):
        raise Unprocessable("这个 Idempotency-Key 用过，内容不同；另一件事请换一个", HEADER)
    return Response(claim.body, status=claim.row.status, headers={REPEATED: "true"})


def _key(request: Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.headers.get(HEADER, ""))
    except ValueError:
        raise serializers.ValidationError(
            {HEADER: "POST 须带 Idempotency-Key，值为 UUID"}
        ) from None


def _digest(request: Request) -> bytes:
    """Of what was asked: method, address and body, byte for byte."""
    http = request._request
    asked = f"{http.method}\n{http.get_full_path()}\n".encode() + http.body
    return hashlib.sha256(asked).digest()
