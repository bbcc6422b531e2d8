"""`python -m bench.making JOB UNIT`: do a job as a worker would, in a process of its own.

Prints the seconds that the work took, without the start of Python and Django.
"""

import os
import sys
import time
import uuid


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from portal.jobs import services

    started = time.perf_counter()
    services.work(uuid.UUID(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(f"{time.perf_counter() - started}\n")


if __name__ == "__main__":
    main()
