"""Django's PostgreSQL backend, plus two statements when an outermost transaction begins.

`set_config(..., is_local => true)` dies with the transaction, so a scope can never leak into
another request through a pooled or persistent connection; outside a transaction there is none.
"""

from django.db.backends.postgresql import base

from portal.orgs.tokens import actor_token, current_token, names_actor, sees_something

#: The server process, and when its transaction began in microseconds since 1970.
MOMENT_COLUMNS = "pg_backend_pid(), (extract(epoch FROM now()) * 1000000)::bigint"
MOMENT = f"SELECT {MOMENT_COLUMNS}"

HAND_OVER = "SELECT set_config('app.scope', %s, true), set_config('app.actor', %s, true)"


class DatabaseWrapper(base.DatabaseWrapper):
    """The wrapper Django loads for `ENGINE = "portal.orgs.postgresql"`."""

    #: which transaction this is, as far as it has been asked: the server process and its beginning
    _moment: tuple[int, int] | None = None

    def _set_autocommit(self, autocommit: bool) -> None:
        self._moment = None
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and (sees_something(self.alias) or self._names_actor()):
            self.apply_scope()

    def apply_scope(self) -> None:
        """Hand the current scope's token to PostgreSQL for the rest of this transaction.

        The server is asked once which transaction that is: behind a pooler the driver does not
        know.
        """
        with self.connection.cursor() as cursor:
            token = actor = ""
            if sees_something(self.alias) or self._names_actor():
                if self._moment is None:
                    cursor.execute(MOMENT)
                    self._moment = cursor.fetchone()
                process, began = self._moment
                token = current_token(self.alias, process=process, began=began)
                if self._names_actor():
                    actor = actor_token(process=process, began=began)
            cursor.execute(HAND_OVER, [token, actor])

    def note_moment(self, process: int, began: int) -> None:
        """What a statement of this transaction was told besides: it need not be asked again."""
        if self.in_atomic_block:
            self._moment = (process, began)

    def _names_actor(self) -> bool:
        return self.alias == "default" and names_actor()
