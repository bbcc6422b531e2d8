"""Identity and telephone numbers, and files that hold them: ciphertext, blind index, keys (D-6).

AES-256-GCM with a random nonce, bound to its row: a ciphertext moved to another row does not
decrypt. The blind index is a keyed HMAC cut to 16 bytes; without its key the space of a
district's numbers could be tried out in seconds.
"""

import base64
import hashlib
import hmac
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
INDEX_BYTES = 16
#: As many as the largest key of a table has, so that its length tells nothing.
PLACE_DIGITS = 19


class UnableToOpen(Exception):
    """A ciphertext was altered or moved from another row, or its key is not there."""


class KeyProvider(Protocol):
    """Where keys come from: a file by default, a certified device where the law asks for one.

    A key id names a pair: the key of ciphertexts and the key of blind indexes that go with them.
    """

    def ids(self) -> Sequence[str]:
        """The ids of all keys that still open something, the one for new ciphertexts first."""

    def key(self, key_id: str) -> bytes:
        """The 32 bytes that encrypt. :raises KeyError: no such key"""

    def index_key(self, key_id: str) -> bytes:
        """The bytes that make blind indexes. :raises KeyError: no such key"""

    def index_keys(self) -> Sequence[bytes]:
        """The keys of blind indexes in the order of `ids`."""


@dataclass(frozen=True)
class _Pairs:
    """The key pairs of one configuration, worked out once."""

    ids: tuple[str, ...]
    keys: dict[str, bytes]
    index_keys: dict[str, bytes]
    all_index_keys: tuple[bytes, ...]


class SettingsKeys:
    """Keys derived from the environment's secrets (or the files that they name).

    `IDENTITY_OLD_KEYS` holds the pairs of before, a line each: id, encryption key, index key.
    """

    def ids(self) -> Sequence[str]:
        return self._pairs().ids

    def key(self, key_id: str) -> bytes:
        return self._pairs().keys[key_id]

    def index_key(self, key_id: str) -> bytes:
        return self._pairs().index_keys[key_id]

    def index_keys(self) -> Sequence[bytes]:
        return self._pairs().all_index_keys

    @staticmethod
    def _pairs() -> _Pairs:
        return _pairs_of(
            settings.IDENTITY_KEY_ID, settings.IDENTITY_ENCRYPTION_KEY,
            settings.IDENTITY_INDEX_KEY, settings.IDENTITY_OLD_KEYS,
        )  # fmt: skip


@lru_cache(maxsize=8)
def _pairs_of(current: str, encryption: str, index: str, old: str) -> _Pairs:
    pairs = {current: (encryption, index)}
    for line in old.splitlines():
        if line.strip():
            key_id, old_encryption, old_index = line.split()
            pairs.setdefault(key_id, (old_encryption, old_index))
    index_keys = {key_id: _derived(pair[1]) for key_id, pair in pairs.items()}
    return _Pairs(
        tuple(pairs), {key_id: _derived(pair[0]) for key_id, pair in pairs.items()}, index_keys,
        tuple(index_keys.values()),
    )  # fmt: skip


@lru_cache(maxsize=32)
def _derived(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


keys: KeyProvider = SettingsKeys()


def current_key() -> str:
    """The id of the key pair that new ciphertexts and indexes use."""
    return keys.ids()[0]


def seal(plain: str, *, row: uuid.UUID | str, kind: str) -> tuple[str, bytes]:
    """Encrypt `plain` for the secret row `row`; returns (key id, nonce and ciphertext)."""
    key_id = current_key()
    nonce = os.urandom(NONCE_BYTES)
    return key_id, nonce + _cipher(key_id).encrypt(nonce, plain.encode(), _bound(row, kind))


def unseal(cipher: bytes, *, key_id: str, row: uuid.UUID | str, kind: str) -> str:
    """The plain number of a secret row.

    :raises cryptography.exceptions.InvalidTag: altered, or moved from another row
    """
    nonce, body = bytes(cipher[:NONCE_BYTES]), bytes(cipher[NONCE_BYTES:])
    return _cipher(key_id).decrypt(nonce, body, _bound(row, kind)).decode()


def opened(cipher: bytes, *, key_id: str, row: uuid.UUID, kind: str) -> str:
    """The same for whoever goes on without the rows that cannot be opened.

    :raises UnableToOpen: altered, moved, or without its key
    """
    try:
        return unseal(cipher, key_id=key_id, row=row, kind=kind)
    except (InvalidTag, KeyError) as error:
        raise UnableToOpen from error


def seal_file(plain: bytes, *, row: uuid.UUID | str) -> bytes:
    """Encrypt a whole file for the row that it belongs to; the answer begins with the key id."""
    key_id = current_key()
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(key_id).encrypt(nonce, plain, _bound(row, "file"))
    return f"{key_id}\n".encode() + nonce + sealed


def unseal_file(sealed: bytes, *, row: uuid.UUID | str) -> bytes:
    """The file that :func:`seal_file` encrypted.

    :raises cryptography.exceptions.InvalidTag: altered, or of another row
    """
    key_id, _, rest = sealed.partition(b"\n")
    nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
    return _cipher(key_id.decode()).decrypt(nonce, body, _bound(row, "file"))


def opened_file(sealed: bytes, *, row: uuid.UUID | str) -> bytes:
    """The same for whoever goes on without the files that cannot be opened.

    :raises UnableToOpen: altered, of another row, or without its key
    """
    try:
        return unseal_file(sealed, row=row)
    except (InvalidTag, KeyError, ValueError) as error:
        raise UnableToOpen from error


def seal_place(number: int, *, unit: int) -> str:
    """A place in a numbered table as an address carries it, for readers of one unit alone.

    The number itself would tell them how much the whole district has written by then.
    """
    key_id, sealed = seal(f"{number:0{PLACE_DIGITS}d}", row=str(unit), kind="place")
    return f"{key_id}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"


def place_of(text: str, *, unit: int) -> int | None:
    """The number that :func:`seal_place` put into `text`; None when it made it for nobody here."""
    key_id, _, sealed = text.partition(".")
    try:
        padded = base64.urlsafe_b64decode(f"{sealed}==".encode("ascii"))
        return int(unseal(padded, key_id=key_id, row=str(unit), kind="place"))
    except (ValueError, KeyError, InvalidTag):
        return None


def blind_index(normalised: str, *, key_id: str = "") -> bytes:
    """16 bytes that are equal exactly for equal numbers, and tell nothing without the key.

    :param key_id: the pair whose index is meant, the current one unless told
    """
    key = keys.index_key(key_id or current_key())
    return hmac.digest(key, normalised.encode(), "sha256")[:INDEX_BYTES]


def blind_indexes(normalised: str) -> list[bytes]:
    """Every index that rows may carry for the number: the current one, then those of before.

    A single one unless keys are being changed.
    """
    text = normalised.encode()
    return [hmac.digest(key, text, "sha256")[:INDEX_BYTES] for key in keys.index_keys()]


def device_seeds(purpose: str) -> list[tuple[str, bytes]]:
    """What a browser derives the key of its own store from, by key id, the current one first.

    The same purpose gives the same seed for as long as its key is there, so that whoever may ask
    for it again opens again what was sealed with it.
    """
    message = f"device|{purpose}".encode()
    return [(key_id, hmac.digest(keys.key(key_id), message, "sha256")) for key_id in keys.ids()]


def sign(message: bytes) -> bytes:
    """The Ed25519 signature (64 bytes) that seals of the trail carry."""
    return _signing_key().sign(message)


def is_signed(message: bytes, signature: bytes) -> bool:
    """Whether :func:`sign` made the signature, for this message."""
    try:
        _signing_key().public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _bound(row: uuid.UUID | str, kind: str) -> bytes:
    return f"residents_secret|{kind}|{row}".encode()


def _cipher(key_id: str) -> AESGCM:
    return _cipher_of(keys.key(key_id))


@lru_cache(maxsize=8)
def _cipher_of(key: bytes) -> AESGCM:
    return AESGCM(key)


def _signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derived(settings.AUDIT_SEAL_KEY))
