"""Addresses of exports."""

from django.urls import path

from portal.exchange.exports import views

app_name = "exports"
urlpatterns = [
    path("", views.own, name="own"),
    path("ask/<slug:kind>/", views.ask, name="ask"),
    path("quick/<slug:kind>/", views.quick, name="quick"),
    path("waiting/", views.waiting, name="waiting"),
    path("decided/", views.decided, name="decided"),
    path("<uuid:export_id>/", views.export, name="export"),
    path("<uuid:export_id>/progress/", views.progress, name="progress"),
    path("<uuid:export_id>/decide/", views.decide, name="decide"),
    path("<uuid:export_id>/withdraw/", views.withdraw, name="withdraw"),
    path("<uuid:export_id>/file/<uuid:link>/", views.file, name="file"),
]
