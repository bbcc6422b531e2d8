from django.urls import path

from portal.accounts.views import again, entrance, expired, lists, own

app_name = "accounts"
urlpatterns = [
    path("login/", entrance.sign_in, name="login"),
    path("login/code/", entrance.code, name="code"),
    path("login/back/", entrance.back, name="back"),
    path("logout/", entrance.sign_out, name="logout"),
    path("again/", again.again, name="again"),
    path("resume/<uuid:key>/", expired.resume, name="resume"),
    path("session/", expired.left, name="left"),
    path("session/stay/", expired.stay, name="stay"),
    path("", own.mine, name="mine"),
    path("password/", own.password, name="password"),
    path("factor/", own.factor, name="factor"),
    path("factor/codes/", own.recovery_codes, name="recovery_codes"),
    path("sessions/<uuid:handle>/end/", own.end_session, name="end_session"),
    path("lists/<slug:key>/keep/", lists.keep, name="keep_view"),
    path("lists/<slug:key>/forget/", lists.forget, name="forget_view"),
]
