"""Addresses of the municipal system's use."""

from django.urls import path

from portal.usage import views

app_name = "usage"
urlpatterns = [
    path("", views.listing, name="list"),
    path("own/", views.own, name="own"),
    path("month/", views.month, name="month"),
    path("<int:code>/", views.days, name="days"),
    path("<int:code>/tell/", views.tell, name="tell"),
]
