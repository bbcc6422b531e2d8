"""The views of the API: the same capability, the same scope, the same services as the pages.

An area declares lists, records and acts; these classes serve them. What is behind a view (its
capability, its body, its answers, its words) stands in class attributes, which the schema reads.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.audit.record import record
from portal.orgs.access import get_in_scope
from portal.orgs.api.conditions import check_condition, etag_of, is_known
from portal.orgs.api.paging import page_of
from portal.orgs.api.repeats import answered_once
from portal.orgs.capabilities import Capability
from portal.orgs.records import ScopedQuerySet
from portal.orgs.scope import Scope
from portal.orgs.services import hold

Serializer = type[serializers.BaseSerializer[Any]]
Filters = Any  # a filter set of django-filter, whose stubs know no metaclass


class Body(serializers.Serializer[Any]):
    """A request's JSON object: the fields that it declares and no other (400 otherwise)."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [str(key) for key in data if key not in self.fields]
            if unknown:
                raise serializers.ValidationError({key: "没有这个字段" for key in unknown})
        return super().to_internal_value(data)

    def to_representation(self, instance: Any) -> Any:
        """For the schema only: bodies are read, never written."""
        return super().to_representation(instance)


def told(body: type[Body], data: Any) -> dict[str, Any]:
    """The checked fields of a request's body.

    :raises rest_framework.exceptions.ValidationError: unknown key, wrong type, no object
    """
    read = body(data=data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


class Endpoint(APIView):
    """A view of the API. `title` and `about` are the schema's words, `tag` its chapter."""

    capability: ClassVar[Capability]
    #: what a POST or PATCH needs, where that is more than looking
    changing: ClassVar[Capability | None] = None
    tag: ClassVar[str] = ""
    title: ClassVar[str] = ""
    about: ClassVar[str] = ""
    #: the services' refusals, which are answered with 422 and a sentence at its field
    refusals: ClassVar[tuple[type[Exception], ...]] = ()
    body: ClassVar[type[Body] | None] = None
    answers: ClassVar[Serializer | None] = None

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """REST framework takes its views out of the login wall; ours stay behind it."""
        view = super().as_view(**initkwargs)
        view.login_required = True  # type: ignore[attr-defined]
        return view

    @classmethod
    def needed(cls, method: str | None) -> Capability:
        """The capability that a request with this method asks for."""
        if method in {"POST", "PATCH"} and cls.changing is not None:
            return cls.changing
        return cls.capability

    @property
    def scope(self) -> Scope:
        found: Scope = self.request.scope  # type: ignore[attr-defined]
        return found

    @property
    def at(self) -> datetime:
        return timezone.now()

    def shown(self, row: Any) -> dict[str, Any]:
        """A record as it is told, for the schema's `answers`."""
        assert self.answers is not None
        return dict(self.answers(row, context={"scope": self.scope}).data)


class Listing(Endpoint):
    """Records of the acting unit by pages that stay whole while others write."""

    filterset: ClassVar[Filters] = None
    #: the columns of the order, none of them NULL; the key comes last by itself
    order: ClassVar[tuple[str, ...]] = ()
    #: how the trail names the list, and the column that says whose record a row is
    listed: ClassVar[tuple[str, str]]
    subject: ClassVar[str] = ""
    #: what a page holds besides its records, for the schema
    closing: ClassVar[dict[str, Any]] = {
        "next": serializers.CharField(allow_null=True, label="下一页的地址；没有时为空")
    }

    @abstractmethod
    def rows(self) -> "QuerySet[Any]":
        """The unfiltered rows of the acting unit."""

    def filter_context(self) -> dict[str, Any]:
        """What the filters need to know besides the address."""
        return {"day": timezone.localdate(), "scope": self.scope}

    def get(self, request: Request) -> Response:
        rows = self._filtered(request)
        found = page_of(request, rows, self.order)
        self.note(request, found.rows)
        return Response({"results": [self.shown(row) for row in found.rows], "next": found.next})

    def note(self, request: Request, rows: Iterable[Any]) -> None:
        """Write into the trail who looked at whose records."""
        kind, title = self.listed
        record(
            "register.list_viewed", by=self.scope, at=self.at, target=(kind, "api"),
            subjects=[getattr(row, self.subject) for row in rows] if self.subject else (),
            changes={"list": title, "filter": _asked(request)},
        )  # fmt: skip

    def _filtered(self, request: Request) -> "QuerySet[Any]":
        rows = self.rows()
        if self.filterset is None:
            return rows
        filters = self.filterset(request.query_params, queryset=rows, **self.filter_context())
        if not filters.is_valid():
            raise serializers.ValidationError(filters.errors)
        found: QuerySet[Any] = filters.qs
        return found


def _asked(request: Request) -> str:
    """Which conditions a list was asked with; what was typed into them stays out of the trail."""
    return " ".join(sorted(request.query_params))


class Item(Endpoint):
    """One record with its `ETag`; 404 for one elsewhere as for one that is not there."""

    viewed: ClassVar[str]

    @abstractmethod
    def rows(self) -> "ScopedQuerySet[Any]":
        """The rows that it is one of."""

    def people(self, row: Any) -> Iterable[Any]:
        """Whose data the record is, for the trail."""
        return ()

    def find(self, pk: Any) -> Any:
        return get_in_scope(self.rows(), self.scope, pk=pk)

    def get(self, request: Request, pk: Any) -> Response:
        row = self.find(pk)
        record(
            self.viewed, by=self.scope, at=self.at, target=row,
            committee=getattr(row, "committee_id", None), subjects=self.people(row),
        )  # fmt: skip
        return self.answer(row)

    def answer(self, row: Any, status_code: int = status.HTTP_200_OK) -> Response:
        data = self.shown(row)
        tag = etag_of(data)
        if self.request.method == "GET" and is_known(self.request, tag):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        return Response(data, status=status_code, headers={"ETag": tag})


class EditableItem(Item):
    """A record that PATCH changes, for whoever has read it as it is now (`If-Match`)."""

    @abstractmethod
    def change(self, row: Any, told: dict[str, Any]) -> None:
        """Make the change; the row is locked and as its reader saw it."""

    def patch(self, request: Request, pk: Any) -> Response:
        assert self.body is not None
        row = held(self, pk)
        fields = told(self.body, request.data)
        self.change(row, fields)
        return self.answer(self.find(pk))


def held(view: Any, pk: Any) -> Any:
    """The record, locked, when it is still as the request's `If-Match` says.

    :raises Http404: not in sight; problems 428 and 412 without, and with an old condition
    """
    view.find(pk)
    hold(view.rows(), pk=pk, by=view.scope)
    row = view.find(pk)
    check_condition(view.request, etag_of(view.shown(row)))
    return row


class Act(Endpoint):
    """Something that is done once for each `Idempotency-Key`: a POST."""

    made: ClassVar[int] = status.HTTP_201_CREATED

    @abstractmethod
    def act(self, told: dict[str, Any], **keys: Any) -> Any:
        """Do it; what comes back is shown as `answers`."""

    def post(self, request: Request, **keys: Any) -> Response:
        def done() -> Response:
            fields = told(self.body, request.data) if self.body else {}
            row = self.act(fields, **keys)
            return Response(self.shown(row) if self.answers else None, status=self.made)

        return answered_once(request, self.scope, self.at, done)


class ItemAct(Act):
    """An act on a record that somebody has read: it changes it, so it names its version."""

    made = status.HTTP_200_OK
    #: the view of the record, whose `ETag` the condition names
    item: ClassVar[type[Item]]

    def act(self, told: dict[str, Any], **keys: Any) -> Any:
        view: Any = self.item()
        view.request = self.request
        row = held(view, keys["pk"])
        self.do(row, told)
        return view.find(keys["pk"])

    @abstractmethod
    def do(self, row: Any, told: dict[str, Any]) -> None:
        """Do it to the record; it is locked and as its reader saw it."""
