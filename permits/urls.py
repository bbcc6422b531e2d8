"""Addresses of permits."""

from django.urls import path

from permits.views import acts, cases

app_name = "permits"
urlpatterns = [
    path("", cases.cases, name="list"),
    path("receive/", acts.receive, name="receive"),
    path("<uuid:pk>/", cases.case, name="case"),
    path("<uuid:pk>/complete/", acts.complete, name="complete"),
    path("<uuid:pk>/move/<slug:act>/", acts.move, name="move"),
    path("<uuid:pk>/issue/", acts.issue, name="issue"),
    path("<uuid:pk>/review/", acts.review, name="review"),
    path("<uuid:pk>/decide/", acts.decide, name="decide"),
]
