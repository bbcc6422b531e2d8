"""Where a request comes from, behind as many proxies as the settings say."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that the outermost of our own proxies saw.

    What stands further left in `X-Forwarded-For` was written by the client and is not believed.
    """
    near = str(request.META.get("REMOTE_ADDR") or "")
    if not settings.PROXY_COUNT:
        return near
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    chain = [*filter(None, told), near]
    return str(chain[max(0, len(chain) - 1 - settings.PROXY_COUNT)])
