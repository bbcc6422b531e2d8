"""Identity and telephone numbers, and files that hold them: ciphertext, blind index, keys (D-6).

AES-256-GCM with a random nonce, bound to its row: a ciphertext moved to another row does not
decrypt. The blind index is a keyed HMAC cut to 16 bytes; without its key the space of a
district's numbers could be tried out in seconds.
"""

import hashlib
import hmac
import os
import uuid
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
INDEX_BYTES = 16


class KeyProvider(Protocol):
    """Where keys come from: a file by default, a certified device where the law asks for one."""

    def current(self) -> str:
        """The id of the key that new ciphertexts use."""

    def key(self, key_id: str) -> bytes:
        """The 32 bytes of a key. :raises KeyError: no such key"""


class SettingsKeys:
    """Keys derived from the environment's secrets (or the files that they name)."""

    def current(self) -> str:
        return "k1"

    def key(self, key_id: str) -> bytes:
        return {"k1": hashlib.sha256(settings.IDENTITY_ENCRYPTION_KEY.encode()).digest()}[key_id]


keys: KeyProvider = SettingsKeys()


def seal(plain: str, *, row: uuid.UUID | str, kind: str) -> tuple[str, bytes]:
    """Encrypt `plain` for the secret row `row`; returns (key id, nonce and ciphertext)."""
    key_id = keys.current()
    nonce = os.urandom(NONCE_BYTES)
    return key_id, nonce + _cipher(key_id).encrypt(nonce, plain.encode(), _bound(row, kind))


def unseal(cipher: bytes, *, key_id: str, row: uuid.UUID, kind: str) -> str:
    """The plain number of a secret row.

    :raises cryptography.exceptions.InvalidTag: altered, or moved from another row
    """
    nonce, body = bytes(cipher[:NONCE_BYTES]), bytes(cipher[NONCE_BYTES:])
    return _cipher(key_id).decrypt(nonce, body, _bound(row, kind)).decode()


def seal_file(plain: bytes, *, row: uuid.UUID) -> bytes:
    """Encrypt a whole file for the row that it belongs to; the answer begins with the key id."""
    key_id = keys.current()
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(key_id).encrypt(nonce, plain, _bound(row, "file"))
    return f"{key_id}\n".encode() + nonce + sealed


def unseal_file(sealed: bytes, *, row: uuid.UUID) -> bytes:
    """The file that :func:`seal_file` encrypted.

    :raises cryptography.exceptions.InvalidTag: altered, or of another row
    """
    key_id, _, rest = sealed.partition(b"\n")
    nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
    return _cipher(key_id.decode()).decrypt(nonce, body, _bound(row, "file"))


def blind_index(normalised: str) -> bytes:
    """16 bytes that are equal exactly for equal numbers, and tell nothing without the key."""
    return hmac.digest(_index_key(), normalised.encode(), "sha256")[:INDEX_BYTES]


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


@lru_cache(maxsize=8)
def _cipher(key_id: str) -> AESGCM:
    return AESGCM(keys.key(key_id))


@lru_cache(maxsize=1)
def _index_key() -> bytes:
    return hashlib.sha256(settings.IDENTITY_INDEX_KEY.encode()).digest()


def _signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(
        hashlib.sha256(settings.AUDIT_SEAL_KEY.encode()).digest()
    )
