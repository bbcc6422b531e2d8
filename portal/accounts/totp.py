"""Codes of an authenticator (RFC 6238: SHA-1, 30 seconds, six digits) and recovery codes."""

import base64
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote, urlencode

STEP = 30  # seconds
DIGITS = 6
SECRET_BYTES = 20
DRIFT = 1  # steps that a phone's clock may be off, either way
RECOVERY_CODES = 10
# letters and digits that nobody mistakes for one another on paper
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_secret() -> str:
    """A random secret as authenticators take it: base32 without padding."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """The six digits of the time step `step` (30 seconds each since 1970)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: str, code: str, moment: float) -> int | None:
    """The time step near `moment` (seconds since 1970) whose code this is; None for none."""
    now = int(moment) // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def address(secret: str, account: str, issuer: str) -> str:
    """The otpauth address that an authenticator reads from a QR code."""
    label = quote(f"{issuer}:{account}")
    told = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP})
    return f"otpauth://totp/{label}?{told}"


def grouped(text: str) -> str:
    """A secret in groups of four, as people type it."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def new_recovery_code() -> str:
    """A code of 50 bits for the day the phone is lost: `7KQM2-XW4RT`."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"{text[:5]}-{text[5:]}"


def plain_recovery_code(typed: str) -> str:
    """What was typed, without what people add or leave out."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())
