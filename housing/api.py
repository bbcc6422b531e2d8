"""Housing for other systems: read-only, in scope, by pages with a cursor."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import CursorPagination

from housing.models import Building, DwellingUnit
from portal.orgs.capabilities import Capability


class AddressCursor(CursorPagination):
    """Fifty rows in address order; the cursor names a place in the order, never a number."""

    page_size = 50
    page_size_query_param = "size"
    max_page_size = 200
    ordering = ("address_key", "id")


class WalkingCursor(AddressCursor):
    """Buildings in walking order."""

    ordering = ("sort_key", "id")


class BuildingSerializer(serializers.ModelSerializer[Building]):
    """A building with its counted columns."""

    committee = serializers.IntegerField(source="committee_id")

    class Meta:
        model = Building
        fields = (
            "id", "committee", "name", "short_name", "estate", "use", "storeys", "built_year",
            "dwelling_count", "status",
        )  # fmt: skip


class DwellingSerializer(serializers.ModelSerializer[DwellingUnit]):
    """A dwelling without its owner: who owns it is nobody's business outside the committee."""

    committee = serializers.IntegerField(source="committee_id")
    building = serializers.UUIDField(source="building_id")

    class Meta:
        model = DwellingUnit
        fields = (
            "id", "committee", "building", "address", "floor", "room_no", "house_code",
            "code_state", "design_use", "actual_use", "floor_area", "design_rooms", "tenure",
            "occupancy", "occupancy_checked_on", "legality", "occupants", "households",
            "verified_on", "status",
        )  # fmt: skip


class _InScope:
    """Rows under the acting post's unit only; the permission class checks the capability."""

    capability: ClassVar[Capability] = Capability.VIEW_REGISTER
    request: Any

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """REST framework takes its views out of the login wall; ours stay behind it."""
        view = super().as_view(**initkwargs)  # type: ignore[misc]
        view.login_required = True
        return view


class BuildingListView(_InScope, ListAPIView[Building]):
    """Buildings of the acting unit that stand."""

    serializer_class = BuildingSerializer
    pagination_class = WalkingCursor
    queryset = Building.objects.none()

    def get_queryset(self) -> "QuerySet[Building]":
        return Building.objects.in_scope(self.request.scope).existing()


class DwellingListView(_InScope, ListAPIView[DwellingUnit]):
    """Dwellings of the acting unit that are on the frame."""

    serializer_class = DwellingSerializer
    pagination_class = AddressCursor
    queryset = DwellingUnit.objects.none()

    def get_queryset(self) -> "QuerySet[DwellingUnit]":
        return DwellingUnit.objects.in_scope(self.request.scope).active()


class DwellingView(_InScope, RetrieveAPIView[DwellingUnit]):
    """One dwelling; 404 for one elsewhere as for one that is not there."""

    serializer_class = DwellingSerializer
    queryset = DwellingUnit.objects.none()

    def get_queryset(self) -> "QuerySet[DwellingUnit]":
        return DwellingUnit.objects.in_scope(self.request.scope)
