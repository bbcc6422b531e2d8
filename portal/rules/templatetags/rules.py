"""The filter that names a rule: `{% load rules %}`, then `{{ row.rule|rule_words }}`."""

from django import template

from portal.rules.services import named

register = template.Library()


@register.filter
def rule_words(label: str) -> str:
    """The rule and version that a record keeps (`Rule.label`), as people call them."""
    return named(label)
