"""Numbers on their way into the register: sealed, indexed, masked (D-6)."""

import base64
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from portal import vault
from portal.orgs.records import new_id
from residents.identity import CheckedDocument, DocumentKind, mask_id, mask_phone, tail4
from residents.models import Secret

LENGTH_OF_OWN_SPACE = 18  # citizen numbers and their like: no two kinds share one


@dataclass(frozen=True, slots=True)
class Bare:
    """A number between its check and its storing: known by its index, never shown or kept."""

    kind: str
    index: bytes
    mask: str
    tail: str
    number: str = field(repr=False)
    #: why the number stands although its check fails, as the document shows it
    as_printed: str = ""

    def sealed(self) -> "Sealed":
        """The number in a ciphertext of its own."""
        kind = Secret.Kind.IDENTITY if self.kind else Secret.Kind.PHONE
        row = new_id()
        key_id, cipher = vault.seal(self.number, row=row, kind=kind.value)
        return Sealed(
            self.kind, self.index, self.mask, self.tail, row, key_id, cipher, self.as_printed
        )


@dataclass(frozen=True, slots=True)
class Sealed:
    """A number that can be stored and shown masked, but not read."""

    kind: str
    index: bytes
    mask: str
    tail: str
    row: UUID
    key_id: str
    cipher: bytes
    #: why the number stands although its check fails, as the document shows it
    as_printed: str = ""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Sealed":
        return cls(
            value["kind"], bytes.fromhex(value["index"]), value["mask"], value["tail"],
            UUID(value["row"]), value["key_id"], base64.b64decode(value["cipher"]),
        )  # fmt: skip


def document_index(kind: str, number: str) -> bytes:
    """The blind index of a document: by number, and by kind where kinds share a form."""
    own_space = len(number) == LENGTH_OF_OWN_SPACE
    return vault.blind_index(number if own_space else f"{kind}:{number}")


def phone_index(phone: str) -> bytes:
    """The blind index of a telephone number."""
    return vault.blind_index(f"phone:{phone}")


def bare_document(document: CheckedDocument, as_printed: str = "") -> Bare:
    """A checked document number with its index and mask."""
    number, kind = document.number, document.kind.value
    return Bare(
        kind, document_index(kind, number), mask_id(number), tail4(number), number, as_printed
    )


def bare_phone(phone: str) -> Bare:
    """A telephone number in its stored form with its index and mask."""
    return Bare("", phone_index(phone), mask_phone(phone), phone[-4:], phone)


def seal_document(document: CheckedDocument, as_printed: str = "") -> Sealed:
    """A checked document number, sealed for a secret row of its own."""
    return bare_document(document, as_printed).sealed()


def seal_phone(phone: str) -> Sealed:
    """A telephone number in its stored form, sealed for a secret row of its own."""
    return bare_phone(phone).sealed()


def kind_title(code: str) -> str:
    """Title of a document's kind, "" when there is none."""
    return DocumentKind(code).label if code else ""
