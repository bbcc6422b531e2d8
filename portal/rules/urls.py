"""Addresses of policy documents and rules."""

from django.urls import path

from portal.rules import views

app_name = "rules"
urlpatterns = [
    path("", views.rule_list, name="list"),
    path("<slug:code>/", views.rule, name="rule"),
    path("<slug:code>/revise/", views.revise, name="revise"),
]
