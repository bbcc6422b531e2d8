from django.urls import path

from staffing import views

app_name = "staffing"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("roster/", views.roster, name="roster"),
    path("collectors/new/", views.add, name="add"),
    path("collectors/<uuid:pk>/", views.collector, name="collector"),
    path("collectors/<uuid:pk>/status/", views.change_status, name="status"),
    path("collectors/<uuid:pk>/training/", views.record_training, name="training"),
    path("areas/new/<int:committee>/", views.new_area, name="new_area"),
    path("areas/<uuid:pk>/", views.area, name="area"),
]
