"""What a template says to everybody is put together once, when it is first drawn.

Two thirds of what stands in our templates does not depend on the page's values: markup, translated
words, icons, keys, addresses without arguments. Django draws each of these anew, node by node.
Here neighbours that are constant become one node, which remembers its text by language.
"""

from typing import Any

from django.template import Context, Origin
from django.template.base import FilterExpression, Node, NodeList, TextNode, Variable
from django.template.defaulttags import CommentNode, IfNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import base, cached
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode

from portal.ui.templatetags import ui
from portal.ui.words import language

#: Tags whose answer depends on their arguments alone.
PURE = (ui.icon, ui.kbd, ui.fixed)
SAID_OUTRIGHT = (TextNode, LoadNode, CommentNode)


class Constant(Node):
    """Neighbouring nodes that read nothing from the context."""

    child_nodelists = ()

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = NodeList(nodes)
        self.drawn: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        spoken = language()
        known = self.drawn.get(spoken)
        if known is None:
            known = self.drawn[spoken] = self.nodes.render(Context())
        return known


class _Folding(base.Loader):
    """Reads templates as ever and folds them before anybody has them."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Any:
        template = super().get_template(template_name, skip)
        fold(template.nodelist)
        return template


class Loader(cached.Loader, _Folding):
    """Django's cached loader, over templates that are folded."""


def fold(nodes: NodeList) -> None:
    """Put one `Constant` in the place of each run of constant nodes, at every depth."""
    folded: list[Node] = []
    run: list[Node] = []
    for node in nodes:
        if is_constant(node):
            run.append(node)
            continue
        for part in _parts(node):
            fold(part)
        folded += [*_one(run), node]
        run = []
    nodes[:] = [*folded, *_one(run)]


def _one(run: list[Node]) -> list[Node]:
    """The run as one node; text alone is as quick as it is."""
    return run if all(isinstance(node, TextNode) for node in run) else [Constant(run)]


def _parts(node: Node) -> list[NodeList]:
    """The lists of nodes inside of a node."""
    if isinstance(node, IfNode):  # its `nodelist` is a copy
        return [part for _condition, part in node.conditions_nodelists]
    found = [getattr(node, name, None) for name in node.child_nodelists]
    return [part for part in found if isinstance(part, NodeList)]


def is_constant(node: Node) -> bool:
    """Whether the node says the same in every context of one language."""
    if isinstance(node, SAID_OUTRIGHT):
        return True
    if isinstance(node, TranslateNode):
        free = node.asvar or node.message_context
        return not free and _is_literal(node.filter_expression)
    if isinstance(node, URLNode):
        given = [*node.args, *node.kwargs.values()]
        return not given and node.asvar is None and _is_literal(node.view_name)
    if isinstance(node, StaticNode):
        return node.varname is None and _is_literal(node.path)
    if type(node) is SimpleNode:
        given = [*node.args, *node.kwargs.values()]
        return node.func in PURE and node.target_var is None and all(map(_is_literal, given))
    return False


def _is_literal(expression: FilterExpression) -> bool:
    named = isinstance(expression.var, Variable) and expression.var.lookups is not None
    return not named and not expression.filters
