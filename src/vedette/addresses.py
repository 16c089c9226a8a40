"""Where an address of the network leads: to the world, a private network, this machine, or where nobody may.

It knows numbers, also the IPv4 one that an IPv6 address carries; it asks nobody and connects to nothing.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Literal

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Neighbourhood = Literal["public", "private", "this machine", "forbidden"]

# Where clouds give a machine's own keys away: all link-local addresses, and some of their own.
CLOUDS = tuple(
    ip_network(text)
    for text in (
        "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "fd20:ce::254/128", "fd00:42::42/128",
        "100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32",
    )
)  # fmt: skip
# Translations of IPv4 (RFC 6052), the well-known one and those that a network has for itself (RFC 8215).
TRANSLATED, OWN_TRANSLATED = IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48")
RANKS: Sequence[Neighbourhood] = ("public", "private", "this machine", "forbidden")


def neighbourhood(address: Address) -> Neighbourhood:
    """Return where an address leads, also by way of the IPv4 address that it carries: the worse of both."""
    kinds = [_plain_neighbourhood(address)]
    if isinstance(address, IPv6Address):
        kinds += [_plain_neighbourhood(inner) for inner in _carried(address)]
        if address.ipv4_mapped or address in TRANSLATED:
            kinds = kinds[1:]  # they are that one, and nothing of their own
    return max(kinds, key=RANKS.index)


def _carried(address: IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that packets to an address may end at."""
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in TRANSLATED:
        carried.append(IPv4Address(address.packed[-4:]))
    return [inner for inner in carried if inner is not None]


def _plain_neighbourhood(address: Address) -> Neighbourhood:
    if any(address.version == cloud.version and address in cloud for cloud in CLOUDS):
        return "forbidden"
    if address.is_loopback or address.is_unspecified:
        return "this machine"
    if isinstance(address, IPv6Address) and address in OWN_TRANSLATED:
        return "private"
    if address.is_multicast or address.is_reserved:
        return "forbidden"
    return "public" if address.is_global else "private"
