"""The session store: Django's rows, each telling whose it is and why it ended."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from portal.accounts.models import LoginSession


class SessionStore(DatabaseStore):
    """A session whose row can be listed by its owner and ended by others."""

    #: why the session of this browser is over, when a row says so
    ended_because = ""

    @classmethod
    def get_model_class(cls) -> Any:
        return LoginSession

    def create_model_instance(self, data: dict[str, Any]) -> LoginSession:
        row = super().create_model_instance(data)
        assert isinstance(row, LoginSession)
        account = data.get("_auth_user_id")
        row.user_id = int(account) if account else None
        row.ip = data.get("ip") or None
        row.device = str(data.get("device", ""))[:120]
        row.began_at = _moment(data.get("began_at"))
        row.seen_at = _moment(data.get("seen_at"))
        return row

    def _get_session_from_db(self) -> LoginSession | None:
        row: LoginSession | None = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None and row.ended:
            self.ended_because = row.ended
            self._session_key = None
            return None
        return row


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None
