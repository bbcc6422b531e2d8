"""Errors of the API as problem details: one shape, Chinese sentences, the path of each field."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response

from portal.orgs.access import NotAllowed
from portal.ui.problems import MEDIA_TYPE, details

Errors = list[dict[str, str]]
SENTENCES: dict[type[Exception], str] = {
    exceptions.ParseError: "请求体不是 JSON",
    exceptions.NotAuthenticated: "请先登录，或带上访问令牌",
    exceptions.AuthenticationFailed: "请先登录，或带上访问令牌",
    exceptions.NotFound: "没有这条记录，或不在管辖范围内",
    exceptions.MethodNotAllowed: "这个地址不支持这种请求方法",
    exceptions.NotAcceptable: "只提供 application/json",
    exceptions.UnsupportedMediaType: "请求体用 application/json",
    exceptions.Throttled: "请求过于频繁，请按 Retry-After 等候",
}


class Unprocessable(exceptions.APIException):
    """422: understood and not done; `field` names where it is wrong."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.errors: Errors = [{"field": field, "message": detail}] if field else []


class ConditionRequired(exceptions.APIException):
    """428: a change must say which version it was made to."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = "请先读取这条记录，把应答里的 ETag 放进 If-Match"


class ChangedMeanwhile(exceptions.APIException):
    """412: the record is not as its reader saw it."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "记录已被他人改过，请重新读取后再改"


class FieldError(serializers.Serializer[Any]):
    """A sentence and the field that it belongs to."""

    field = serializers.CharField(label="字段，嵌套时用点连接")
    message = serializers.CharField(label="哪里不对、怎么改")


class Problem(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField(label="问题的种类，固定的 URN")
    title = serializers.CharField(label="种类的名称")
    status = serializers.IntegerField(label="HTTP 状态码")
    detail = serializers.CharField(label="这一次为什么，写给人看")
    instance = serializers.CharField(label="请求编号，与访问留痕、日志一致", required=False)

    def get_fields(self) -> dict[str, Any]:
        """Besides those above, one whose name a serializer uses itself."""
        return super().get_fields() | {"errors": FieldError(many=True, label="各字段的问题")}


def answer_of(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response to an error in an API view; None for one that is ours."""
    request = context["request"]._request
    found = _told(error, context.get("view"))
    if found is None:
        return None
    code, detail, errors, headers = found
    if isinstance(error, NotAllowed):
        request.refused = str(error)
    data = details(request, code, detail, errors)
    return Response(data, status=code, headers=headers, content_type=MEDIA_TYPE)


def _told(error: Exception, view: Any) -> tuple[int, str, Errors, dict[str, str]] | None:
    if isinstance(error, getattr(view, "refusals", ())):
        return status.HTTP_422_UNPROCESSABLE_ENTITY, str(error), list(_of_service(error)), {}
    if isinstance(error, PermissionDenied):
        return status.HTTP_403_FORBIDDEN, str(error), [], {}
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        errors = list(_flat(error.detail))
        return error.status_code, "；".join(each["message"] for each in errors[:5]), errors, headers
    detail = next((said for kind, said in SENTENCES.items() if isinstance(error, kind)), "")
    return error.status_code, detail or str(error.detail), getattr(error, "errors", []), headers


def _of_service(error: Exception) -> Iterator[dict[str, str]]:
    """The fields of a service's refusal: rows of problems, one field, or none."""
    for each in getattr(error, "problems", ()):
        said = f"{each.problem.message}；{each.problem.how}" if each.problem.how else ""
        yield {"field": each.problem.field, "message": said or each.problem.message}
    if field := getattr(error, "field", ""):
        yield {"field": field, "message": str(error)}


def _flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Each sentence of nested errors with its dotted path."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            own = "" if key in {"non_field_errors", "__all__"} else str(key)
            yield from _flat(value, ".".join(filter(None, [path, own])))
    elif isinstance(detail, list):
        for place, value in enumerate(detail):
            deeper = f"{path}.{place}" if isinstance(value, dict) else path
            yield from _flat(value, deeper)
    else:
        yield {"field": path, "message": str(detail)}
