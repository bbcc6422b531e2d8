"""Folding: what is constant in a template is drawn once, and nothing else changes."""

import pytest
from django.template import Context, Template
from django.template.loader import get_template

from portal.ui.folding import Constant, _parts, fold

PARTS = {
    "words, icons and keys": ('{% translate "保存" %} {% icon "plus" %}{% kbd "N" %}', 1),
    "an address without arguments": ("<a href=\"{% url 'desk:home' %}\">x</a>", 1),
    "what a variable says": ("<b>{{ name }}</b>", 0),
    "words given a name": ('{% translate "保存" as save %}{{ save }}', 0),
    "an address with an argument": ("{% url 'metrics:definition' name %}", 0),
    "an icon of a variable": ('{% icon name|default:"plus" %}', 0),
    "the inside of a condition": (
        '{% if name %}{% icon "plus" %}{% else %}{% kbd "N" %}{% endif %}',
        2,
    ),
    "the inside of a loop": ('{% for x in name %}{{ x }}{% icon "plus" %}{% endfor %}', 1),
}  # fmt: skip


@pytest.mark.parametrize(("source", "constants"), PARTS.values(), ids=list(PARTS))
def test_what_is_constant_becomes_one_node_and_says_the_same(source, constants):
    plain, folded = (Template("<p>{% load i18n ui %}{{ name }}" + source) for _ in range(2))
    fold(folded.nodelist)
    assert len(constants_in(folded.nodelist)) == constants
    for name in ("plus", "home"):
        said = [each.render(Context({"name": name})) for each in (plain, folded, folded)]
        assert len(set(said)) == 1


def constants_in(nodes):
    """Every constant at any depth that says something; the head's `load` says nothing."""
    found = []
    for node in nodes:
        if isinstance(node, Constant):
            found += [node] if node.render(Context()).strip("<p>") else []
        for part in _parts(node):
            found += constants_in(part)
    return found


def test_the_portals_own_templates_are_folded_when_they_are_loaded():
    base = get_template("base.html").template
    assert base.nodelist.get_nodes_by_type(Constant)
