from django.urls import path

from portal.orgs.api import units

app_name = "orgs_api"
urlpatterns = [
    path("me/", units.Me.as_view(), name="me"),
    path("units/", units.Units.as_view(), name="units"),
]
