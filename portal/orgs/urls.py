from django.urls import path

from portal.orgs import views

app_name = "orgs"
urlpatterns = [
    path("", views.units, name="units"),
    path("post/", views.switch_post, name="switch_post"),
    path("accounts/new/", views.open_account, name="open_account"),
    path("posts/<int:appointment>/end/", views.end_post, name="end_post"),
    path("people/", views.people, name="people"),
    path("people/<int:user>/", views.person, name="person"),
    path("requests/", views.requests, name="requests"),
    path("requests/<int:asked>/decide/", views.decide, name="decide"),
]
