from django.urls import path

from portal.orgs import views

app_name = "orgs"
urlpatterns = [path("post/", views.switch_post, name="switch_post")]
