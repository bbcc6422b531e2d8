"""Addresses of comparisons."""

from django.urls import path

from portal.exchange.comparisons import views

app_name = "comparisons"
urlpatterns = [
    path("", views.runs, name="list"),
    path("new/", views.new, name="new"),
    path("reconciled/", views.reconciled, name="reconciled"),
    path("scenarios/", views.scenarios, name="scenarios"),
    path("scenarios/add/", views.add_scenario, name="add_scenario"),
    path("scenarios/<uuid:scenario_id>/close/", views.close_scenario, name="close_scenario"),
    path("<uuid:run_id>/", views.run, name="run"),
    path("<uuid:run_id>/begin/", views.begin, name="begin"),
    path("<uuid:run_id>/progress/", views.progress, name="progress"),
    path("<uuid:run_id>/abandon/", views.abandon, name="abandon"),
    path("<uuid:run_id>/tell/", views.tell, name="tell"),
]
