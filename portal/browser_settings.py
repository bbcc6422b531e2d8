"""What browsers are told to allow; `portal.settings` takes it over."""

import re
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured


def content_security_policy(card_reader: str) -> dict[str, Any]:
    """Nothing from anywhere but here; pages may ask the bridge of a card reader where there is one.

    :param card_reader: its address on the clerk's own computer, blank without one
    :raises ImproperlyConfigured: an address elsewhere
    """
    if card_reader and not re.fullmatch(r"http://127\.0\.0\.1:[0-9]{2,5}", card_reader):
        raise ImproperlyConfigured("CARD_READER_URL is http://127.0.0.1 with a port, or blank")
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF, "data:"],
            "font-src": [SELF],
            "connect-src": [SELF, *([card_reader] if card_reader else [])],
            "form-action": [SELF],
            "manifest-src": [SELF],
            "base-uri": [NONE],
            "frame-ancestors": [NONE],
            "object-src": [NONE],
        }
    }
