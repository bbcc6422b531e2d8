"""`python -m bench`: measure a district and write docs/performance.md.

The servers and the district live in a run directory of their own, `.run/bench`, unless
`PORTAL_RUN_DIR` names one (of a demonstration, or a trial); it is made when it is empty.
"""

import os
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path

#: In the order of the report; each has `figures(district) -> list[Figure]`, and may have
#: `appendix() -> str`, Markdown that stands below the figures.
MODULES = (
    "pages",
    "menu",
    "behind",
    "board",
    "household",
    "exports",
    "metrics",
    "night",
    "imports",
)  # fmt: skip
#: They take long or much, and run only when they are named.
ON_REQUEST = ("large",)
MOST_SECONDS = 15 * 60  # of a module that does not say otherwise


def main() -> int:
    options = _options()
    _start()
    from django.utils import timezone

    from bench import report
    from bench.district import District
    from bench.figures import misses

    district = District.ready(options.people)
    _say(f"{district.people:,} residents")
    short = 0
    for name in options.only or MODULES:
        started = time.monotonic()
        module = import_module(f"bench.{name}")
        _stop_after(getattr(module, "MOST_SECONDS", MOST_SECONDS))
        figures = module.figures(district)
        below = module.appendix() if hasattr(module, "appendix") else ""
        if not options.dry_run:
            report.write(name, figures, district.people, timezone.localtime(), below)
        _say(report.table(figures))
        short += len(misses(figures))
        _say(f"{name}: {len(figures)} figures in {time.monotonic() - started:.0f} s")
    _say(f"{short} figures fall short of their goal")
    return 0


def _options() -> Namespace:
    parser = ArgumentParser(prog="bench", description="Ratios of speed and size, measured here")
    parser.add_argument("--only", nargs="*", choices=(*MODULES, *ON_REQUEST), help="these modules")
    parser.add_argument("--people", type=int, help="size of the district if it must be made")
    parser.add_argument("--dry-run", action="store_true", help="leave docs/performance.md alone")
    return parser.parse_args()


def _start() -> None:
    """Embedded servers and settings of the bench."""
    root = Path(__file__).resolve().parent.parent
    os.environ.setdefault("PORTAL_RUN_DIR", str(root / ".run" / "bench"))
    os.environ.setdefault("PORTAL_MODE", "demo")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()


def _stop_after(seconds: int) -> None:
    """End the run with its servers, wherever it stands, when a module takes too long."""

    def stop(_number: int, _frame: object) -> None:
        raise SystemExit(f"stopped after {seconds // 60} minutes")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
