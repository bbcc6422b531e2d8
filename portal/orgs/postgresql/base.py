"""Django's PostgreSQL backend, plus two statements when an outermost transaction begins.

`set_config(..., is_local => true)` dies with the transaction, so a scope can never leak into
another request through a pooled or persistent connection; outside a transaction there is none.
"""

from django.db.backends.postgresql import base

from portal.orgs.tokens import actor_token, current_token, names_actor, sees_something

MOMENT = "SELECT pg_backend_pid(), (extract(epoch FROM now()) * 1000000)::bigint"

HAND_OVER = "SELECT set_config('app.scope', %s, true), set_config('app.actor', %s, true)"


class DatabaseWrapper(base.DatabaseWrapper):
    """The wrapper Django loads for `ENGINE = "portal.orgs.postgresql"`."""

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and (sees_something(self.alias) or self._names_actor()):
            self.apply_scope()

    def apply_scope(self) -> None:
        """Hand the current scope's token to PostgreSQL for the rest of this transaction.

        The server is asked which transaction that is: behind a pooler the driver does not know.
        """
        with self.connection.cursor() as cursor:
            token = actor = ""
            if sees_something(self.alias) or self._names_actor():
                cursor.execute(MOMENT)
                process, began = cursor.fetchone()
                token = current_token(self.alias, process=process, began=began)
                if self._names_actor():
                    actor = actor_token(process=process, began=began)
            cursor.execute(HAND_OVER, [token, actor])

    def _names_actor(self) -> bool:
        return self.alias == "default" and names_actor()
