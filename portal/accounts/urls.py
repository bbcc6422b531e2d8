from django.urls import path

from portal.accounts.views import again, entrance

app_name = "accounts"
urlpatterns = [
    path("login/", entrance.sign_in, name="login"),
    path("logout/", entrance.sign_out, name="logout"),
    path("again/", again.again, name="again"),
]
