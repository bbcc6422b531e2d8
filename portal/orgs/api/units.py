"""The organisation units that a caller acts over."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.orgs.api.frame import Endpoint
from portal.orgs.api.schema import Plain
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit


class Unit(serializers.ModelSerializer[OrgUnit]):
    """A unit by its division code."""

    class Meta:
        model = OrgUnit
        fields = ("code", "name", "short_name", "kind", "parent", "valid_from", "valid_to")
        read_only_fields = fields


class Caller(serializers.Serializer[Any]):
    """Who one is for the register, and over which units."""

    name = serializers.CharField(label="人员或系统")
    role = serializers.CharField(label="岗位")
    role_title = serializers.CharField(label="岗位名称")
    unit = serializers.IntegerField(label="单位代码")
    capabilities = serializers.ListField(child=serializers.CharField(), label="岗位权限")


class Units(Plain, Endpoint):
    """All units under one's own, in tree order; there are some hundreds."""

    capability = Capability.VIEW_REGISTER
    tag = "单位"
    title = "本单位及下属单位"
    about = "区划代码 12 位，按代码排列即按组织树排列。"
    answers = Unit
    many = True

    def get(self, request: Request) -> Response:
        day = timezone.localdate()
        rows = OrgUnit.objects.under(self.scope.unit).on(day).order_by("code")
        return Response(Unit(rows, many=True).data)


class Me(Plain, Endpoint):
    """What the token, or the session, stands for."""

    capability = Capability.VIEW_REGISTER
    tag = "单位"
    title = "当前调用方"
    about = "令牌属于哪个系统账号、代表哪个岗位和单位、有哪些权限。"
    answers = Caller

    def get(self, request: Request) -> Response:
        by = self.scope
        return Response(
            {
                "name": by.user_name, "role": by.role, "role_title": by.role_title,
                "unit": by.unit, "capabilities": sorted(by.capabilities),
            }
        )  # fmt: skip
