"""Structured logs: one JSON line an event, with the request's id, and never a person's data.

Tracebacks are plain frames with the kinds of the errors. Values of local variables, and the
sentences of errors (`Key (name)=(…) already exists`), are other people's names and numbers.
"""

import re
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any

import structlog

Event = MutableMapping[str, Any]
ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]
#: A citizen number of 18 or 15 places, a mobile number; more digits around them are neither, and
#: a UUID is kept, whatever its digits look like: requests and records are traced by it.
NUMBERS = re.compile(
    r"(?P<key>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"
    r"|(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15}|(?:\+?86)?1[3-9][0-9]{9})(?![0-9])"
)
HIDDEN = "[号码]"
#: What libraries say under these names are sentences of errors, results and arguments.
UNSPOKEN = {"error", "exception", "reason", "result", "args", "kwargs", "positional_args"}
OUR_OWN = "portal."


def hide_numbers(_logger: Any, _method: str, event: Event) -> Event:
    """Blank everything that looks like an identity or mobile number, however deep it lies."""
    return {key: _hidden(value) for key, value in event.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _hidden(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(part) for part in value]
    if value is None or isinstance(value, bool | int | float):
        return value if NUMBERS.fullmatch(str(value)) is None else HIDDEN
    return NUMBERS.sub(lambda found: found["key"] or HIDDEN, str(value))


def drop_sentences(_logger: Any, _method: str, event: Event) -> Event:
    """Leave out what libraries quote: an error's sentence may hold any value of a row."""
    if not str(event.get("logger", "")).startswith(OUR_OWN):
        for key in UNSPOKEN & event.keys():
            del event[key]
    return event


def show_frames(_logger: Any, _method: str, event: Event) -> Event:
    """The frames of an exception and of its causes, each with the kind of error alone."""
    info = event.pop("exc_info", None)
    if info is True:
        import sys

        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["frames"] = "\n".join(_frames(error))
    return event


def _frames(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"{frame.filename}:{frame.lineno} {frame.name}"
        yield kind
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    drop_sentences,
    show_frames,
]


def configure() -> None:
    """Send structlog's events through the standard logging, as everything else."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """The formatter of every handler; nothing reaches a log but through its last two steps."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            hide_numbers,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
