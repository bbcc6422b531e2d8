"""Addresses of the statistics query."""

from django.urls import path

from portal.statistics import boards, views

app_name = "statistics"
urlpatterns = [
    path("", views.query, name="query"),
    path("structure/", views.structure, name="structure"),
    path("sheet/", views.sheet, name="sheet"),
    path("board/", boards.export, name="board"),
    path("export/", views.export, name="export"),
]
