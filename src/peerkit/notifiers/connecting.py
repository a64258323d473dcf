"""Where a notifier may connect, and the connection to the very address that was looked at."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from time import monotonic
from typing import Final

from peerkit.errors import BadInput

__all__ = [
    "Deadline",
    "NowhereToGo",
    "Resolve",
    "connected",
    "networks",
    "points_inside",
    "resolve",
]

_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network

#: What a name stands for: the addresses of a host and port.
Resolve = Callable[[str, int], Sequence[str]]

#: Where no receiver of ours can be: machines, houses and the parts of the net kept for
#: something else. Python's own ``is_private`` says something else in each of its versions.
_KEPT: Final = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this machine
        "10.0.0.0/8",  # houses
        "100.64.0.0/10",  # between a house and its provider; a cloud's metadata
        "127.0.0.0/8",  # this machine
        "168.63.129.16/32",  # a cloud's own services, at an address that looks public
        "169.254.0.0/16",  # this wire; most clouds' metadata
        "172.16.0.0/12",  # houses
        "192.0.0.0/24",  # protocols; a cloud's metadata
        "192.0.2.0/24",  # examples
        "192.88.99.0/24",  # the door to a tunnel
        "192.168.0.0/16",  # houses
        "198.18.0.0/15",  # measuring
        "198.51.100.0/24",  # examples
        "203.0.113.0/24",  # examples
        "224.0.0.0/4",  # many at once
        "240.0.0.0/4",  # kept, and everybody at once
    )
)
#: Of IPv6 only this much is given out to anybody; what is kept apart inside of it stands below.
_GIVEN_OUT: Final = IPv6Network("2000::/3")
_KEPT_6: Final = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # protocols, and a tunnel that hides another address
        "2001:db8::/32",  # examples
        "2002::/16",  # a tunnel that hides another address
        "3fff::/20",  # examples
    )
)
#: Behind these stands an IPv4 address, and that is where one arrives.
_BRIDGES: Final = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


class NowhereToGo(OSError):
    """A name leads to no address that may be reached."""


class Deadline:
    """A moment by which all of something is over, however often it goes on a little."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left; TimeoutError when there are none."""
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def points_inside(address: str) -> bool:
    """Whether an address leads into a machine or a house, or to nobody in particular.

    An IPv4 address inside an IPv6 one is looked at as what it is.
    """
    return _kept(_meant(address))


def networks(given: Iterable[str]) -> tuple[_Network, ...]:
    """Networks from their texts, such as ``10.2.0.0/16``."""
    try:
        return tuple(ip_network(each) for each in given)
    except ValueError:
        pass
    raise BadInput("may_reach", "give networks, such as 10.2.0.0/16 or fd12:3456::/32")


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses that this machine knows for a name. How long that takes is its own affair."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def connected(
    host: str, port: int, may_reach: Sequence[_Network], ask: Resolve, deadline: Deadline
) -> socket.socket:
    """A connection to one of the addresses of a name, asked for once.

    Addresses that point inside are left out, unless one of the networks holds them. The
    connection goes to the very address that was looked at: a name that means something else
    a moment later changes nothing.
    """
    found = [(each, _meant(each)) for each in ask(host, port)]
    outside = [
        text
        for text, meant in found
        if not _kept(meant) or any(meant in network for network in may_reach)
    ]
    failed: OSError = NowhereToGo()
    for number, address in enumerate(outside):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        line = socket.socket(family, socket.SOCK_STREAM)
        try:
            line.settimeout(deadline.left() / (len(outside) - number))
            line.connect((address, port))
        except OSError as error:
            line.close()
            failed = error
        else:
            return line
    raise failed


def _meant(address: str) -> _Address:
    """The address at which one arrives."""
    plain = ip_address(address)
    if isinstance(plain, IPv6Address) and any(plain in bridge for bridge in _BRIDGES):
        return IPv4Address(int(plain) & 0xFFFFFFFF)
    return plain


def _kept(address: _Address) -> bool:
    if isinstance(address, IPv4Address):
        return any(address in network for network in _KEPT)
    return address not in _GIVEN_OUT or any(address in network for network in _KEPT_6)
