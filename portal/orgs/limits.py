"""What background work may take of the database, beyond the limits that its role has by itself.

The role's own limits (`prepare_database`) are those of a page. A job raises them for one
transaction; nothing has to be put back, and a pooler in between changes nothing.
"""

from django.db import connection

#: A statement of work that a person asked for; clockwork has no end of its own.
FOR_A_PERSON = "60s"
FOR_CLOCKWORK = "0"
#: A worker that hangs gives its chunk back after this long, its locks with it. As long as
#: Celery lets a task live, so that it never ends one that is well.
LEASE = "240s"
_RAISE = (
    "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),"
    " set_config('idle_in_transaction_session_timeout', %s, true)"
)


def allow_work(*, clockwork: bool) -> None:
    """Raise the limits of the running transaction to those of background work."""
    longest = FOR_CLOCKWORK if clockwork else FOR_A_PERSON
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [longest, "60s", LEASE])
