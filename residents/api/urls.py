from django.urls import path

from residents.api import households, leads, moves, people, requests

app_name = "residents_api"
urlpatterns = [
    path("residences/", people.Residences.as_view(), name="residences"),
    path("residences/<uuid:pk>/", moves.ResidenceItem.as_view(), name="residence"),
    path("residences/<uuid:pk>/move/", moves.ResidenceMove.as_view(), name="move_residence"),
    path("residences/<uuid:pk>/end/", moves.ResidenceEnd.as_view(), name="end_residence"),
    path("changes/residents/", people.ResidentChanges.as_view(), name="resident_changes"),
    path("residents/<uuid:pk>/", people.Person.as_view(), name="resident"),
    path("dwellings/<uuid:pk>/residents/", people.Members.as_view(), name="members"),
    path("dwellings/<uuid:pk>/verifications/", people.Verification.as_view(), name="verify"),
    path("dwellings/<uuid:pk>/transfers/", requests.TransferAsking.as_view(), name="ask_transfer"),
    path("dwellings/<uuid:pk>/households/", households.Homes.as_view(), name="households"),
    path("households/<uuid:pk>/", households.HouseholdItem.as_view(), name="household"),
    path("households/<uuid:pk>/head/", households.HeadChange.as_view(), name="change_head"),
    path("households/<uuid:pk>/split/", households.HouseholdSplit.as_view(),
         name="split_household"),
    path("households/<uuid:pk>/merge/", households.HouseholdMerge.as_view(),
         name="merge_households"),
    path("households/<uuid:pk>/member/", households.MemberMove.as_view(), name="move_member"),
    path("leads/", leads.Leads.as_view(), name="leads"),
    path("leads/<uuid:pk>/", leads.LeadItem.as_view(), name="lead"),
    path("leads/<uuid:pk>/handlers/", leads.Handlers.as_view(), name="lead_handlers"),
    path("leads/<uuid:pk>/triage/", leads.LeadTriage.as_view(), name="triage_lead"),
    path("leads/<uuid:pk>/finding/", leads.LeadFinding.as_view(), name="lead_finding"),
    path("leads/<uuid:pk>/finish/", leads.LeadFinish.as_view(), name="finish_lead"),
    path("transfers/", requests.Transfers.as_view(), name="transfers"),
    path("transfers/<uuid:pk>/", requests.TransferItem.as_view(), name="transfer"),
    path("transfers/<uuid:pk>/answer/", requests.TransferAnswer.as_view(), name="answer_transfer"),
    path("transfers/<uuid:pk>/decision/", requests.TransferDecision.as_view(),
         name="decide_transfer"),
    path("transfers/<uuid:pk>/withdrawal/", requests.TransferWithdrawal.as_view(),
         name="withdraw_transfer"),
    path("corrections/", requests.Corrections.as_view(), name="corrections"),
]  # fmt: skip
