"""What must be known before the settings are read; pytest loads this first (`-p`)."""

import os
import tempfile

from portal import embedded

os.environ["PORTAL_MODE"] = "test"
# Playwright keeps an event loop in the thread of its tests; ours are synchronous all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
if "PORTAL_RUN_DIR" not in os.environ:
    os.environ["PORTAL_RUN_DIR"] = os.path.join(tempfile.gettempdir(), f"portal-test-{os.getuid()}")
worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["PORTAL_DATABASE"] = f"portal_test_{worker}"
# Each process empties its own cache, never another's.
# A busy machine is no outage: whoever counts the statements of a page would count what Redis keeps.
os.environ.setdefault("HINT_SECONDS", "5")
os.environ["CACHE_DB"] = "1" if worker == "main" else str(2 + int(worker.removeprefix("gw")))
if worker != "main":  # what the first process told Django leads to its own database
    for name in ("ADMIN_DATABASE_URL", "OWNER_DATABASE_URL", "DATABASE_URL", "AUDIT_DATABASE_URL",
                 "REDIS_URL"):  # fmt: skip
        os.environ.pop(name, None)
else:
    # The first process starts the servers and outlives the workers, which find them running.
    embedded.start()
