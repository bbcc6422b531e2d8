"""Files of any size, encrypted as they are written and decrypted as they are read (D-6).

A file is a chain of segments of at most one mebibyte, each AES-256-GCM with a nonce of its own and
bound to its row, its place and whether it is the last: segments that are altered, moved between
files, left out or cut off at the end do not open. One segment is in memory at a time.
"""

import io
import os
import struct
import uuid
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal import vault

SEGMENT = 1 << 20
_LENGTH = struct.Struct(">I")


class SealedWriter(io.RawIOBase):
    """Writes the sealed form of what it is given to `out`; `close` writes the last segment."""

    def __init__(self, out: BinaryIO, *, row: uuid.UUID) -> None:
        super().__init__()
        self._out = out
        self._row = row
        key_id = vault.current_key()
        self._cipher = AESGCM(vault.keys.key(key_id))
        self._held = bytearray()
        self._place = 0
        self.size = 0
        out.write(f"{key_id}\n".encode())

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # bytes are all that is given
        self._held += data
        self.size += len(data)
        while len(self._held) > SEGMENT:
            self._segment(bytes(self._held[:SEGMENT]), last=False)
            del self._held[:SEGMENT]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._segment(bytes(self._held), last=True)
            self._held.clear()
        super().close()

    def _segment(self, plain: bytes, *, last: bool) -> None:
        nonce = os.urandom(vault.NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, plain, _bound(self._row, self._place, last))
        self._out.write(_LENGTH.pack(len(sealed)) + nonce + sealed)
        self._place += 1


class SealedReader(io.RawIOBase):
    """Reads what a :class:`SealedWriter` wrote for the same row.

    :raises cryptography.exceptions.InvalidTag: altered, cut off, or of another row
    """

    def __init__(self, source: BinaryIO, *, row: uuid.UUID) -> None:
        super().__init__()
        self._source = source
        self._row = row
        self._cipher = AESGCM(vault.keys.key(source.readline(64).strip().decode()))
        self._plain = b""
        self._place = 0
        self._length = self._next_length()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._plain and self._length is not None:
            self._open()
        count = min(len(buffer), len(self._plain))
        buffer[:count] = self._plain[:count]
        self._plain = self._plain[count:]
        return count

    def close(self) -> None:
        self._source.close()
        super().close()

    def _next_length(self) -> int | None:
        head = self._source.read(_LENGTH.size)
        return _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else None

    def _open(self) -> None:
        assert self._length is not None
        nonce = self._source.read(vault.NONCE_BYTES)
        sealed = self._source.read(self._length)
        if len(nonce) < vault.NONCE_BYTES:
            raise InvalidTag
        self._length = self._next_length()
        bound = _bound(self._row, self._place, self._length is None)
        self._plain = self._cipher.decrypt(nonce, sealed, bound)
        self._place += 1


def _bound(row: uuid.UUID, place: int, last: bool) -> bytes:
    return f"sealed_file|{row}|{place}|{int(last)}".encode()
