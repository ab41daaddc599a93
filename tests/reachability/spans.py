"""Sets of ports and of addresses, and what is left of them when others are taken away."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network

from tests.reachability.model import Peer, Port
from tools.manifests.model import Object

FIRST, LAST = 1, 65535
PROTOCOLS = ("TCP", "UDP", "SCTP")
"""All that a policy knows."""
SHOWN = 3


@dataclass(frozen=True)
class Span:
    """Ports of one protocol, both ends included."""

    protocol: str
    first: int
    last: int

    def has(self, port: Port) -> bool:
        """Whether a port is one of these."""
        return port.protocol == self.protocol and self.first <= port.number <= self.last

    def __str__(self) -> str:
        """`443/TCP` or `444-5000/TCP`."""
        return f"{self.first}{'' if self.first == self.last else f'-{self.last}'}/{self.protocol}"


EVERY_PORT = tuple(Span(protocol, FIRST, LAST) for protocol in PROTOCOLS)


def spans(ports: Sequence[Object] | None) -> tuple[Span, ...]:
    """Read `ports` of a rule. A named port is every port: a pod gives the name to whichever number it likes."""
    if ports is None:
        return EVERY_PORT
    found: list[Span] = []
    for port in ports:
        first = port.get("port")
        protocol = str(port.get("protocol", "TCP"))
        if first is None or isinstance(first, str):
            found.append(Span(protocol, FIRST, LAST))
        else:
            found.append(Span(protocol, int(first), int(port.get("endPort", first))))
    return tuple(found)


def cut(span: Span, ports: Iterable[Port]) -> Iterator[Span]:
    """Yield the parts of a span: each of the ports in it alone, and what lies between them."""
    start = span.first
    for number in sorted({port.number for port in ports if span.has(port)}):
        if start < number:
            yield Span(span.protocol, start, number - 1)
        yield Span(span.protocol, number, number)
        start = number + 1
    if start <= span.last:
        yield Span(span.protocol, start, span.last)


def joined(found: Iterable[Span]) -> str:
    """Spans as a person reads them, those together that touch."""
    merged: list[Span] = []
    for one in found:
        last = merged[-1] if merged else None
        if last is not None and (last.protocol, last.last + 1) == (one.protocol, one.first):
            merged[-1] = Span(one.protocol, last.first, one.last)
        else:
            merged.append(one)
    return "every port" if tuple(merged) == EVERY_PORT else shown(merged)


@cache
def addresses_left(peer: Peer, taken: frozenset[Peer]) -> tuple[IPv4Network, ...]:
    """What a range (without its exceptions) has more than the others together; empty where they hold all of it."""
    left = _region(peer)
    for other in taken:
        for network in _region(other):
            left = _without(left, network)
    return tuple(sorted(left))


@cache
def _region(peer: Peer) -> tuple[IPv4Network, ...]:
    left: tuple[IPv4Network, ...] = () if peer.block is None else (peer.block,)
    for excluded in peer.excluded:
        left = _without(left, excluded)
    return left


def _without(networks: Iterable[IPv4Network], taken: IPv4Network) -> tuple[IPv4Network, ...]:
    """Two networks are one in the other, or have nothing in common."""
    left: list[IPv4Network] = []
    for network in networks:
        if taken.subnet_of(network):
            left += () if taken == network else network.address_exclude(taken)
        elif not network.subnet_of(taken):
            left.append(network)
    return tuple(left)


def shown(names: Sequence[object]) -> str:
    """The first few, and how many more."""
    more = len(names) - SHOWN
    return ", ".join(map(str, names[:SHOWN])) + (f" and {more} more" if more > 0 else "")
