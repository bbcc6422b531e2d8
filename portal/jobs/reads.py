"""What the system administrator may know of the queue: counts, never contents."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from portal.jobs.models import JobState


@dataclass(frozen=True)
class QueueLine:
    """Jobs of one kind in one state; `oldest` is the age of the oldest."""

    kind: str
    state: str
    count: int
    oldest: timedelta


def queue() -> list[QueueLine]:
    """Counts of all units' jobs, through a database function that gives nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, state, jobs, oldest FROM job_counts() ORDER BY 1, 2")
        return [QueueLine(*row) for row in cursor.fetchall()]


#: Work that nobody has begun for so long means that workers, beat or Redis are down.
ALARM_AFTER = timedelta(seconds=60)


def queue_age() -> timedelta:
    """How long the oldest job has waited for its first chunk; zero when none waits."""
    waiting = (line.oldest for line in queue() if line.state == JobState.WAITING)
    return max(waiting, default=timedelta(0))
