"""Templates: nothing inline, nothing unescaped, nothing from elsewhere (docs/adr/0011)."""

import re

import pytest

from tests.architecture.source import ROOT, kept_files, listed, name, templates

COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|<!--.*?-->", re.DOTALL)
RULES = {
    "inline style": re.compile(r"<[a-z][^>]*\sstyle\s*=|<style[\s>]", re.IGNORECASE),
    "inline handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "inline script": re.compile(
        r"<script(?![^>]*\ssrc\s*=)(?![^>]*application/json)[^>]*>", re.IGNORECASE
    ),
    "evaluated attribute": re.compile(
        r"\s(hx-on|hx-vars|x-data)[\w:-]*\s*=|\bjs:\s*{", re.IGNORECASE
    ),
    "javascript address": re.compile(r"=\s*[\"']\s*javascript:", re.IGNORECASE),
    "unescaped output": re.compile(r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off"),
    "another host": re.compile(
        r"(src|href|action|hx-(get|post|put|delete))\s*=\s*[\"'](https?:)?//", re.IGNORECASE
    ),
}


def without_comments(text: str) -> str:
    """The text with comments blanked, lines kept."""
    return COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


@pytest.mark.parametrize("rule", RULES)
def test_templates_hold_nothing_inline_unescaped_or_foreign(rule: str) -> None:
    found = []
    for path in templates():
        text = without_comments(path.read_text(encoding="utf-8"))
        for match in RULES[rule].finditer(text):
            found.append(f"{name(path)}:{text.count(chr(10), 0, match.start()) + 1}: {rule}")
    assert not found, listed(found)


def test_forms_that_change_something_carry_a_token() -> None:
    posting = re.compile(
        r"<form[^>]*method\s*=\s*[\"']post[\"'].*?</form>", re.IGNORECASE | re.DOTALL
    )
    found = []
    for path in templates():
        text = without_comments(path.read_text(encoding="utf-8"))
        for match in posting.finditer(text):
            if "{% csrf_token %}" not in match.group():
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{name(path)}:{line}: a form without csrf_token")
    assert not found, listed(found)


def test_every_class_of_ours_in_a_template_is_styled_somewhere() -> None:
    """A misspelt class leaves its part of the page without a look, and nobody is told."""
    sheets = [path.read_text(encoding="utf-8") for path in kept_files() if path.suffix == ".css"]
    styled = set(re.findall(r"\.(pp-[\w-]+)", " ".join(sheets)))
    found = []
    for path in templates():
        text = without_comments(path.read_text(encoding="utf-8"))
        for match in re.finditer(r'class="([^"]*)"', text):
            # a name that ends in what the template puts in is finished elsewhere
            names = re.findall(r"(?<![\w-])pp-[\w-]+(?![\w{-])", match.group(1))
            found += [f"{name(path)}: {each} has no style" for each in names if each not in styled]
    assert not found, listed(found)


def test_a_button_that_names_a_key_is_pressed_by_it() -> None:
    """`shortcuts.js` looks for these marks; a key that is shown has to do something."""
    marks = {"S": "data-key-save", "Enter": "data-key-submit"}
    button = re.compile(r"<button\b([^>]*)>(?:(?!</button>).)*?kbd \"Ctrl\"? \"?(S|Enter)\"", re.S)
    found = [
        f"{name(path)}: Ctrl {key} without {marks[key]}"
        for path in templates()
        for attributes, key in button.findall(without_comments(path.read_text(encoding="utf-8")))
        if marks[key] not in attributes and path.name != "components.html"
    ]
    assert not found, listed(found)


def test_styles_and_scripts_of_ours_fetch_nothing_from_another_host() -> None:
    foreign = re.compile(
        r"(url\(\s*[\"']?|@import\s+[\"']|fetch\(\s*[\"']|import\s+[\"'])(https?:)?//"
    )
    found = [
        name(path)
        for path in kept_files()
        if path.suffix in {".css", ".js"}
        and path.relative_to(ROOT).parts[0] != "docs"
        and foreign.search(path.read_text(encoding="utf-8"))
    ]
    assert not found, listed(found)


def test_scripts_of_ours_write_no_markup_and_evaluate_nothing() -> None:
    risky = re.compile(
        r"\.(innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function\("
    )
    found = []
    for path in kept_files():
        if path.suffix == ".js":
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if risky.search(line):
                    found.append(f"{name(path)}:{number}: {line.strip()[:80]}")
    assert not found, listed(found)
