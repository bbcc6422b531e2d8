from django.urls import path

from portal.metrics import views

app_name = "metrics"
urlpatterns = [
    path("district/", views.district, name="district"),
    path("street/", views.street, name="street"),
    path("committee/", views.committee, name="committee"),
    path("committee/panel/", views.committee_panel, name="committee_panel"),
    path("definitions/<slug:key>/", views.definition_page, name="definition"),
    path("run/", views.run, name="run"),
    path("checked/", views.checked, name="checked"),
    path("closes/", views.closes, name="closes"),
    path("closes/<str:month>/", views.close, name="close"),
    path("progress/", views.progress, name="progress"),
]
