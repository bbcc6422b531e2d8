"""Addresses of the statistics query."""

from django.urls import path

from portal.statistics.views import boards, queries

app_name = "statistics"
urlpatterns = [
    path("", queries.query, name="query"),
    path("structure/", queries.structure, name="structure"),
    path("sheet/", queries.sheet, name="sheet"),
    path("board/", boards.export, name="board"),
    path("export/", queries.export, name="export"),
]
