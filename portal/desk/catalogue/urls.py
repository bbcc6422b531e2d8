"""Addresses of the data catalogue."""

from django.urls import path

from portal.desk.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("", views.catalogue, name="list"),
    path("file/", views.file, name="file"),
    path("<slug:key>/", views.record, name="record"),
]
