"""Anchors that somebody signed: whoever keeps them need not be trusted. Ed25519."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Final

from peerkit.errors import BadInput, MissingExtra, must_be
from peerkit.stores.checking.anchors import Anchor

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )
except ImportError:
    raise MissingExtra("cryptography", "encryption") from None

__all__ = ["read_signed", "signed"]

_KEYS: Final = "give the Ed25519 public keys of those who may sign, one or several"


def signed(anchor: Anchor, key: Ed25519PrivateKey) -> str:
    """The line of an anchor, and behind it the signature of exactly that line, in Base64."""
    must_be(Anchor, anchor, "anchor", "give an Anchor, such as program.anchor()")
    must_be(Ed25519PrivateKey, key, "key", "give an Ed25519PrivateKey of cryptography")
    line = str(anchor)
    return f"{line} {b64encode(key.sign(line.encode())).decode()}"


def read_signed(line: str, keys: Ed25519PublicKey | Iterable[Ed25519PublicKey]) -> Anchor:
    """The anchor that a line describes, once one of these keys is found to have signed it.

    Several keys, so that one can follow another. An unsigned line, and one that
    somebody else signed, is a :class:`~peerkit.errors.BadInput`.
    """
    must_be(str, line, "anchor", "give the line that signed() wrote")
    trusted = (keys,) if isinstance(keys, Ed25519PublicKey) else keys
    must_be(Iterable, trusted, "keys", _KEYS)
    said, _, signature = line.strip().rpartition(" ")
    try:
        Anchor.parse(line)
    except BadInput:
        pass
    else:
        raise BadInput("anchor", "is not signed")
    anchor = Anchor.parse(said)
    for key in trusted:
        must_be(Ed25519PublicKey, key, "keys", _KEYS)
        if _has_signed(key, said, signature):
            return anchor
    raise BadInput("anchor", "is not signed by any of these keys")


def _has_signed(key: Ed25519PublicKey, said: str, signature: str) -> bool:
    try:
        key.verify(b64decode(signature, validate=True), said.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
