"""Django's PostgreSQL backend, plus one statement when an outermost transaction begins.

`set_config(..., is_local => true)` dies with the transaction, so a scope can never leak into
another request through a pooled or persistent connection; outside a transaction there is none.
"""

from django.db.backends.postgresql import base

from portal.orgs.tokens import current_token


class DatabaseWrapper(base.DatabaseWrapper):
    """The wrapper Django loads for `ENGINE = "portal.orgs.postgresql"`."""

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and current_token(self.alias):
            self.apply_scope()

    def apply_scope(self) -> None:
        """Hand the current scope's token to PostgreSQL for the rest of this transaction."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.scope', %s, true)", [current_token(self.alias)])
