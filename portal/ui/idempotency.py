"""The key that makes a form safe to send twice.

Each rendered form carries a key of its own; whoever serves the POST claims the key once.
"""

from uuid import UUID, uuid4

from django.http import HttpRequest

FIELD = "idempotency_key"


def new_key() -> str:
    """A key for one rendered form."""
    return str(uuid4())


def key_of(request: HttpRequest) -> UUID | None:
    """The key that a posted form or an `Idempotency-Key` header carries; None when it has none."""
    text = request.POST.get(FIELD, "") or request.headers.get("Idempotency-Key", "")
    try:
        return UUID(text)
    except ValueError:
        return None
