"""The session store: Django's rows, each telling whose it is and why it ended."""

from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils import timezone
from psycopg2 import sql

from portal.accounts.models import LoginSession, User
from portal.rows import columns_of, row_of, written


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
        """The session's row, unless it is over; its account comes along in the same statement."""
        row, account = _read(self.session_key)
        _brought.set(account)
        if row is None or row.ended:
            self.ended_because = row.ended if row else ""
            self._session_key = None
            return None
        return row


#: The account of the session that was read last, until it is asked for.
_brought: ContextVar[User | None] = ContextVar("account_of_session", default=None)


def brought_along(user_id: Any) -> User | None:
    """The account that came with the session just read, once, if it is this one."""
    account = _brought.get()
    _brought.set(None)
    return account if account is not None and account.pk == user_id else None


def _read(key: str | None) -> tuple[LoginSession | None, User | None]:
    with connection.cursor() as cursor:
        cursor.execute(written(_question), {"key": key, "now": timezone.now()})
        found = cursor.fetchone()
    if found is None:
        return None, None
    width = len(LoginSession._meta.concrete_fields)
    row, account = row_of(LoginSession, found[:width]), found[width:]
    return row, None if row.user_id is None else row_of(User, account)


def _question() -> sql.Composed:
    """A session that has not expired, with its account.

    Every request asks this; Django takes longer to write it as two questions than PostgreSQL to
    answer them.
    """
    return sql.SQL(
        "SELECT {login}, {account} FROM accounts_loginsession AS login"
        " LEFT JOIN accounts_user AS account ON account.id = login.user_id"
        " WHERE login.session_key = %(key)s AND login.expire_date > %(now)s"
    ).format(login=columns_of("login", LoginSession), account=columns_of("account", User))


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None
