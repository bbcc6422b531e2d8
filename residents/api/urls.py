from django.urls import path

from residents.api import people

app_name = "residents_api"
urlpatterns = [
    path("residences/", people.Residences.as_view(), name="residences"),
    path("residents/<uuid:pk>/", people.Person.as_view(), name="resident"),
    path("dwellings/<uuid:pk>/residents/", people.Members.as_view(), name="members"),
    path("dwellings/<uuid:pk>/verifications/", people.Verification.as_view(), name="verify"),
]
