from django.urls import path

from assessment import views

app_name = "assessment"
urlpatterns = [
    path("", views.matrix, name="matrix"),
    path("equity/", views.equity, name="equity"),
    path("open/", views.open_cycle, name="open"),
    path("<uuid:pk>/compute/", views.compute, name="compute"),
    path("<uuid:pk>/progress/<uuid:job>/", views.progress, name="progress"),
    path("<uuid:pk>/advance/", views.advance, name="advance"),
    path("<uuid:pk>/submit/", views.submit, name="submit"),
    path("<uuid:pk>/report/<str:form>/", views.report, name="report"),
    path("scores/<uuid:pk>/", views.indicator, name="indicator"),
    path("scores/<uuid:pk>/claim/", views.claim, name="claim"),
    path("scores/<uuid:pk>/evidence/", views.evidence, name="evidence"),
    path("scores/<uuid:pk>/review/", views.review, name="review"),
    path("evidence/<uuid:pk>/check/", views.check_evidence, name="check_evidence"),
]
