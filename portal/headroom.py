"""Room for the frames of a request, so that no loop runs on the edge of two pieces of stack.

Python 3.11 keeps the frames of a thread in pieces of 16 KiB, and gives a piece back to the system
as soon as its last frame returns. A loop whose calls just do not fit into a piece maps and unmaps
memory with each call: a list of fifty rows paid for a thousand page faults, a third of its time,
only because its cells were drawn at that depth. A frame that is itself too large for a piece gets
a larger one, and what it leaves of it serves every call below.
"""

from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[..., Iterable[bytes]]

#: Places of the large frame, of eight bytes: the smallest piece for it has 256 KiB, and leaves
#: 124 KiB for the frames of the page, some four hundred of them.
_PLACES = 17_000


def with_headroom(application: Application) -> Application:
    """The application, called from a frame so large that all others stand in one piece with it."""

    def serve(*given: Any) -> Iterable[bytes]:
        return application(*given)

    serve.__code__ = serve.__code__.replace(co_stacksize=_PLACES)
    return serve
