"""A notifier connects to no address inside, and to the very one that was looked at."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerkit.errors import BadInput
from peerkit.notifiers.connecting import (
    Deadline,
    NowhereToGo,
    connected,
    networks,
    points_inside,
    resolve,
)
from tests.receiver import listening

INSIDE: Final = (
    # this machine
    "0.0.0.0",  # noqa: S104 - nothing is bound to it
    "0.1.2.3", "127.0.0.1", "127.0.0.2", "127.255.255.254", "::", "::1",
    # the house
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.255",
    "fc00::1", "fd12:3456:789a::1", "fdff:ffff::1", "fec0::1",
    # this wire, and the clouds' metadata on it and elsewhere
    "169.254.0.1", "169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%lo", "fd00:ec2::254",
    "100.100.100.200", "168.63.129.16", "192.0.0.192",
    # between a house and its provider
    "100.64.0.1", "100.127.255.254",
    # many at once, everybody, and kept
    "224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "ff02::1", "ff0e::1",
    # examples, measuring, protocols
    "192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "198.19.255.255", "192.0.0.8",
    "192.88.99.1", "2001:db8::1", "3fff::1", "2001:2::1", "2001:10::1", "100::1", "5f00::1",
    # one of these inside another form
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0",
    "::ffff:0:127.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:a00:1::1",
    "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
)  # fmt: skip
OUTSIDE: Final = (
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.1",
    "128.0.0.1", "168.63.129.17", "169.253.255.255", "169.255.0.1", "172.15.255.255", "172.32.0.1",
    "192.167.1.1", "192.169.0.1", "198.17.1.1", "198.20.0.1", "223.255.255.255",
    "2606:4700:4700::1111", "2a00:1450:4001::1", "2001:200::1", "2001:4860:4860::8888",
    "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
)  # fmt: skip


class Lines(list[tuple[str, int]]):
    """Which addresses were connected to. Nobody is there."""


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """No line leaves this machine; where it would have led is written down."""
    lines = Lines()

    class Line(socket.socket):
        def connect(self, address: Any) -> None:
            lines.append(address)
            raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr("peerkit.notifiers.connecting.socket.socket", Line)
        yield lines


def connect_to(*addresses: str, may_reach: tuple[str, ...] = ()) -> socket.socket:
    """Connect to a name that leads to these."""
    return connected("hooks.example", 443, networks(may_reach), lambda *_: addresses, Deadline(20))


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_connected_to(address: str, lines: Lines) -> None:
    """Whatever way it is written, and whatever it is inside of."""
    assert points_inside(address)

    with pytest.raises(NowhereToGo):
        connect_to(address)
    assert lines == []


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_connected_to(address: str, lines: Lines) -> None:
    """Also right beside one that is inside."""
    assert not points_inside(address)

    with pytest.raises(ConnectionRefusedError):
        connect_to(address)
    assert lines == [(address, 443)]


def test_of_mixed_addresses_only_those_outside_are_tried(lines: Lines) -> None:
    """One bad address does not spoil the others, nor is it reached because of them."""
    with pytest.raises(ConnectionRefusedError):
        connect_to("10.0.0.1", "8.8.8.8", "::1", "169.254.169.254", "2606:4700:4700::1111")

    assert lines == [("8.8.8.8", 443), ("2606:4700:4700::1111", 443)]


def test_a_network_that_is_allowed_is_all_that_is_allowed(lines: Lines) -> None:
    """The rest of the house stays closed; another form of the same address counts as it."""
    with pytest.raises(ConnectionRefusedError):
        connect_to("10.2.0.1", "10.3.0.1", "::ffff:10.2.0.9", "fd00::1", may_reach=("10.2.0.0/16",))

    assert lines == [("10.2.0.1", 443), ("::ffff:10.2.0.9", 443)]


@pytest.mark.parametrize("given_", ["10.2.0.1/16", "everywhere", "", "10.2.0.0/99"])
def test_a_network_is_written_as_one(given_: str) -> None:
    """What is no network is refused, and not repeated."""
    with pytest.raises(BadInput, match="may_reach: give networks") as caught:
        networks([given_])
    assert caught.value.__context__ is None


@given(st.ip_addresses())
def test_what_anybody_calls_inside_is_inside(address: IPv4Address | IPv6Address) -> None:
    """Whatever Python knows as private, local, kept or for many is not connected to."""
    if isinstance(address, IPv6Address) and (
        address.ipv4_mapped or str(address).startswith("64:ff9b::")
    ):
        return  # it is looked at as what it holds
    known = (
        address.is_private,
        address.is_loopback,
        address.is_link_local,
        address.is_multicast,
        address.is_reserved,
        address.is_unspecified,
        not address.is_global,
    )
    assert points_inside(str(address)) or not any(known)


@given(st.ip_addresses(v=4))
def test_an_address_in_another_form_is_the_same(address: IPv4Address) -> None:
    """IPv4 inside IPv6 leads where IPv4 leads."""
    assert (
        points_inside(str(address))
        == points_inside(f"::ffff:{address}")
        == points_inside(f"64:ff9b::{address}")
    )


@given(st.ip_addresses(v=6))
def test_an_address_is_the_same_however_it_is_written(address: IPv6Address) -> None:
    """Short and long, in small letters and in large ones."""
    assert points_inside(str(address)) == points_inside(address.exploded.upper())


@pytest.mark.parametrize("name", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost"])
def test_other_ways_to_write_this_machine_lead_nowhere(name: str) -> None:
    """What the resolver makes of a name is looked at, never the name."""
    with listening() as receiver, pytest.raises(OSError, match=r"^(\[Errno|$)"):
        connected(name, receiver.port, (), resolve, Deadline(20))
    assert receiver.lines == 0


def test_what_is_no_address_is_no_address(lines: Lines) -> None:
    """A resolver that answers rubbish leads nowhere."""
    with pytest.raises(ValueError, match="does not appear"):
        connect_to("rubbish")
    assert lines == []


def test_the_next_address_is_tried_when_one_is_dead() -> None:
    """A name with two addresses, of which one answers, is reached."""
    with listening("127.0.0.2") as receiver:
        line = connected(
            "hooks.example",
            receiver.port,
            networks(["127.0.0.0/8"]),
            lambda *_: ("127.0.0.3", "127.0.0.2"),
            Deadline(20),
        )
        with line:
            assert line.getpeername() == ("127.0.0.2", receiver.port)


def test_a_deadline_is_over_for_good() -> None:
    """Who has no time left waits no longer."""
    with pytest.raises(TimeoutError):
        Deadline(-1).left()
    assert 0 < Deadline(60).left() <= 60
