"""Sessions ended before their time; the row stays and tells its browser why."""

import uuid

from django.db import transaction

from portal.accounts.models import Ended, LoginSession


@transaction.atomic
def end_sessions(*, user_id: int, why: Ended, but: str | None = None) -> int:
    """End all sessions of an account, but for the one with the key `but`; how many there were."""
    live = LoginSession.objects.filter(user_id=user_id, ended="")
    return live.exclude(session_key=but or "").update(ended=why, session_data="")


@transaction.atomic
def end_session(*, user_id: int, handle: uuid.UUID, why: Ended) -> bool:
    """End one of an account's sessions; False when it has no such session."""
    live = LoginSession.objects.filter(user_id=user_id, handle=handle, ended="")
    return bool(live.update(ended=why, session_data=""))
