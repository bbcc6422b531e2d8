"""Numbers on their way into the register: sealed, indexed, masked (D-6)."""

import base64
from dataclasses import dataclass, field
from typing import Any

from portal import vault
from portal.orgs.records import new_key
from residents.identity import CheckedDocument, DocumentKind, mask_id, mask_phone, tail4
from residents.models import Secret

LENGTH_OF_OWN_SPACE = 18  # citizen numbers and their like: no two kinds share one


class Indexed:
    """What bare and sealed numbers share: how the register knows them."""

    __slots__ = ()
    index: bytes
    earlier: tuple[bytes, ...]

    def is_of(self, index: Any) -> bool:
        """Whether a row with this index holds the same number, under whichever key."""
        return index is not None and bytes(index) in (self.index, *self.earlier)


@dataclass(frozen=True, slots=True)
class Bare(Indexed):
    """A number between its check and its storing: known by its index, never shown or kept."""

    kind: str
    index: bytes
    mask: str
    tail: str
    number: str = field(repr=False)
    #: why the number stands although its check fails, as the document shows it
    as_printed: str = ""
    #: indexes under keys of before, which the same number on the register may still carry
    earlier: tuple[bytes, ...] = ()

    def sealed(self) -> "Sealed":
        """The number in a ciphertext of its own."""
        kind = Secret.Kind.IDENTITY if self.kind else Secret.Kind.PHONE
        row = new_key()
        key_id, cipher = vault.seal(self.number, row=row, kind=kind.value)
        return Sealed(
            self.kind, self.index, self.mask, self.tail, row, key_id, cipher, self.as_printed,
            self.earlier,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sealed(Indexed):
    """A number that can be stored and shown masked, but not read."""

    kind: str
    index: bytes
    mask: str
    tail: str
    row: str
    key_id: str
    cipher: bytes
    #: why the number stands although its check fails, as the document shows it
    as_printed: str = ""
    #: indexes under keys of before, which the same number on the register may still carry
    earlier: tuple[bytes, ...] = ()

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Sealed":
        return cls(
            value["kind"], bytes.fromhex(value["index"]), value["mask"], value["tail"],
            value["row"], value["key_id"], base64.b64decode(value["cipher"]),
        )  # fmt: skip


def document_text(kind: str, number: str) -> str:
    """What its blind index is made of: the number, with the kind where kinds share a form."""
    return number if len(number) == LENGTH_OF_OWN_SPACE else f"{kind}:{number}"


def phone_text(phone: str) -> str:
    """What a telephone number's blind index is made of."""
    return f"phone:{phone}"


def document_index(kind: str, number: str) -> bytes:
    """The blind index that a document gets now."""
    return vault.blind_index(document_text(kind, number))


def phone_index(phone: str) -> bytes:
    """The blind index that a telephone number gets now."""
    return vault.blind_index(phone_text(phone))


def document_indexes(kind: str, number: str) -> list[bytes]:
    """Every blind index under which the document may stand, while keys are changed."""
    return vault.blind_indexes(document_text(kind, number))


def phone_indexes(phone: str) -> list[bytes]:
    """Every blind index under which the telephone number may stand, while keys are changed."""
    return vault.blind_indexes(phone_text(phone))


def bare_document(document: CheckedDocument, as_printed: str = "") -> Bare:
    """A checked document number with its index and mask."""
    number, kind = document.number, document.kind.value
    index, *earlier = document_indexes(kind, number)
    return Bare(kind, index, mask_id(number), tail4(number), number, as_printed, tuple(earlier))


def bare_phone(phone: str) -> Bare:
    """A telephone number in its stored form with its index and mask."""
    index, *earlier = phone_indexes(phone)
    return Bare("", index, mask_phone(phone), phone[-4:], phone, earlier=tuple(earlier))


def seal_document(document: CheckedDocument, as_printed: str = "") -> Sealed:
    """A checked document number, sealed for a secret row of its own."""
    return bare_document(document, as_printed).sealed()


def seal_phone(phone: str) -> Sealed:
    """A telephone number in its stored form, sealed for a secret row of its own."""
    return bare_phone(phone).sealed()


def kind_title(code: str) -> str:
    """Title of a document's kind, "" when there is none."""
    return DocumentKind(code).label if code else ""
