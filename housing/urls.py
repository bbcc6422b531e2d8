"""Addresses of housing."""

from django.urls import path

from housing import api
from housing.views import board, buildings, dwellings

app_name = "housing"
urlpatterns = [
    path("", dwellings.dwellings, name="list"),
    path("buildings/", buildings.buildings, name="buildings"),
    path("buildings/new/", buildings.add_building, name="add_building"),
    path("buildings/<uuid:pk>/", board.board, name="board"),
    path("buildings/<uuid:pk>/rooms/", board.add_rooms, name="add_rooms"),
    path("buildings/<uuid:pk>/codes/", board.assign_codes, name="assign_codes"),
    path("buildings/<uuid:pk>/dwellings/new/", dwellings.add_dwelling, name="add_dwelling"),
    path("dwellings/<uuid:pk>/", dwellings.dwelling, name="dwelling"),
    path("dwellings/<uuid:pk>/cell/", board.cell, name="cell"),
    path("dwellings/<uuid:pk>/edit/", dwellings.edit_dwelling, name="edit_dwelling"),
    path("dwellings/<uuid:pk>/code/", dwellings.assign_code, name="assign_code"),
    path("api/buildings/", api.BuildingListView.as_view(), name="api_buildings"),
    path("api/dwellings/", api.DwellingListView.as_view(), name="api_dwellings"),
    path("api/dwellings/<uuid:pk>/", api.DwellingView.as_view(), name="api_dwelling"),
]
