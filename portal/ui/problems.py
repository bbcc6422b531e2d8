"""Refusals of the API: problem details (RFC 9457) in Chinese, with the field of each sentence."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse

PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"
#: What each status means here, as a reader meets it; the key ends the problem's `type`.
KINDS: dict[int, tuple[str, str]] = {
    400: ("malformed", "请求的内容有误"),
    401: ("unauthorised", "没有登录"),
    403: ("forbidden", "没有权限"),
    404: ("not-found", "没有这条记录"),
    405: ("method-not-allowed", "不支持这种请求方法"),
    406: ("not-acceptable", "只提供 JSON"),
    409: ("conflict", "与已有的请求冲突"),
    412: ("changed-meanwhile", "记录已被他人改过"),
    413: ("too-large", "请求太大"),
    415: ("unsupported-media-type", "只接受 JSON"),
    422: ("refused", "不能这样办理"),
    428: ("precondition-required", "缺少 If-Match"),
    429: ("too-many-requests", "请求过于频繁"),
    500: ("server-error", "系统出错，已记录"),
    503: ("unavailable", "系统暂时不可用"),
}


def is_api(request: HttpRequest) -> bool:
    """Whether the request is for the API, so that its refusals are problem details."""
    return request.path.startswith(PREFIX)


def details(
    request: HttpRequest, status: int, detail: str = "",
    errors: Iterable[Mapping[str, str]] = (), **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """The members of a problem; `instance` is the request's number, as in the trail and the log."""
    kind, title = KINDS.get(status, KINDS[400])
    told: dict[str, Any] = {
        "type": f"urn:portal:problem:{kind}", "title": title, "status": status,
        "detail": detail or title, "errors": list(errors), **more,
    }  # fmt: skip
    if number := getattr(request, "id", ""):
        told["instance"] = f"urn:portal:request:{number}"
    return told


def problem(
    request: HttpRequest, status: int, detail: str = "",
    errors: Iterable[Mapping[str, str]] = (), **more: Any,
) -> JsonResponse:  # fmt: skip
    """The same as a response."""
    return JsonResponse(
        details(request, status, detail, errors, **more), status=status, content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip
