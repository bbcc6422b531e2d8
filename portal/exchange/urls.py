"""Addresses of the import wizard."""

from django.urls import path

from portal.exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.upload, name="upload"),
    path("history/", views.history, name="history"),
    path("template/<slug:kind>/", views.template, name="template"),
    path("<uuid:batch_id>/", views.batch, name="batch"),
    path("<uuid:batch_id>/sheet/", views.sheet, name="sheet"),
    path("<uuid:batch_id>/mapping/", views.mapping, name="mapping"),
    path("<uuid:batch_id>/remap/", views.remap, name="remap"),
    path("<uuid:batch_id>/cell/", views.cell, name="cell"),
    path("<uuid:batch_id>/row/", views.row, name="row"),
    path("<uuid:batch_id>/apply/", views.apply, name="apply"),
    path("<uuid:batch_id>/stop/", views.stop, name="stop"),
    path("<uuid:batch_id>/abandon/", views.abandon, name="abandon"),
    path("<uuid:batch_id>/undo/", views.undo, name="undo"),
    path("<uuid:batch_id>/progress/", views.progress, name="progress"),
    path("<uuid:batch_id>/errors/", views.errors, name="errors"),
]
