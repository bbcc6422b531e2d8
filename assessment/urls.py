from django.urls import path

from assessment import views

app_name = "assessment"
urlpatterns = [
    path("", views.matrix, name="matrix"),
    path("equity/", views.equity, name="equity"),
    path("plans/", views.plan_items, name="plan_items"),
    path("plans/all/", views.plans, name="plans"),
    path("plans/report/", views.plan_report, name="plan_report"),
    path("plans/new/", views.add_plan, name="add_plan"),
    path("plans/<uuid:pk>/", views.plan, name="plan"),
    path("plans/<uuid:pk>/edit/", views.edit_plan, name="edit_plan"),
    path("plans/<uuid:pk>/items/new/", views.add_plan_item, name="add_plan_item"),
    path(
        "plans/<uuid:pk>/items/<uuid:item>/remove/", views.remove_plan_item, name="remove_plan_item"
    ),
    path("plans/<uuid:pk>/<slug:act>/", views.plan_act, name="plan_act"),
    path("plan-items/<uuid:pk>/", views.plan_item, name="plan_item"),
    path("plan-items/<uuid:pk>/edit/", views.edit_plan_item, name="edit_plan_item"),
    path("plan-items/<uuid:pk>/<slug:act>/", views.plan_item_act, name="plan_item_act"),
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
