from django.urls import path

from housing.api import buildings, codes, dwellings, estates, leases

app_name = "housing_api"
urlpatterns = [
    path("estates/", estates.Estates.as_view(), name="estates"),
    path("estates/<uuid:pk>/", estates.EstateItem.as_view(), name="estate"),
    path("estates/<uuid:pk>/join/", estates.EstateJoining.as_view(), name="join_estate"),
    path("buildings/", buildings.Buildings.as_view(), name="buildings"),
    path("buildings/<uuid:pk>/", buildings.BuildingItem.as_view(), name="building"),
    path("buildings/<uuid:pk>/dwellings/", buildings.BuildingDwellings.as_view(),
         name="building_dwellings"),
    path("dwellings/", dwellings.Dwellings.as_view(), name="dwellings"),
    path("dwellings/<uuid:pk>/", dwellings.DwellingItem.as_view(), name="dwelling"),
    path("dwellings/<uuid:pk>/leases/", leases.DwellingLeases.as_view(), name="dwelling_leases"),
    path("changes/dwellings/", dwellings.DwellingChanges.as_view(), name="dwelling_changes"),
    path("buildings/<uuid:pk>/codes/", codes.BuildingAsking.as_view(), name="ask_building_codes"),
    path("dwellings/<uuid:pk>/codes/", codes.DwellingAsking.as_view(), name="ask_code"),
    path("dwellings/<uuid:pk>/code_events/", codes.CodeEvents.as_view(), name="code_events"),
    path("codes/", codes.CodeRequests.as_view(), name="code_requests"),
    path("codes/<uuid:pk>/", codes.CodeRequestItem.as_view(), name="code_request"),
    path("codes/<uuid:pk>/decision/", codes.CodeDecision.as_view(), name="decide_code"),
    path("codes/<uuid:pk>/withdrawal/", codes.CodeWithdrawal.as_view(), name="withdraw_code"),
    path("leases/", leases.Leases.as_view(), name="leases"),
    path("leases/<uuid:pk>/", leases.LeaseItem.as_view(), name="lease"),
    path("leases/<uuid:pk>/filing/", leases.LeaseFiling.as_view(), name="lease_filing"),
    path("leases/<uuid:pk>/renewal/", leases.LeaseRenewal.as_view(), name="lease_renewal"),
    path("leases/<uuid:pk>/end/", leases.LeaseEnd.as_view(), name="lease_end"),
    path("leases/<uuid:pk>/void/", leases.LeaseVoid.as_view(), name="lease_void"),
]  # fmt: skip
