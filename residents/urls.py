"""Addresses of the population register."""

from django.urls import path

from residents import api
from residents.views import door, drafts, entry, lists, merging, pane, people, transfers

app_name = "residents"
urlpatterns = [
    path("", lists.residents, name="list"),
    path("entry/", entry.entry_start, name="entry_start"),
    path("entry/drafts/", drafts.mine, name="drafts"),
    path("entry/<uuid:pk>/", entry.entry, name="entry"),
    path("entry/<uuid:pk>/draft/", drafts.keep, name="keep_draft"),
    path("entry/<uuid:pk>/draft/discard/", drafts.discard, name="discard_draft"),
    path("door/", door.shell, name="door"),
    path("door/worker.js", door.worker, name="door_worker"),
    path("door/keys/", door.keys, name="door_keys"),
    path("door/today/", door.today, name="door_today"),
    path("door/<uuid:pk>/answer/", door.answer, name="door_answer"),
    path("dwellings/<uuid:pk>/pane/", pane.pane, name="pane"),
    path("dwellings/<uuid:pk>/verify/", entry.verify_dwelling, name="verify_dwelling"),
    path("episodes/<uuid:pk>/move/", people.move, name="move"),
    path("episodes/<uuid:pk>/deregister/", people.deregister, name="deregister"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/<uuid:pk>/", transfers.transfer, name="transfer"),
    path("transfers/<uuid:pk>/answer/", transfers.answer, name="answer_transfer"),
    path("transfers/<uuid:pk>/decide/", transfers.decide, name="decide_transfer"),
    path("transfers/<uuid:pk>/withdraw/", transfers.withdraw, name="withdraw_transfer"),
    path("api/people/", api.endpoint(api.People), name="api_people"),
    path("api/people/<uuid:pk>/", api.endpoint(api.Person), name="api_person"),
    path("api/people/<uuid:pk>/update/", api.endpoint(api.Update), name="api_update"),
    path("api/dwellings/<uuid:pk>/people/", api.endpoint(api.Members), name="api_members"),
    path("api/dwellings/<uuid:pk>/register/", api.endpoint(api.Register), name="api_register"),
    path("api/dwellings/<uuid:pk>/verify/", api.endpoint(api.Verify), name="api_verify"),
    path("<uuid:pk>/", people.person, name="person"),
    path("<uuid:pk>/merge/", merging.merge, name="merge"),
    path("merges/<uuid:pk>/undo/", merging.part, name="part"),
    path("<uuid:pk>/reveal/", people.reveal, name="reveal"),
]
