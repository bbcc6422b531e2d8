"""No log line holds a number, and none quotes the sentence of an error."""

import io
import json
import logging

import pytest
import structlog

from portal import logs

NUMBER, PHONE, NAME = "31999919860718202X", "15012346620", "王巧云"


@pytest.fixture
def lines():
    """What a handler with our formatter writes, from loggers of any name."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


@pytest.mark.parametrize(
    "text",
    [NUMBER, f"x{NUMBER.lower()}y", "证件 319999860718202 旧", PHONE, f"+86{PHONE}", f"({PHONE})"],
)
def test_numbers_are_hidden_wherever_they_lie(text):
    event = logs.hide_numbers(None, "", {"event": text, "deep": {"list": [text, {"a": text}]}})
    assert "319999" not in str(event)
    assert PHONE not in str(event)
    assert logs.HIDDEN in event["deep"]["list"][1]["a"]


@pytest.mark.parametrize(
    "text",
    ["310107005001", "2026-11-28T09:41:26", "7f21ab0c-9041-4a16-b2f2-15012346621a", "17 天"],
)
def test_codes_times_and_keys_stay_readable(text):
    assert logs.hide_numbers(None, "", {"event": text}) == {"event": text}


def test_a_number_that_is_no_text_is_hidden_too():
    assert logs.hide_numbers(None, "", {"id": int(PHONE), "n": 17}) == {"id": "[号码]", "n": 17}


def test_an_exception_shows_its_frames_and_kind_and_not_its_sentence(lines):
    try:
        try:
            raise ValueError(f"Key (name)=({NAME}) already exists")
        except ValueError as error:
            raise RuntimeError(NAME) from error
    except RuntimeError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", "/residents/")
    (line,) = [line for line in lines() if line["logger"] == "django.request"]
    assert NAME not in json.dumps(line, ensure_ascii=False)
    assert "builtins.RuntimeError" in line["frames"]
    assert "builtins.ValueError" in line["frames"]
    assert "test_logs.py" in line["frames"]


def test_what_libraries_quote_of_a_failed_task_is_left_out(lines):
    logger = structlog.get_logger("django_structlog.celery.receivers")
    logger.error("task_failed", error=f"no such person {NAME}", task_id="t-1")
    line = lines()[-1]
    assert (line["event"], line["task_id"]) == ("task_failed", "t-1")
    assert "error" not in line
