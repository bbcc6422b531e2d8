"""Addresses of housing."""

from django.urls import path

from housing.views import board, buildings, codes, dwellings, leases, legality, rental

app_name = "housing"
urlpatterns = [
    path("", dwellings.dwellings, name="list"),
    path("buildings/", buildings.buildings, name="buildings"),
    path("buildings/new/", buildings.add_building, name="add_building"),
    path("buildings/<uuid:pk>/", board.board, name="board"),
    path("buildings/<uuid:pk>/edit/", buildings.edit_building, name="edit_building"),
    path("buildings/<uuid:pk>/rooms/", board.add_rooms, name="add_rooms"),
    path("buildings/<uuid:pk>/codes/", codes.ask_codes, name="ask_codes"),
    path("buildings/<uuid:pk>/dwellings/new/", dwellings.add_dwelling, name="add_dwelling"),
    path("dwellings/<uuid:pk>/", dwellings.dwelling, name="dwelling"),
    path("dwellings/<uuid:pk>/cell/", board.cell, name="cell"),
    path("dwellings/<uuid:pk>/edit/", dwellings.edit_dwelling, name="edit_dwelling"),
    path("dwellings/<uuid:pk>/code/", codes.ask_code, name="ask_code"),
    path("codes/", codes.code_requests, name="code_requests"),
    path("codes/<uuid:pk>/", codes.code_request, name="code_request"),
    path("codes/<uuid:pk>/decide/", codes.decide_code, name="decide_code"),
    path("codes/<uuid:pk>/withdraw/", codes.withdraw_code, name="withdraw_code"),
    path("dwellings/<uuid:pk>/leases/new/", leases.add_lease, name="add_lease"),
    path("legality/", legality.determinations, name="determinations"),
    path("dwellings/<uuid:pk>/legality/", legality.determine, name="determine"),
    path("legality/<uuid:pk>/objection/", legality.object_to, name="object_to"),
    path("dwellings/<uuid:pk>/rooms/", rental.rooms, name="rooms"),
    path("dwellings/<uuid:pk>/group-rental/", rental.group_rental, name="group_rental"),
    path("group-rental/", rental.group_rentals, name="group_rentals"),
    path("leases/", leases.leases, name="leases"),
    path("leases/<uuid:pk>/", leases.lease, name="lease"),
    path("leases/<uuid:pk>/edit/", leases.edit_lease, name="edit_lease"),
    path("leases/<uuid:pk>/renew/", leases.renew_lease, name="renew_lease"),
    path("leases/<uuid:pk>/file/", leases.file_lease, name="file_lease"),
    path("leases/<uuid:pk>/end/", leases.end_lease, name="end_lease"),
    path("leases/<uuid:pk>/void/", leases.void_lease, name="void_lease"),
]
