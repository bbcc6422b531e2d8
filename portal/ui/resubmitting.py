"""What was typed into a form whose answer failed, so that the page that says so can send it again.

Browsers do not bring it back: pages with personal data are stored nowhere, and fields with
numbers of documents are never filled in. The page that failed holds it instead, for as long as it
is open. What opens the door, a password or a code, is not held.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import resolve_url
from django.urls import Resolver404, resolve

#: The field in which a form carries its token.
CSRF_FIELD = "csrfmiddlewaretoken"
_UNREADABLE = (RequestDataTooBig, TooManyFieldsSent, UnreadablePostError, MultiPartParserError)


@dataclass(frozen=True)
class Typed:
    """A form as it was sent; files have to be chosen again.

    `token` is the one that it carried: where the database is away nothing has read the cookie
    from which a new one would be made.
    """

    address: str
    token: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool


def typed(request: HttpRequest) -> Typed | None:
    """The form that `request` brought; None where it brought none or what it brought is secret.

    Reads no session and no database, which may be away.
    """
    if request.method != "POST" or _opens_the_door(request.path_info):
        return None
    try:
        sent = [(key, each) for key, values in request.POST.lists() for each in values]
        had_files = bool(request.FILES)
    except _UNREADABLE:
        return None
    if not sent:
        return None
    fields = tuple(pair for pair in sent if pair[0] != CSRF_FIELD)
    return Typed(request.get_full_path(), dict(sent).get(CSRF_FIELD, ""), fields, had_files)


def _opens_the_door(path: str) -> bool:
    try:
        return resolve(path).app_name == resolve(resolve_url(settings.LOGIN_URL)).app_name
    except Resolver404:
        return True
