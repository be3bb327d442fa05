"""Where a listed name may lead: the answers of a resolver are judged before anything connects.

The user has listed a name, and whoever answers for that name chooses the address: one of this
machine would reach servers that trust whoever is here (DNS rebinding), and a link-local one the
metadata service of a cloud machine. So a name leads to unicast addresses elsewhere, private ones
included, and an answer that holds any other is refused whole. Only fe80::/10 is passed over where
there are others: names of a local network (mDNS) often have such an address besides.

An IPv4 address inside an IPv6 one is refused where it is written as such (::ffff:10.0.0.5), and
judged by itself where a gateway translates (NAT64, 6to4, Teredo).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from local_llm.errors import HostRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")
_FUTURE = ipaddress.IPv4Network("240.0.0.0/4")  # and 255.255.255.255, which is everybody
# Those that are not link-local.
_METADATA = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254"))
)
_LOW_32 = 0xFFFFFFFF


def unasked(host: str) -> tuple[str, ...]:
    """Return the addresses of a host that nobody looks up; () for a name that has to be.

    An address is its own, and `localhost` is this machine whatever a resolver says.
    """
    if host == "localhost":
        return ("127.0.0.1", "::1")
    return () if _address(host) is None else (host,)


def checked(name: str, answers: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses that a connection to `name` may go to, in the resolver's order.

    Args:
        name: A listed host that is no address.
        answers: Addresses as a resolver wrote them, which may name an interface (`fe80::1%eth0`).

    Raises: HostRefused where one of them is not where a listed host can be.

    """
    kept: dict[str, None] = {}
    faults: list[str] = []
    for answer in answers:
        fault = _fault(answer)
        if fault is None:
            kept[answer] = None
        elif fault != _NEIGHBOUR:
            raise _refused(name, answer, fault)
        else:
            faults.append(answer)
    if not kept and faults:
        raise _refused(name, faults[0], _NEIGHBOUR)
    return tuple(kept)


_NEIGHBOUR = "a link-local address"


def _fault(answer: str) -> str | None:
    """Return what is wrong with an answer, None where nothing is."""
    address = _address(answer)
    if address is None:
        return "no address"
    if isinstance(address, ipaddress.IPv6Address):
        return _fault_of_6(address)
    return _fault_of_4(address)


def _fault_of_4(address: ipaddress.IPv4Address) -> str | None:
    if address.is_loopback or address in _THIS_NETWORK:
        return "this machine"
    if address.is_link_local or address in _METADATA:
        return "where cloud machines keep their secrets"
    if address.is_multicast or address in _FUTURE:
        return "no single machine's address"
    return None


def _fault_of_6(address: ipaddress.IPv6Address) -> str | None:
    if address.is_loopback or address.is_unspecified:
        return "this machine"
    if address.ipv4_mapped is not None or address in _COMPATIBLE:
        return "an IPv4 address in disguise"
    if address.is_multicast:
        return "no single machine's address"
    if address in _METADATA:
        return "where cloud machines keep their secrets"
    if address.is_link_local:
        return _NEIGHBOUR
    return next(filter(None, map(_fault_of_4, _translated(address))), None)


def _translated(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """Return the IPv4 addresses that a gateway would make of it."""
    found = [*(address.teredo or ()), address.sixtofour]
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(int(address) & _LOW_32))
    return [it for it in found if it is not None]


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _refused(name: str, answer: str, fault: str) -> HostRefused:
    return HostRefused(
        f"{name} is said to be at {answer[:60]!r}, which is {fault}",
        hint="ask who answers for that name; a server on this machine is 127.0.0.1 or localhost",
    )
