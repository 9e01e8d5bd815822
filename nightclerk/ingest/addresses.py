"""Which addresses may be asked for a web source: those of the open internet, and private ones only where a setting names the host.

Every address that a name resolves to is judged, and the connection goes to one that was: a name that answers differently a moment
later (DNS rebinding) changes nothing. Hosts written as 2130706433, 0x7f.1 or 0177.0.0.1 are judged by what they resolve to.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from nightclerk.errors import SkipDocument

Address = IPv4Address | IPv6Address
# a public address that is Azure's own (wire server), and answers any machine there
CLOUD = frozenset([IPv4Address("168.63.129.16")])
# what older Pythons take for the open internet: IETF protocols, where a cloud's metadata lie, too (RFC 6890), relays of 6to4 (RFC 7526),
# translation inside a network (RFC 8215), documentation (RFC 9637)
CLOSED = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"), IPv6Network("64:ff9b:1::/48"), IPv6Network("3fff::/20"))
# RFC 5214: the middle of an address that ends in an IPv4 one
ISATAP = frozenset([0x5EFE, 0x0200_5EFE])
# RFC 6052: an IPv4 address at the end of an IPv6 one
NAT64 = IPv6Network("64:ff9b::/96")


def resolved(host: str, port: int, private_hosts: Collection[str]) -> list[str]:
    """The addresses of a host that may be asked, at least one.

    Args:
        host: a name or an address, without brackets.
        private_hosts: hosts, as `name` or `name:port`, that may have addresses of any kind.

    Raises:
        SkipDocument: `failed`, it has no address or one that may not be asked.
    """
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SkipDocument("failed", f"the server {host} has no address ({error}): check its name") from None
    addresses = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if is_named(host, port, private_hosts):
        return addresses
    refused = [address for address in addresses if not is_open(ip_address(address))]
    if refused or not addresses:
        raise SkipDocument(
            "failed",
            f"{host} has an address inside a network ({', '.join(refused)}); NIGHTCLERK_PRIVATE_HOSTS allows it",
        )
    return addresses


def is_named(host: str, port: int, private_hosts: Collection[str]) -> bool:
    """Whether a setting allows a host addresses of any kind, on this port or on all."""
    return bool({host.lower(), f"{host.lower()}:{port}"} & {name.lower() for name in private_hosts})


def is_open(address: Address) -> bool:
    """Whether an address belongs to the open internet, whichever way it is written."""
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_open(inner)
        if address.is_site_local:
            return False
    closed = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback or address.is_link_local
    return address.is_global and not closed and address not in CLOUD and not any(address in network for network in CLOSED)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to, if it is one of those."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if int(address) >> 32 & 0xFFFFFFFF in ISATAP:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour
