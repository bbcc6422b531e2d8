"""The schema of the API (docs/openapi.yaml), read off the views' attributes, in Chinese."""

import re
from copy import deepcopy
from typing import Any, cast

import django_filters
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from portal.orgs.api.changes import Changes
from portal.orgs.api.frame import Act, EditableItem, Endpoint, Item, ItemAct, Listing
from portal.orgs.api.paging import AFTER, MOST, SIZE, SIZE_OF
from portal.orgs.api.problems import Problem

UUID = {"type": "string", "format": "uuid"}
KEY = OpenApiParameter(
    "Idempotency-Key", UUID, OpenApiParameter.HEADER, required=True,
    description="这一件事的编号：重发时不变，另一件事换一个；七天内同样的请求得到同样的应答",
)  # fmt: skip
IF_MATCH = OpenApiParameter(
    "If-Match", {"type": "string"}, OpenApiParameter.HEADER, required=True,
    description="读取这条记录时应答里的 ETag；没有是 428，已被改过是 412",
)  # fmt: skip
PLACE = OpenApiParameter(
    AFTER, {"type": "string"}, description="上一页 next 给出的位置；读第一页时不带"
)
ROWS = OpenApiParameter(
    SIZE_OF, {"type": "integer", "minimum": 1, "maximum": MOST, "default": SIZE},
    description="每页行数",
)  # fmt: skip
SINCE = OpenApiParameter(
    "since", {"type": "string"}, description="上一次应答里的 cursor；第一次不带，从最早的变动读起"
)
COMMITTEE = OpenApiParameter(
    "committee", {"type": "integer"}, description="居（村）委代码；代表街道、区的账号必填"
)
HAN = re.compile(r"[\u4e00-\u9fff]")
READ_PROBLEMS = (400, 401, 403, 404, 429)
WRITE_PROBLEMS = (400, 401, 403, 404, 413, 415, 422, 429)
WORDS = {
    200: "成功", 201: "已办理", 304: "与 If-None-Match 的版本相同", 400: "请求的内容有误",
    401: "没有登录，或令牌无效", 403: "岗位没有这项权限", 404: "没有，或不在管辖范围内",
    412: "已被他人改过", 413: "请求太大", 415: "请求体不是 JSON", 422: "不能这样办理，逐字段说明",
    428: "缺少 If-Match", 429: "请求过于频繁",
}  # fmt: skip


class Plain:
    """An answer to GET that is neither a page of a list nor a record."""

    many = False


class PortalSchema(AutoSchema):
    """Operations by what the view is: a list, a record, an act."""

    @property
    def served(self) -> Endpoint:
        return cast(Endpoint, self.view)

    def get_operation_id(self) -> str:
        verb = {"GET": "read", "PATCH": "change", "POST": "do"}[self.method]
        if isinstance(self.view, Listing) and self.method == "GET":
            verb = "list"
        return f"{verb}_{_snake(type(self.view).__name__)}"

    def get_auth(self) -> list[Any]:
        """Said for all operations alike, by `in_chinese`."""
        return []

    def get_tags(self) -> list[str]:
        return [self.served.tag]

    def get_summary(self) -> str:
        words = self.served.title
        return f"更正{words}" if self.method == "PATCH" else words

    def get_description(self, *_: Any) -> str:
        needed = f"岗位权限：{self.served.needed(self.method)}。"
        return f"{self.served.about}\n\n{needed}".strip()

    def get_filter_backends(self) -> list[Any]:
        return []

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def get_request_serializer(self) -> Any:
        return self.served.body if self.method in {"POST", "PATCH"} else None

    def get_response_serializers(self) -> Any:
        view, answers = self.served, self.served.answers
        found: dict[Any, Any] = {}
        if self.method == "GET":
            found[200] = _page_of(view) if isinstance(view, Listing) else answers
            if answers is not None and getattr(view, "many", False):
                found[200] = answers(many=True)
            if isinstance(view, Item):
                found[304] = None
            problems: tuple[int, ...] = READ_PROBLEMS
        else:
            found[view.made if self.method == "POST" and isinstance(view, Act) else 200] = answers
            problems = WRITE_PROBLEMS
            if isinstance(view, EditableItem | ItemAct):
                problems += (412, 428)
        return {code: _described(code, body) for code, body in found.items()} | {
            (code, "application/problem+json"): _described(code, Problem) for code in problems
        }

    def get_override_parameters(self) -> list[Any]:
        view = self.view
        if self.method == "POST":
            return [KEY, IF_MATCH] if isinstance(view, ItemAct) else [KEY]
        if self.method == "PATCH":
            return [IF_MATCH]
        if isinstance(view, Changes):
            return [SINCE, COMMITTEE, ROWS]
        if isinstance(view, Listing):
            return [PLACE, ROWS, *_filters(view)]
        return list(getattr(view, "parameters", ()))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _described(code: int, body: Any) -> Any:
    return OpenApiResponse(body, description=WORDS[code])


def _page_of(view: Any) -> type[serializers.Serializer[Any]]:
    """The component of a page of these records."""
    name = f"{view.answers.__name__}{'Changes' if isinstance(view, Changes) else 'Page'}"
    fields = {
        "results": view.answers(many=True, label="记录"),
        **deepcopy(view.closing),
    }
    return type(name, (serializers.Serializer,), fields)


def _filters(view: Any) -> list[OpenApiParameter]:
    """A parameter for each condition of the list."""
    found = view.filterset.base_filters if view.filterset else {}
    return [
        OpenApiParameter(
            name, {"type": "array", "items": _kind(each)} if _is_many(each) else _kind(each),
            description=str(each.label or name), explode=True if _is_many(each) else None,
        )
        for name, each in found.items()
    ]  # fmt: skip


def _is_many(each: Any) -> bool:
    return isinstance(
        each, django_filters.MultipleChoiceFilter | django_filters.ModelMultipleChoiceFilter
    )


def _kind(each: Any) -> dict[str, Any]:
    if isinstance(
        each, django_filters.ModelChoiceFilter | django_filters.ModelMultipleChoiceFilter
    ):
        return {"type": "string"}
    if isinstance(each, django_filters.ChoiceFilter | django_filters.MultipleChoiceFilter):
        choices = [str(key) for key, _title in each.extra.get("choices", ()) if key != ""]
        return {"type": "string", **({"enum": choices} if choices else {})}
    if isinstance(each, django_filters.NumberFilter):
        return {"type": "integer"}
    if isinstance(each, django_filters.DateFilter):
        return {"type": "string", "format": "date"}
    return {"type": "string"}


def in_chinese(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Leave out the code's own words, and say how callers prove who they are."""
    components = result["components"]
    for each in components.get("schemas", {}).values():
        if not HAN.search(each.get("description", "")):
            each.pop("description", None)
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "系统账号的访问令牌"},
        "session": {
            "type": "apiKey", "in": "cookie", "name": "portal_session",
            "description": "浏览器里的登录；写请求另带 X-CSRFToken",
        },
    }  # fmt: skip
    for path in result["paths"].values():
        for operation in path.values():
            operation["security"] = [{"token": []}, {"session": []}]
    return result
