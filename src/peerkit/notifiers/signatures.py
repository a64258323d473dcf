"""Signatures of webhooks, as the Standard Webhooks say: made, and checked by who receives."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from peerkit.errors import BadInput

__all__ = ["read_secrets", "sign", "verify_signature"]

#: How many bytes a secret has, at least and at most.
SHORTEST: Final = 24
LONGEST: Final = 64

_PREFIX: Final = "whsec_"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS: Final = re.compile(r"[0-9]{1,11}")
#: No dot: it could be read as the one behind the id, and the rest as part of the body.
_ID: Final = re.compile(r"[!-\-/-~]+")


def read_secrets(secrets: Iterable[str] | str) -> tuple[bytes, ...]:
    """The keys behind texts such as ``whsec_…``: the newest first, and the ones it replaces.

    A text by itself is one secret, and not as many as it has letters.

    Raises :class:`~peerkit.errors.BadInput`, which names the place of a secret and never shows it.
    """
    given = (secrets,) if isinstance(secrets, str) else tuple(secrets)
    keys = tuple(_key(each, number) for number, each in enumerate(given))
    if not keys:
        raise BadInput("secrets", "give one at least")
    return keys


def sign(keys: Iterable[bytes], webhook_id: str, seconds: str, body: bytes) -> str:
    """What stands in ``webhook-signature``: one signature for each key, spaces between."""
    signed = f"{webhook_id}.{seconds}.".encode() + body
    codes = (base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)
    return " ".join(f"v1,{code}" for code in codes)


def verify_signature(
    headers: Mapping[str, str],
    body: bytes,
    secrets: Iterable[str] | str,
    now: datetime,
    tolerance: timedelta = timedelta(minutes=5),
) -> str:
    """The id of a webhook that came in, once it is certain who sent it; else BadInput.

    ``body`` is what came, byte by byte, before anything read it. One of the secrets must fit
    one of the signatures. A webhook whose attempt lies further from ``now`` than ``tolerance``
    may be a copy that somebody kept, and is refused. A copy inside that time is known by its
    id: keep the ids you have seen.
    """
    keys = read_secrets(secrets)
    if now.tzinfo is None:
        raise BadInput("now", "give a moment with its time zone")
    found = {name.lower(): value for name, value in headers.items()}
    webhook_id = found.get("webhook-id", "")
    seconds = found.get("webhook-timestamp", "")
    if not _ID.fullmatch(webhook_id):
        raise BadInput("webhook-id", "is missing, or holds a dot or what no id holds; refuse it")
    if not _SECONDS.fullmatch(seconds):
        raise BadInput("webhook-timestamp", "is missing, or counts no seconds; refuse it")
    if abs(now - (_EPOCH + timedelta(seconds=int(seconds)))) > tolerance:
        raise BadInput("webhook-timestamp", "is too old, or lies ahead; refuse it")
    given = found.get("webhook-signature", "").encode("utf-8", "replace").split(b" ")
    made = sign(keys, webhook_id, seconds, body).encode().split(b" ")
    # Every pair is compared, so that how long it takes says nothing.
    if not sum(hmac.compare_digest(ours, theirs) for ours in made for theirs in given):
        raise BadInput("webhook-signature", "fits none of the secrets; refuse it")
    return webhook_id


def _key(secret: object, number: int) -> bytes:
    key = b""
    if isinstance(secret, str) and secret.startswith(_PREFIX):
        text = secret.removeprefix(_PREFIX)
        try:
            key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except ValueError:
            key = b""
    if not SHORTEST <= len(key) <= LONGEST:
        raise BadInput(
            f"secrets[{number}]",
            f"must be {_PREFIX} and {SHORTEST} to {LONGEST} random bytes in base64",
        )
    return key
