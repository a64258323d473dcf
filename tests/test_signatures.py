"""Signatures of webhooks are those of the standard, and a receiver can trust what fits."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerkit.errors import BadInput
from peerkit.notifiers.signatures import read_secrets, sign, verify_signature

#: The vector that the standard's own libraries are tested with.
SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - it is published
ID: Final = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SECONDS: Final = "1614265330"
BODY: Final = b'{"test": 2432232314}'
SIGNATURE: Final = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
THEN: Final = datetime(2021, 2, 25, 15, 2, 10, tzinfo=UTC)
#: Another secret, for the days on which two overlap.
OTHER: Final = "whsec_" + base64.b64encode(bytes(range(32))).decode()
HEADERS: Final = {
    "webhook-id": ID,
    "webhook-timestamp": SECONDS,
    "webhook-signature": SIGNATURE,
}


def secret(size: int) -> str:
    """One with so many bytes."""
    return "whsec_" + base64.b64encode(b"k" * size).decode()


class TestSigning:
    """What a sender puts into the header."""

    def test_it_is_the_signature_of_the_standard(self) -> None:
        """The published secret, id, timestamp and body give the published signature."""
        assert sign(read_secrets([SECRET]), ID, SECONDS, BODY) == SIGNATURE

    def test_each_secret_signs(self) -> None:
        """While two secrets overlap there are two signatures, with a space between."""
        first, second = sign(read_secrets([SECRET, OTHER]), ID, SECONDS, BODY).split(" ")

        assert first == SIGNATURE
        assert second == sign(read_secrets([OTHER]), ID, SECONDS, BODY)

    @pytest.mark.parametrize("size", [24, 25, 26, 32, 64])
    def test_a_secret_has_24_to_64_bytes(self, size: int) -> None:
        """With or without the signs that fill up the end."""
        assert read_secrets([secret(size)]) == (b"k" * size,)
        assert read_secrets(secret(size).rstrip("=")) == (b"k" * size,)

    @pytest.mark.parametrize(
        "wrong",
        [
            "",
            "whsec_",
            secret(23),
            secret(65),
            SECRET.removeprefix("whsec_"),
            SECRET.replace("whsec_", "whsk_"),
            SECRET[:-1] + "!",
            SECRET + "\n",
            SECRET + "é",
            7,
            None,
        ],
    )
    def test_another_is_refused_and_not_shown(self, wrong: str) -> None:
        """The error says which one it is, and never what it is."""
        with pytest.raises(BadInput, match=r"secrets\[1\]: must be whsec_") as caught:
            read_secrets([SECRET, wrong])

        assert SECRET[6:] not in repr(caught.value)
        assert str(wrong)[6:] in {"", str(wrong)} or str(wrong)[6:] not in repr(caught.value)
        assert caught.value.__context__ is None

    def test_there_is_a_secret(self) -> None:
        """Nothing is signed with nothing."""
        with pytest.raises(BadInput, match="one at least"):
            read_secrets([])


class TestVerifying:
    """What a receiver asks before it believes."""

    def test_what_the_standard_signed_is_good(self) -> None:
        """And its id is told, by which a repeat is known."""
        assert verify_signature(HEADERS, BODY, [SECRET], THEN) == ID

    def test_headers_may_be_written_in_any_letters(self) -> None:
        """Servers hand them on as they like."""
        shouted = {name.upper(): value for name, value in HEADERS.items()}

        assert verify_signature(shouted, BODY, [SECRET], THEN) == ID

    def test_one_of_several_secrets_is_enough(self) -> None:
        """On either side: the receiver may be ahead of the sender, or behind."""
        both = sign(read_secrets([OTHER, SECRET]), ID, SECONDS, BODY)

        assert verify_signature(HEADERS, BODY, [OTHER, SECRET], THEN) == ID
        assert verify_signature(HEADERS | {"webhook-signature": both}, BODY, [SECRET], THEN) == ID

    def test_signatures_of_other_kinds_are_passed_over(self) -> None:
        """A sender may add signatures that this receiver does not know."""
        more = f"v1a,{'A' * 86}== v2 , v1 {SIGNATURE} é"

        assert verify_signature(HEADERS | {"webhook-signature": more}, BODY, [SECRET], THEN) == ID

    @pytest.mark.parametrize("aside", [-300, -299, 0, 299, 300])
    def test_inside_the_tolerance_it_is_good(self, aside: int) -> None:
        """Five minutes in both directions."""
        assert verify_signature(HEADERS, BODY, [SECRET], THEN + timedelta(seconds=aside)) == ID

    @pytest.mark.parametrize("aside", [-301, 301, 86_400])
    def test_a_copy_from_another_time_is_refused(self, aside: int) -> None:
        """Somebody may have kept it."""
        with pytest.raises(BadInput, match="too old, or lies ahead"):
            verify_signature(HEADERS, BODY, [SECRET], THEN + timedelta(seconds=aside))

    @pytest.mark.parametrize(
        "changed",
        [
            {"webhook-id": "msg_other"},
            {"webhook-timestamp": "1614265331"},
            {"webhook-timestamp": "01614265330"},
            {"webhook-signature": SIGNATURE.replace("g0h", "g0i")},
            {"webhook-signature": SIGNATURE.replace("v1,", "v1a,")},
            {"webhook-signature": SIGNATURE.replace("v1,", "")},
            {"webhook-signature": "v1,"},
            {"webhook-signature": ""},
            {"webhook-signature": "\ud800"},
            {"webhook-id": ""},
            {"webhook-id": "msg 1"},
            {"webhook-id": "msg\ud800"},
            {"webhook-timestamp": ""},
            {"webhook-timestamp": "-1614265330"},
            {"webhook-timestamp": "1614265330.0"},
            {"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"},
            {"webhook-timestamp": "9" * 400},
        ],
    )
    def test_whatever_was_changed_is_refused(self, changed: dict[str, str]) -> None:
        """An id, a time or a signature that is another one, or none."""
        with pytest.raises(BadInput, match="refuse it"):
            verify_signature(HEADERS | changed, BODY, [SECRET], THEN)

    @pytest.mark.parametrize("gone", list(HEADERS))
    def test_all_three_headers_are_there(self, gone: str) -> None:
        """Without one of them nothing is certain."""
        less = {name: value for name, value in HEADERS.items() if name != gone}

        with pytest.raises(BadInput, match=gone):
            verify_signature(less, BODY, [SECRET], THEN)

    def test_another_secret_does_not_fit(self) -> None:
        """Whoever signed it is somebody else."""
        with pytest.raises(BadInput, match="fits none"):
            verify_signature(HEADERS, BODY, [OTHER], THEN)

    def test_a_dot_cannot_move_the_body_into_the_id(self) -> None:
        """What was signed as one id and body cannot come again as another id and body."""
        inner = b"1614265330." + BODY
        signed = sign(read_secrets([SECRET]), "a", "1614265330", inner)
        moved = {
            "webhook-id": "a.1614265330",
            "webhook-timestamp": "1614265330",
            "webhook-signature": signed,
        }

        with pytest.raises(BadInput, match="holds a dot"):
            verify_signature(moved, BODY, [SECRET], THEN)

    def test_the_receivers_moment_has_a_zone(self) -> None:
        """Else five minutes are nothing."""
        with pytest.raises(BadInput, match="time zone"):
            verify_signature(HEADERS, BODY, [SECRET], THEN.replace(tzinfo=None))

    @given(st.binary(max_size=200), st.integers(0, 199), st.integers(1, 255))
    def test_no_byte_of_a_body_can_change(self, body: bytes, where: int, by: int) -> None:
        """Whatever is signed is good, and with one byte different it is not."""
        headers = HEADERS | {
            "webhook-signature": sign(read_secrets([OTHER]), ID, SECONDS, body),
        }
        assert verify_signature(headers, body, [OTHER], THEN) == ID

        changed = bytearray(body or b"x")
        changed[where % len(changed)] ^= by
        with pytest.raises(BadInput, match="fits none"):
            verify_signature(headers, bytes(changed), [OTHER], THEN)
