"""How one text is sealed and opened: AES-256-GCM, tied to what it is about and whose it is."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from contextlib import suppress
from typing import Any, Final

from peerkit.errors import MissingExtra, StoreError
from peerkit.stores import SEALED, SEALING, Apart
from peerkit.stores.sealing.keys import Key

__all__ = ["Boxes", "aead", "broken", "key_of"]

#: The form of what is written here.
_FORM: Final = 1
#: How many random bytes a box begins with: 96 bits, never used twice with one key.
_NONCE: Final = 12


def aead() -> Any:
    """AES-GCM of ``cryptography``, imported by those who seal something."""
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        raise MissingExtra("cryptography", "encryption") from None
    return AESGCM


def key_of(kept: Apart) -> str | None:
    """The name of the key that a text is sealed with; None when it is in clear or broken."""
    found = SEALED.fullmatch(kept.text) if kept.sealed else None
    return found["key"] if found else None


def broken(found: Apart) -> bool:
    """Whether a text was sealed and does not open with its key."""
    return found.sealed and key_of(found) is None


class Boxes:
    """Seals and opens texts. A box names its form, its key and the digest of what is in it.

    All of that, what the text is about and whose it is, is tied to what is sealed: a box that
    was put elsewhere, or whose head was changed, does not open.
    """

    def __init__(self) -> None:
        self._aead = aead()

    def close(self, clear: Apart, key: Key) -> Apart:
        """The text as it is stored. The boxes of equal texts differ."""
        about, owner = clear.about, clear.owner
        inside = None
        with suppress(UnicodeError):  # raised below: the error of Python's would hold the text
            inside = _joined(clear.salt, clear.text)
        if inside is None:
            raise StoreError(f"What is said about {about} cannot be written. Nothing was stored.")
        digest = clear.digest
        nonce = secrets.token_bytes(_NONCE)
        box = self._aead(key.secret).encrypt(
            nonce, inside, self.tie(key.name, digest, about, owner)
        )
        head = f"{SEALING}{_FORM} {key.name} {digest}"
        return Apart(about, owner, "", f"{head} {b64encode(nonce + box).decode()}")

    def open(self, kept: Apart, key: Key) -> Apart:
        """The text in clear, or what stands for one that does not open: see :func:`broken`."""
        from cryptography.exceptions import InvalidTag

        tie = self.tie(key.name, kept.digest, kept.about, kept.owner)
        try:
            box = b64decode(kept.text.rpartition(" ")[2], validate=True)
            inside = self._aead(key.secret).decrypt(box[:_NONCE], box[_NONCE:], tie)
        except (ValueError, InvalidTag):
            return Apart(kept.about, kept.owner, "", f"{SEALING}broken")
        return Apart(kept.about, kept.owner, *json.loads(inside))

    def tie(self, key: str, digest: str, about: str, owner: str) -> bytes:
        """What a box is tied to."""
        return _joined(f"peerkit {_FORM}", key, digest, about, owner)


def _joined(*texts: str) -> bytes:
    return json.dumps(texts, ensure_ascii=False).encode()
