"""What an error of PostgreSQL or Redis means for whoever waits: away, a lost race, or too long.

Plain Python, so that page, worker and middleware ask the same function.
"""

from collections.abc import Iterator
from enum import StrEnum

import psycopg2
import redis
from kombu.exceptions import KombuError


class Trouble(StrEnum):
    """A fault that passes by itself; anything else is ours."""

    AWAY = "away"  # nobody answers, or the server ends sessions: try again in a while
    RACE = "race"  # deadlock, serialization, a lock not given: try again at once
    SLOW = "slow"  # the statement ran into its limit: ask for less


#: SQLSTATE of PostgreSQL's manual, appendix A.
_MEANING = {
    "40P01": Trouble.RACE,  # deadlock_detected
    "40001": Trouble.RACE,  # serialization_failure
    "55P03": Trouble.RACE,  # lock_not_available (lock_timeout)
    "57014": Trouble.SLOW,  # query_canceled (statement_timeout)
    "57P01": Trouble.AWAY,  # admin_shutdown
    "57P02": Trouble.AWAY,  # crash_shutdown
    "57P03": Trouble.AWAY,  # cannot_connect_now: starting, recovering
    "53300": Trouble.AWAY,  # too_many_connections
    "25P03": Trouble.AWAY,  # idle_in_transaction_session_timeout
}
_CONNECTION_CLASS = "08"
_LOST = (psycopg2.OperationalError, psycopg2.InterfaceError)
_SILENT = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)
#: All that can happen when Redis is rung: nobody there, no answer, its memory full.
BELL_FAULTS = (KombuError, redis.exceptions.RedisError, OSError)


def trouble_of(error: BaseException | None) -> Trouble | None:
    """What `error`, or the driver's error that it came from, means; None for a fault of ours."""
    for each in _causes(error):
        if isinstance(each, psycopg2.Error):
            code = each.pgcode or ""
            if code in _MEANING:
                return _MEANING[code]
            if code.startswith(_CONNECTION_CLASS) or (not code and isinstance(each, _LOST)):
                return Trouble.AWAY
        if isinstance(each, _SILENT):
            return Trouble.AWAY
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
