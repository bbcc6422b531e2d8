"""All addresses of the portal; each area keeps its own list."""

from django.urls import include, path

urlpatterns: list[object] = []
