from django.urls import path

from portal.quality.views import bulk, issues, lists

app_name = "quality"
urlpatterns = [
    path("", lists.issue_list, name="list"),
    path("assign/", bulk.assign, name="assign_many"),
    path("remind/", bulk.remind, name="remind_many"),
    path("<uuid:pk>/", issues.issue, name="issue"),
    path("<uuid:pk>/assign/", issues.assign, name="assign"),
    path("<uuid:pk>/ask/", issues.ask, name="ask"),
    path("<uuid:pk>/withdraw/", issues.withdraw, name="withdraw"),
    path("<uuid:pk>/approve/", issues.approve, name="approve"),
    path("<uuid:pk>/refuse/", issues.refuse, name="refuse"),
    path("<uuid:pk>/check/", issues.check, name="check"),
    path("<uuid:pk>/send-back/", issues.send_back, name="send_back"),
    path("<uuid:pk>/report/", issues.report, name="report"),
]
