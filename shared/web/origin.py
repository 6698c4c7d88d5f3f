"""Where a request comes from: the address at the other end of its connection, unless somebody we trust says that they ask for another.

Trusted are the proxies of `TRUSTED_PROXIES`, and our own services, which prove themselves in `X-Forwarded-By` with their token; whom they ask for
stands in `X-Forwarded-For`. From anyone else neither header is believed, and nothing but a valid address ever becomes an origin.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import Scope

from shared import errors
from shared.access import Tokens

Networks = tuple[IPv4Network | IPv6Network, ...]

_WITH_PORT = re.compile(r"\[(?P<v6>[^]]*)](:[0-9]+)?|(?P<v4>[0-9.]+):[0-9]+")


async def of(scope: Scope, tokens: Tokens, trusted: Networks) -> tuple[str | None, bool]:
    """The address as the trail and the limits know it (None where the server knows none), and whether one of our own services asks for whoever is there."""
    peer = address(scope["client"][0]) if scope.get("client") else None
    hops, proofs = _said(scope, b"x-forwarded-for"), _said(scope, b"x-forwarded-by")
    if peer is None or not hops:
        return peer, False
    if proofs:
        try:
            await tokens.actor(proofs[-1], internal=True)
            return address(hops[-1]) or peer, True
        except errors.Unauthenticated:
            pass
    return farthest(peer, hops, trusted), False


def farthest(peer: str, hops: list[str], trusted: Networks) -> str:
    """Back along the hops, the nearest last, as far as each was named by somebody trusted. Who names no address is asked no further."""
    found = peer
    while hops and _within(found, trusted):
        named = address(hops.pop())
        if named is None:
            break
        found = named
    return found


@lru_cache(10_000)
def address(text: str) -> str | None:
    """An IP address in its usual form, without port, brackets and zone; None for anything else."""
    text = text.strip()
    if found := _WITH_PORT.fullmatch(text):
        text = found["v6"] or found["v4"] or ""
    try:
        read = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return str(read.ipv4_mapped or read) if isinstance(read, IPv6Address) else str(read)


def _within(found: str, networks: Networks) -> bool:
    read = ip_address(found)
    return any(read in network for network in networks)


def _said(scope: Scope, header: bytes) -> list[str]:
    return [part for name, value in scope["headers"] if name == header for part in value.decode("latin-1").split(",")]
