"""Numbers on their way into the register: sealed, indexed, masked (D-6)."""

import base64
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portal import vault
from portal.orgs.records import new_id
from residents.identity import CheckedDocument, DocumentKind, mask_id, mask_phone, tail4
from residents.models import Secret

LENGTH_OF_OWN_SPACE = 18  # citizen numbers and their like: no two kinds share one


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

    def to_json(self) -> dict[str, str]:
        """For the staging table of a file: nothing in it can be read without the key."""
        return {
            "kind": self.kind, "index": self.index.hex(), "mask": self.mask, "tail": self.tail,
            "row": str(self.row), "key_id": self.key_id,
            "cipher": base64.b64encode(self.cipher).decode(),
        }  # fmt: skip

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


def seal_document(document: CheckedDocument, as_printed: str = "") -> Sealed:
    """A checked document number, sealed for a secret row of its own."""
    number, kind = document.number, document.kind.value
    row = new_id()
    key_id, cipher = vault.seal(number, row=row, kind=Secret.Kind.IDENTITY.value)
    index = document_index(kind, number)
    return Sealed(kind, index, mask_id(number), tail4(number), row, key_id, cipher, as_printed)


def seal_phone(phone: str) -> Sealed:
    """A telephone number in its stored form, sealed for a secret row of its own."""
    row = new_id()
    key_id, cipher = vault.seal(phone, row=row, kind=Secret.Kind.PHONE.value)
    return Sealed("", phone_index(phone), mask_phone(phone), phone[-4:], row, key_id, cipher)


def kind_title(code: str) -> str:
    """Title of a document's kind, "" when there is none."""
    return DocumentKind(code).label if code else ""
