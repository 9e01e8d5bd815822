"""Where the texts of a confidential collection may go: to nobody but the provider itself or a machine of one's own."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from nightclerk.errors import SettingsError
from nightclerk.settings import Settings

# RFC 1918, RFC 4193 and loopback: addresses that lead to no machine of others
OWN = tuple(map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")))
ALLOWED = "use NIGHTCLERK_PROVIDER=mistral, rules, or openai_compatible at a private or loopback address"


def check(settings: Settings, name: str, *, mode: str = "realtime") -> None:
    """Let a confidential collection be asked about as the settings say, or say why not; looks up the name of a server of one's own.

    Args:
        name: the collection's.
        mode: realtime or batch.

    Raises:
        SettingsError: its texts would go to a third party, or stay with the provider in a batch.
    """
    reason = refusal(settings, mode=mode)
    if reason:
        raise SettingsError(f"the collection {name} is confidential: {reason}")


def refusal(settings: Settings, *, mode: str) -> str:
    """Why the texts of a confidential collection may not be sent that way; empty where they may."""
    if mode == "batch":
        return "batch jobs are outside of zero data retention and of the EU endpoint; use realtime calls"
    if settings.provider == "puter":
        return f"puter is a third party that passes texts on; {ALLOWED}"
    host = urlsplit(settings.endpoint).hostname or ""
    if settings.provider == "openai_compatible" and not is_own(host):
        return (
            f"NIGHTCLERK_ENDPOINT leads to {host or 'no host'}, which has a public address or none that can be found, "
            f"so it is a third party; {ALLOWED}"
        )
    return ""


def is_own(host: str) -> bool:
    """Whether every address of a host is private or loopback. Names are looked up; one that has no address is nobody's."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(_is_private(ip_address(address.partition("%")[0])) for address in found)


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in OWN if network.version == plain.version)
