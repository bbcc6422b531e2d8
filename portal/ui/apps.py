"""The user interface kit: pages without knowledge of the domain."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, static files and page tools that every area stands on."""

    name = "portal.ui"
    label = "ui"
    verbose_name = "界面"
