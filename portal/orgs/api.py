"""What API views of the areas stand on: the same capability, the same scope, no unknown keys."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.permissions import BasePermission

from portal.orgs.access import check


class NeedsCapability(BasePermission):
    """Serve an API view only when it names its `capability` and the acting post carries it."""

    def has_permission(self, request: Any, view: Any) -> bool:
        capability = getattr(view, "capability", None)
        if capability is None or not request.user.is_authenticated:
            return False
        request.scope = request._request.scope
        check(request.scope, capability)
        return True


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


class Refusal(serializers.Serializer[Any]):
    """Why something was not done, as a sentence for people."""

    detail = serializers.CharField()


def told(body: type[Body], data: Any) -> dict[str, Any]:
    """The checked fields of a request's body.

    :raises rest_framework.exceptions.ValidationError: unknown key, wrong type, no object
    """
    read = body(data=data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)
