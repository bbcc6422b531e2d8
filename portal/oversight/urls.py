"""Addresses of the auditor's alarms."""

from django.urls import path

from portal.oversight import views

app_name = "oversight"
urlpatterns = [
    path("", views.alarms, name="list"),
    path("<uuid:alarm_id>/close/", views.close, name="close"),
]
