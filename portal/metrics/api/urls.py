from django.urls import path

from portal.metrics.api import values

app_name = "metrics_api"
urlpatterns = [path("metrics/", values.MetricValues.as_view(), name="values")]
