"""Who asks, where a proxy stands in front: the address that a trusted one names, and no other.

Limits of sign-ins, the room for requests, the log and `aws:SourceIp` of policies are by address. Anybody can
write `X-Forwarded-For`, so it is believed as far as it comes from proxies that the operator names: each
adds, at the right end, whom it has seen. The first from the right that is no proxy of ours asks.
"""

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from vedette.wire.http import Headers

FOR, PROTO = "x-forwarded-for", "x-forwarded-proto"
# So many proxies stand behind one another nowhere; what is further left was written by who asks.
MOST_HOPS = 16

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network


class TrustedProxies:
    """The proxies that an operator named, by address or network."""

    def __init__(self, names: str) -> None:
        self._networks = read_networks(names)

    def origin(self, peer: str, scheme: str, headers: Headers) -> tuple[str, str]:
        """Return the address and the scheme of who asks, where the peer is the socket's other end."""
        if not self._networks or (FOR not in headers and PROTO not in headers):
            return peer, scheme
        address = _address(peer)
        if address is None or not self._includes(address):
            return peer, scheme
        return str(self._first_beyond(address, headers)), _scheme(headers) or scheme

    def _includes(self, address: IpAddress) -> bool:
        return any(address.version == network.version and address in network for network in self._networks)

    def _first_beyond(self, peer: IpAddress, headers: Headers) -> IpAddress:
        hops = ",".join(headers.every(FOR)).rsplit(",", MOST_HOPS)[-MOST_HOPS:]
        last = peer
        for hop in reversed(hops):
            address = _address(hop)
            # What a proxy of ours did not understand either: it stays its own request.
            if address is None:
                return last
            last = address
            if not self._includes(address):
                break
        return last


def read_networks(names: str) -> list[IpNetwork]:
    """Return the networks that an operator named, with commas between.

    Raises:
        ValueError: where a name is neither an address nor a network.
    """
    return [ipaddress.ip_network(name.strip()) for name in names.split(",") if name.strip()]


def _address(text: str) -> IpAddress | None:
    """Return the address that is written there, some with a port; None where there is none."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket of both kinds shows an address of version 4 in the form of version 6.
    return getattr(address, "ipv4_mapped", None) or address


def _scheme(headers: Headers) -> str:
    text = ",".join(headers.every(PROTO)).rpartition(",")[2].strip().lower()
    return text if text in ("http", "https") else ""
