"""Addresses of no area: home, to-do list, search, trail, help, health."""

from django.urls import path

from portal.desk.views import audit, health, help_pages, home, operation, search, subject

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("todo/", home.todo, name="todo"),
    path("todo/verify/<uuid:pk>/", home.verify, name="verify"),
    path("search/", search.search, name="search"),
    path("audit/", audit.trail, name="audit"),
    path("audit/export/", audit.export_page, name="audit_export"),
    path("audit/figures/", audit.side_figures, name="audit_figures"),
    path("subjects/<uuid:pk>/", subject.subject, name="subject"),
    path("operation/", operation.operation, name="operation"),
    path("help/", help_pages.index, name="help"),
    path("help/<slug:topic>/", help_pages.topic, name="help_topic"),
    path("healthz", health.health, name="health"),
]
