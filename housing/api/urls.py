from django.urls import path

from housing.api import buildings, dwellings, leases

app_name = "housing_api"
urlpatterns = [
    path("estates/", buildings.Estates.as_view(), name="estates"),
    path("buildings/", buildings.Buildings.as_view(), name="buildings"),
    path("buildings/<uuid:pk>/", buildings.BuildingItem.as_view(), name="building"),
    path("buildings/<uuid:pk>/dwellings/", buildings.BuildingDwellings.as_view(),
         name="building_dwellings"),
    path("dwellings/", dwellings.Dwellings.as_view(), name="dwellings"),
    path("dwellings/<uuid:pk>/", dwellings.DwellingItem.as_view(), name="dwelling"),
    path("dwellings/<uuid:pk>/leases/", leases.DwellingLeases.as_view(), name="dwelling_leases"),
    path("changes/dwellings/", dwellings.DwellingChanges.as_view(), name="dwelling_changes"),
    path("leases/", leases.Leases.as_view(), name="leases"),
    path("leases/<uuid:pk>/", leases.LeaseItem.as_view(), name="lease"),
    path("leases/<uuid:pk>/filing/", leases.LeaseFiling.as_view(), name="lease_filing"),
    path("leases/<uuid:pk>/renewal/", leases.LeaseRenewal.as_view(), name="lease_renewal"),
    path("leases/<uuid:pk>/end/", leases.LeaseEnd.as_view(), name="lease_end"),
    path("leases/<uuid:pk>/void/", leases.LeaseVoid.as_view(), name="lease_void"),
]  # fmt: skip
