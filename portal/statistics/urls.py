"""Addresses of the statistics query."""

from django.urls import path

from portal.statistics import views

app_name = "statistics"
urlpatterns = [
    path("", views.query, name="query"),
    path("structure/", views.structure, name="structure"),
    path("sheet/", views.sheet, name="sheet"),
    path("export/", views.export, name="export"),
]
