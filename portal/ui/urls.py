"""Addresses of the interface kit: the page that shows its pieces."""

from django.urls import path

from portal.ui import views

app_name = "ui"
urlpatterns = [path("components/", views.components, name="components")]
