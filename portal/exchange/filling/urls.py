"""Addresses of other offices' forms."""

from django.urls import path

from portal.exchange.filling import views

app_name = "forms"
urlpatterns = [
    path("", views.kept, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:form_id>/", views.form, name="form"),
    path("<uuid:form_id>/headings/", views.headings, name="headings"),
    path("<uuid:form_id>/columns/", views.columns, name="columns"),
    path("<uuid:form_id>/fill/", views.fill, name="fill"),
    path("<uuid:form_id>/remove/", views.remove, name="remove"),
]
