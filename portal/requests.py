"""Each request's number and its line in the log: the page asked for, never what was typed."""

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars, get_contextvars

from portal.accounts.addresses import client_address


class NumberedRequest(RequestMiddleware):
    """Outermost of ours: whatever happens, also on commit, is logged under the request's number.

    The number is the one in the trail, on the page of an error, and in what a worker logs of the
    job that was asked for.
    """

    def prepare(self, request: HttpRequest) -> None:
        super().prepare(request)
        request.id = get_contextvars()["request_id"]  # type: ignore[attr-defined]

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """The address as the trail has it; the library would believe what the client wrote."""
        bind_contextvars(ip=client_address(request) or None)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path: a query holds names and numbers."""
        return f"{request.method} {request.path}"
