"""How far the isolation tests go: a little with every change, hundreds of pairs by command."""

import os

import pytest

#: Pairs of worlds that are drawn for each of the walls; ten or more make a thorough run.
EXAMPLES = int(os.environ.get("ISOLATION_EXAMPLES", "1"))
THOROUGH = EXAMPLES >= 10
#: Requests in each pair of worlds.
ASKS = int(os.environ.get("ISOLATION_ASKS", "30"))
#: The crawl of everything takes every n-th request.
STRIDE = int(os.environ.get("ISOLATION_STRIDE", "150"))
#: No more pairs are begun after so many minutes of one kind of walls.
MINUTES = float(os.environ.get("ISOLATION_MINUTES", "8"))


def apart(name: str) -> pytest.MarkDecorator:
    """Tests of one name stay in one process; those of a short run all share one, and its stage."""
    return pytest.mark.xdist_group(f"isolation {name}" if THOROUGH else "isolation")
