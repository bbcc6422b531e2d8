"""Who gets in: every view names its capability, every read its scope (D-4, first wall)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from portal.orgs.capabilities import TITLES, Capability
from portal.orgs.records import ScopedQuerySet
from portal.orgs.scope import Scope

View = Callable[..., HttpResponse]
M = TypeVar("M", bound=Any)


class PortalRequest(HttpRequest):
    """A request after `needs`: somebody is logged in and acts in a post."""

    scope: Scope


class NotAllowed(PermissionDenied):
    """The acting post lacks a capability, or acts outside its units; the text is for the screen."""


def needs(capability: Capability) -> Callable[[View], View]:
    """Serve the view only to posts that carry `capability`; 403 otherwise.

    The view is marked, so that the deny-by-default test can walk all URLs.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            check(request.scope, capability)
            return view(request, *args, **kwargs)

        checked.capability = capability  # type: ignore[attr-defined]
        return checked

    return decorate


def signed_in(view: View) -> View:
    """Serve the view to anybody logged in (own account, help): no register data in it."""
    view.signed_in = True  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Serve the view without login: the login page and health checks, nothing else."""
    from django.contrib.auth.decorators import login_not_required

    view.public = True  # type: ignore[attr-defined]
    return login_not_required(view)


def check(scope: Scope | None, capability: Capability) -> None:
    """:raises NotAllowed: the acting post does not carry `capability`"""
    if scope is None:
        raise NotAllowed("当前账号没有在任岗位，请联系安全管理员")
    if not scope.may(capability):
        raise NotAllowed(f"“{scope.role_title}”岗位不能{TITLES[capability]}")


def require(by: Scope, capability: Capability, committee: int | None = None) -> None:
    """The services' own check: page, file, API and task all pass here.

    :raises NotAllowed: `by` lacks `capability`, or `committee` lies outside its units
    """
    check(by, capability)
    if committee is not None and not by.covers(committee):
        raise NotAllowed("该单位不在你的管辖范围内")


def get_in_scope(queryset: "ScopedQuerySet[M]", scope: Scope, **lookup: Any) -> M:
    """The one row, or a 404 that is the same for a foreign and for an absent one."""
    try:
        return queryset.in_scope(scope).get(**lookup)
    except (queryset.model.DoesNotExist, ValueError) as none:
        raise Http404 from none
