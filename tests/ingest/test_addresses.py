"""Which addresses a web source may lead to."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from nightclerk.errors import SkipDocument
from nightclerk.ingest.addresses import is_open, resolved

CLOSED = """
127.0.0.1 127.8.8.8 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 0.0.0.0 255.255.255.255 224.0.0.1
240.0.0.1 192.0.2.1 198.18.0.1 168.63.129.16 :: ::1 fe80::1 fc00::1 fd00:ec2::254 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2002:7f00:1:: 2001:0:4136:e378:8000:63bf:807f:fffe ::127.0.0.1 2001:db8::1
64:ff9b:1::808:808 192.0.0.192 192.88.99.1 2606:2800::5efe:7f00:1 2606:2800::200:5efe:10.0.0.1 3fff::1
"""
OPEN = "93.184.216.34 8.8.8.8 2606:2800:220:1:248:1893:25c8:1946 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::"


@pytest.mark.parametrize("address", CLOSED.split())
def test_inside_addresses_are_closed(address: str) -> None:
    """Private, loopback, link-local, metadata, shared, reserved and test addresses, also inside of IPv6 ones, are not asked."""
    assert not is_open(ip_address(address))


@pytest.mark.parametrize("address", OPEN.split())
def test_the_open_internet_is_open(address: str) -> None:
    """Public addresses are asked, however they are written."""
    assert is_open(ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "localhost", "::1", "::ffff:7f00:1"])
def test_hosts_are_judged_by_what_they_resolve_to(host: str) -> None:
    """Decimal, octal and shortened hosts are refused like the addresses that they are; a setting allows one of them by name."""
    with pytest.raises(SkipDocument, match=r"inside a network|has no address"):
        resolved(host, 80, ())
    if host == "localhost":
        assert resolved("LOCALHOST", 8_080, ["localhost:8080"])
        with pytest.raises(SkipDocument):
            resolved("localhost", 8_081, ["localhost:8080"])


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a name resolve to these addresses."""

    def use(*addresses: str) -> None:
        def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return use


def test_one_bad_address_spoils_a_name(answers: Callable[..., None]) -> None:
    """A name that leads to a public and a private address is not asked at either."""
    answers("8.8.8.8", "10.0.0.1")
    with pytest.raises(SkipDocument, match=r"10\.0\.0\.1"):
        resolved("mixed.example", 443, ())
    answers("8.8.8.8", "8.8.4.4")
    assert resolved("public.example", 443, ()) == ["8.8.8.8", "8.8.4.4"]
