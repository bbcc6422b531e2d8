from django.urls import path

from portal.orgs.views import lists, systems
from portal.orgs.views import posts as views

app_name = "orgs"
urlpatterns = [
    path("", views.units, name="units"),
    path("post/", views.switch_post, name="switch_post"),
    path("accounts/new/", views.open_account, name="open_account"),
    path("posts/<int:appointment>/end/", views.end_post, name="end_post"),
    path("people/", views.people, name="people"),
    path("people/<int:user>/", views.person, name="person"),
    path("systems/", systems.systems, name="systems"),
    path("systems/new/", systems.open_system, name="open_system"),
    path("systems/<int:user>/", systems.system, name="system"),
    path("systems/tokens/<uuid:pk>/revoke/", systems.revoke, name="revoke_token"),
    path("lists/<slug:key>/share/", lists.share, name="share_view"),
    path("lists/shared/<uuid:pk>/withdraw/", lists.withdraw, name="withdraw_view"),
    path("requests/", views.requests, name="requests"),
    path("requests/<int:asked>/decide/", views.decide, name="decide"),
]
