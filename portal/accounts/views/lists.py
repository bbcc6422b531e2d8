"""Views of one's own on a list: kept under a name, and thrown away."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts import services
from portal.accounts.returning import safe_next
from portal.ui.keeping import VIEW
from portal.ui.pages import done


@require_POST
def keep(request: HttpRequest, key: str) -> HttpResponse:
    """Keep conditions, order and columns of the list under a name (存为常用)."""
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    columns = [name for name in request.POST.get("columns", "").split(",") if name]
    where = safe_next(request)
    try:
        made = services.keep_view(
            user_id=request.user.pk or 0, key=key, title=request.POST.get("title", ""),
            query=query.urlencode(), columns=columns,
        )  # fmt: skip
    except ValidationError as why:
        messages.error(request, why.messages[0])
        return done(request, f"{where}?{query.urlencode()}")
    told = _("已存为常用")
    query[VIEW] = made
    return done(request, f"{where}?{query.urlencode()}", told)


# the mark that the deny-by-default test reads; functions declare no attributes
keep.signed_in = True  # type: ignore[attr-defined]


@require_POST
def forget(request: HttpRequest, key: str) -> HttpResponse:
    """Delete one of them; the list stays as it is on the screen."""
    services.forget_view(user_id=request.user.pk or 0, key=key, view=request.POST.get(VIEW, ""))
    where, query = safe_next(request), request.POST.get("query", "")
    return done(request, f"{where}?{query}", _("已删除这个常用视图"))


# as above
forget.signed_in = True  # type: ignore[attr-defined]
