"""Template tags, as templates use them."""

from types import SimpleNamespace
from uuid import UUID

import pytest
from django.http import HttpRequest
from django.template import Context, Template, TemplateSyntaxError

from portal.ui.icons import ICONS
from portal.ui.idempotency import FIELD, key_of


def drawn(source, **context):
    return Template("{% load ui %}" + source).render(Context(context)).strip()


def test_an_icon_points_into_the_sprite_and_is_silent_without_a_label():
    assert 'icons.svg#home"' in drawn('{% icon "home" %}')
    assert 'aria-hidden="true"' in drawn('{% icon "home" %}')
    assert 'aria-label="查看"' in drawn('{% icon "eye" label="查看" %}')


def test_an_icon_that_does_not_exist_is_an_error_of_the_template():
    with pytest.raises(TemplateSyntaxError, match="no icon called ghost"):
        drawn('{% icon "ghost" %}')


def test_the_sprite_is_built_of_every_icon(settings, tmp_path):
    from django.core.management import call_command

    settings.GENERATED_STATIC_DIR = tmp_path
    call_command("build_icons", verbosity=0)
    sprite = (tmp_path / "ui" / "icons.svg").read_text(encoding="utf-8")
    assert all(f'<symbol id="{name}"' in sprite for name in ICONS)
    assert "MIT" in sprite


def test_a_masked_number_tells_a_screen_reader_its_tail_only():
    markup = drawn('{% masked "3199**********5021" url="/reveal/" key="7" %}')
    assert 'id="mask-7"' in markup
    assert "证件号，已遮盖，尾号 5021" in markup
    assert 'hx-get="/reveal/"' in markup


def test_a_masked_number_that_may_not_be_revealed_has_no_button():
    markup = drawn('{% masked "3199**********5021" denied="须街道负责人授权" %}')
    assert "<button" not in markup
    assert "须街道负责人授权" in markup


def test_each_rendered_form_has_a_key_of_its_own():
    first, second = drawn("{% idempotency %}"), drawn("{% idempotency %}")
    assert first != second
    key = first.split('value="')[1].split('"')[0]
    request = HttpRequest()
    request.POST = {FIELD: key}
    assert key_of(request) == UUID(key)


def test_a_form_without_a_readable_key_has_none():
    request = HttpRequest()
    request.POST = {FIELD: "no key"}
    assert key_of(request) is None


@pytest.mark.parametrize(
    ("days", "blue", "amber", "red"), [(5, 4, 0, 0), (70, 0, 2, 0), (98, 0, 0, 1)]
)
def test_the_freshness_mark_counts_and_does_not_only_colour(days, blue, amber, red):
    markup = drawn("{% freshness days %}", days=days)
    assert markup.count("pp-f-b500") == blue
    assert markup.count("pp-f-warn") == amber
    assert markup.count("pp-f-danger") == red


def test_graphics_carry_no_style():
    markup = drawn(
        "{% ruler 90.5 92 84 96 %}{% gapbar -1.5 3 %}{% loadbar 1908 %}{% progress 3 4 tick=92 %}"
        "{% sparkline values 92 %}",
        values=[90, 91, None, 93],
    )
    assert "style=" not in markup
    assert markup.count("<svg") >= 5


def test_an_unknown_value_draws_nothing():
    assert drawn("{% ruler none 92 84 96 %}", none=None) == ""
    assert drawn("{% loadbar none %}", none=None) == ""


def test_a_severity_has_a_shape_and_a_word():
    assert "pp-sev-must" in drawn('{% severity "must" %}')
    assert "必改" in drawn('{% severity "must" %}')


def test_the_watermark_names_who_looks():
    shell = SimpleNamespace(watermark="周敏 T-000")
    assert "周敏 T-000 " in drawn("{% watermark %}", shell=shell)


def test_zero_is_shown_and_nothing_is_a_dash():
    assert drawn("{{ value|or_dash }}", value=0) == "0"
    assert drawn("{{ value|or_dash }}", value=None) == "—"
    assert drawn("{{ value|or_dash }}", value="") == "—"
