"""How long a web server waits for a PostgreSQL that says nothing.

A statement's own limit ends in the server; a server that is stopped, or a network that swallows
packets, ends nothing. The driver then waits for ever, and with it a thread and a person. Its wait
callback gives the silence an end. (Not for workers: COPY does not go through the callback.)
"""

import select
import threading

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE, set_wait_callback

#: Seconds; above the statement limit of a web session, so that a slow statement is told as one.
SILENCE = 6.0
#: Once a server has been silent, the rest of the request does not wait again.
SPENT = 0.5
_request = threading.local()


def install() -> None:
    """Give every connection of this process an end of its patience."""
    set_wait_callback(_wait)


def begin() -> None:
    """A new request begins with its whole patience."""
    _request.seconds = SILENCE


def _wait(connection: "psycopg2.extensions.connection") -> None:
    """What psycopg2 calls instead of blocking; it closes the connection when this raises.

    :raises psycopg2.OperationalError: nothing came in time
    """
    while (state := connection.poll()) != POLL_OK:
        socket = [connection.fileno()]
        seconds = getattr(_request, "seconds", SILENCE)
        reading, writing = (socket, []) if state == POLL_READ else ([], socket)
        assert state in (POLL_READ, POLL_WRITE)
        if not any(select.select(reading, writing, [], seconds)):
            _request.seconds = SPENT
            raise psycopg2.OperationalError("PostgreSQL did not answer in time")
