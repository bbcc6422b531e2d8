from django.urls import path

from residents.api import people, requests

app_name = "residents_api"
urlpatterns = [
    path("residences/", people.Residences.as_view(), name="residences"),
    path("changes/residents/", people.ResidentChanges.as_view(), name="resident_changes"),
    path("residents/<uuid:pk>/", people.Person.as_view(), name="resident"),
    path("dwellings/<uuid:pk>/residents/", people.Members.as_view(), name="members"),
    path("dwellings/<uuid:pk>/verifications/", people.Verification.as_view(), name="verify"),
    path("dwellings/<uuid:pk>/transfers/", requests.TransferAsking.as_view(), name="ask_transfer"),
    path("leads/", requests.Leads.as_view(), name="leads"),
    path("leads/<uuid:pk>/", requests.LeadItem.as_view(), name="lead"),
    path("transfers/", requests.Transfers.as_view(), name="transfers"),
    path("transfers/<uuid:pk>/", requests.TransferItem.as_view(), name="transfer"),
    path("transfers/<uuid:pk>/answer/", requests.TransferAnswer.as_view(), name="answer_transfer"),
    path("transfers/<uuid:pk>/decision/", requests.TransferDecision.as_view(),
         name="decide_transfer"),
    path("transfers/<uuid:pk>/withdrawal/", requests.TransferWithdrawal.as_view(),
         name="withdraw_transfer"),
    path("corrections/", requests.Corrections.as_view(), name="corrections"),
]  # fmt: skip
