"""The population register for other systems: masked reads, and writes through the services."""

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from housing.models import DwellingUnit
from portal.audit.record import record
from portal.jobs.services import once
from portal.orgs.access import get_in_scope
from portal.orgs.api import Body, Refusal, told
from portal.orgs.capabilities import Capability
from portal.ui.idempotency import key_of
from residents import services
from residents.identity import mask_birth
from residents.intake import TITLES
from residents.models import Residence, Resident

TELLABLE = tuple(TITLES)
KEY = OpenApiParameter(
    "Idempotency-Key", {"type": "string", "format": "uuid"}, OpenApiParameter.HEADER
)


def endpoint(view: type[APIView]) -> Any:
    """The view for the address list; who is not logged in is sent to the login page."""
    served = view.as_view()
    served.login_required = True  # type: ignore[attr-defined]
    return served


class NameCursor(CursorPagination):
    """Fifty people in the order of their names; the cursor names a place, never a number."""

    page_size = 50
    page_size_query_param = "size"
    max_page_size = 200
    ordering = ("name_key", "id")


class EpisodeSerializer(serializers.ModelSerializer[Residence]):
    """Somebody at a dwelling: numbers masked, the birth date as its year."""

    resident = serializers.UUIDField(source="resident_id")
    dwelling = serializers.UUIDField(source="dwelling_id")
    committee = serializers.IntegerField(source="committee_id")
    born = serializers.SerializerMethodField()
    version = serializers.SerializerMethodField()

    class Meta:
        model = Residence
        fields = (
            "id", "resident", "dwelling", "committee", "name", "sex", "born", "category", "kind",
            "relation", "tenancy_role", "reason", "origin", "id_mask", "phone_mask",
            "short_address", "begin_on", "registered_on", "verified_on", "due_on", "status",
            "version",
        )  # fmt: skip

    def get_born(self, row: Residence) -> str:
        return mask_birth(row.birth_date)

    def get_version(self, row: Residence) -> str:
        return services.version_of(row.resident, row)


class Told(Body):
    """What is told of a person: texts, as on the form; what is left out stays as it is."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        said = {
            key: serializers.CharField(
                label=title, required=False, allow_blank=True, allow_null=True, max_length=400
            )
            for key, title in TITLES.items()
        }
        return {**said, **super().get_fields()}


class Correction(Told):
    """Fields that change, and the version as it was read."""

    version = serializers.CharField(required=False, allow_blank=True, max_length=80)


class Arrival(Told):
    """A person who lives at the dwelling; `arrival` says what becomes of a former residence."""

    arrival = serializers.ChoiceField(["move", "stay"], required=False)


class Visit(Body):
    """How the dwelling was verified."""

    method = serializers.CharField(required=False, max_length=2)


class PersonSerializer(serializers.Serializer[Any]):
    """A person with the open episodes in sight."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    episodes = EpisodeSerializer(many=True)


class Problem(serializers.Serializer[Any]):
    """What is wrong with a field, and how to mend it."""

    field = serializers.CharField()
    message = serializers.CharField()
    how = serializers.CharField()


class Refused(Refusal):
    """A refusal with a sentence per field."""

    problems = Problem(many=True)


class Conflict(serializers.Serializer[Any]):
    """A field that somebody else has changed meanwhile."""

    field = serializers.CharField()
    mine = serializers.CharField()
    theirs = serializers.CharField()


class Stale(Refusal):
    """The version is no longer the one that was read."""

    conflicts = Conflict(many=True)


class Made(serializers.Serializer[Any]):
    """The key of what was made."""

    id = serializers.CharField()


class Verified(serializers.Serializer[Any]):
    """How many episodes were verified."""

    verified = serializers.IntegerField()


class People(ListAPIView[Residence]):
    """Actual population of the acting unit, in the order of names."""

    capability: ClassVar[Capability] = Capability.VIEW_REGISTER
    serializer_class = EpisodeSerializer
    pagination_class = NameCursor
    queryset = Residence.objects.none()

    def get_queryset(self) -> "QuerySet[Residence]":
        rows = Residence.objects.in_scope(self.request.scope).actual()  # type: ignore[attr-defined]
        return rows.select_related("resident")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().list(request, *args, **kwargs)
        record(
            "register.list_viewed", by=request.scope, at=timezone.now(),  # type: ignore[attr-defined]
            target=("residents.residence", "api"),
            subjects=[row["resident"] for row in response.data["results"]],
        )  # fmt: skip
        return response


class Person(APIView):
    """One person's open episodes; 404 for one elsewhere as for one that is not there."""

    capability: ClassVar[Capability] = Capability.VIEW_REGISTER

    @extend_schema(responses={200: PersonSerializer, 404: Refusal})
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        scope = request.scope  # type: ignore[attr-defined]
        resident = get_in_scope(Resident.objects.all(), scope, pk=pk)
        rows = Residence.objects.in_scope(scope).open().filter(resident=resident)
        record(
            "residents.viewed", by=scope, at=timezone.now(), target=resident,
            committee=resident.committee_id, subjects=[resident.pk],
        )  # fmt: skip
        found = EpisodeSerializer(rows.select_related("resident").order_by("id"), many=True)
        return Response({"id": resident.pk, "name": resident.name, "episodes": found.data})


class Update(APIView):
    """Correct a person: `version` as it was read, and only the fields that change."""

    capability: ClassVar[Capability] = Capability.EDIT_RESIDENTS

    @extend_schema(
        request=Correction,
        responses={204: None, 400: Refusal, 404: Refusal, 409: Stale, 422: Refused},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        scope = request.scope  # type: ignore[attr-defined]
        get_in_scope(Resident.objects.all(), scope, pk=pk)
        body = told(Correction, request.data)
        try:
            services.update_resident(
                resident_id=pk, version=body.get("version", ""), told=told_in(body), by=scope,
                at=timezone.now(),
            )  # fmt: skip
        except services.UnableToSave as refusal:
            return refused(refusal)
        except services.StaleVersion as stale:
            return Response(
                {
                    "detail": str(stale),
                    "conflicts": [
                        {"field": each.field, "mine": each.mine, "theirs": each.theirs}
                        for each in stale.conflicts
                    ],
                },
                status=status.HTTP_409_CONFLICT,
            )
        return Response(status=status.HTTP_204_NO_CONTENT)


class Members(APIView):
    """Everybody on record at a dwelling."""

    capability: ClassVar[Capability] = Capability.VIEW_REGISTER

    @extend_schema(responses={200: EpisodeSerializer(many=True), 404: Refusal})
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        scope = request.scope  # type: ignore[attr-defined]
        dwelling = get_in_scope(DwellingUnit.objects.all(), scope, pk=pk)
        rows = Residence.objects.in_scope(scope).open().filter(dwelling=dwelling)
        record(
            "residents.viewed", by=scope, at=timezone.now(), target=dwelling,
            committee=dwelling.committee_id, subjects=[row.resident_id for row in rows],
        )  # fmt: skip
        found = EpisodeSerializer(rows.select_related("resident").order_by("id"), many=True)
        return Response(found.data)


class Register(APIView):
    """Record one person at a dwelling; an `Idempotency-Key` header makes a second try harmless."""

    capability: ClassVar[Capability] = Capability.EDIT_RESIDENTS

    @extend_schema(
        parameters=[KEY], request=Arrival,
        responses={201: Made, 400: Refusal, 404: Refusal, 422: Refused},
    )  # fmt: skip
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        scope = request.scope  # type: ignore[attr-defined]
        get_in_scope(DwellingUnit.objects.all(), scope, pk=pk)
        body = told(Arrival, request.data)

        def act() -> str:
            residence = services.register_resident(
                dwelling_id=pk, told=told_in(body), by=scope, at=timezone.now(),
                arrival=body.get("arrival", ""),
            )  # fmt: skip
            return str(residence.pk)

        try:
            key = key_of(request._request)
            made = once(key=key, user_id=scope.user_id or 0, at=timezone.now(), act=act)
        except services.UnableToSave as refusal:
            return refused(refusal)
        return Response({"id": made}, status=status.HTTP_201_CREATED)


class Verify(APIView):
    """Verified, nothing changed."""

    capability: ClassVar[Capability] = Capability.VERIFY

    @extend_schema(
        request=Visit, responses={200: Verified, 400: Refusal, 404: Refusal, 422: Refusal}
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        scope = request.scope  # type: ignore[attr-defined]
        get_in_scope(DwellingUnit.objects.all(), scope, pk=pk)
        body = told(Visit, request.data)
        try:
            rows = services.verify_dwelling(
                dwelling_id=pk, method=body.get("method", "V1"), by=scope, at=timezone.now()
            )
        except services.UnableToVerify as refusal:
            return Response({"detail": str(refusal)}, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
        return Response({"verified": len(rows)})


def told_in(data: dict[str, Any]) -> dict[str, str]:
    """The fields of a person in a request's body, as texts."""
    return {key: str(data[key]) for key in TELLABLE if data.get(key) is not None}


def refused(refusal: services.UnableToSave) -> Response:
    """A sentence per field, and how to mend it."""
    problems = [
        {"field": each.problem.field, "message": each.problem.message, "how": each.problem.how}
        for each in refusal.problems
    ]
    return Response(
        {"detail": str(refusal), "problems": problems},
        status=status.HTTP_422_UNPROCESSABLE_ENTITY,
    )
