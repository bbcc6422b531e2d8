"""The numbers of a unit with what they are made of."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.metrics import figures
from portal.metrics.registry import metrics
from portal.orgs.api.frame import Endpoint
from portal.orgs.api.schema import Plain
from portal.orgs.capabilities import Capability
from portal.orgs.scope import level_of


class MetricShape(serializers.Serializer[Any]):
    """One metric of a unit with the parts it comes from; empty where nothing was measured."""

    metric = serializers.CharField(source="metric.key", label="指标")
    title = serializers.CharField(source="metric.title", label="名称")
    formula = serializers.CharField(source="metric.formula", label="口径")
    version = serializers.IntegerField(source="metric.version", label="口径版本")
    clause = serializers.CharField(source="metric.clause", label="依据")
    value = serializers.DecimalField(16, 4, allow_null=True, label="值；没有分母时为空")
    numerator = serializers.DecimalField(16, 4, allow_null=True, label="分子")
    denominator = serializers.DecimalField(16, 4, allow_null=True, label="分母")


class SheetShape(serializers.Serializer[Any]):
    """The numbers of one unit at one time."""

    unit = serializers.IntegerField(label="单位代码")
    as_of = serializers.DateField(label="统计日期", allow_null=True)
    measured_at = serializers.DateTimeField(label="计算时间", allow_null=True)
    values = serializers.ListField(child=MetricShape(), label="指标值")


class MetricValues(Plain, Endpoint):
    """The current numbers of one's unit, or of one below it."""

    capability = Capability.VIEW_DASHBOARD
    tag = "指标"
    title = "指标值"
    about = "最近一次计算的数；街道和区的数是所辖居（村）委之和。"
    answers = SheetShape
    parameters = (
        OpenApiParameter(
            "unit", {"type": "integer"}, description="本单位或下属单位的代码，缺省为本单位"
        ),
    )

    def get(self, request: Request) -> Response:
        text = request.query_params.get("unit", str(self.scope.unit))
        code = int(text) if text.isascii() and text.isdecimal() else 0
        if not self.scope.covers(code):
            raise serializers.ValidationError({"unit": "不是本单位或下属单位的代码"})
        grain: figures.Grain = "street_id" if level_of(code) == "district" else "committee_id"
        sheet = figures.current(code, grain)
        found = [sheet.of(key) for key, metric in metrics().items() if not metric.awaits]
        told = {
            "unit": code, "as_of": sheet.as_of, "measured_at": sheet.measured_at, "values": found,
        }  # fmt: skip
        return Response(SheetShape(told).data)
