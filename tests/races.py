"""Two people at the same moment, for tests that really commit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def both(first, second):
    """Run both at the same moment, each on a connection of its own; gives what they raised."""
    barrier = Barrier(2)

    def run(act):
        try:
            barrier.wait(timeout=10)
            act()
        except Exception as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, (first, second)))
