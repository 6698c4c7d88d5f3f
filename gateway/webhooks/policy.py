"""What webhooks decide: which addresses may be told, which events an endpoint wants and may have, when a failed delivery is tried again. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

ENDPOINTS_AT_MOST: Final = 10  # of one account
FIRST_DELAY_SECONDS: Final = 1.0
LONGEST_DELAY_SECONDS: Final = 4 * 3600.0
ATTEMPTS_AT_MOST: Final = 28  # the last one three days after the first
RETRIED_FOR: Final = timedelta(days=3)
ASKED_DELAY_AT_MOST: Final = timedelta(days=1)
OLD_SECRET_SIGNS_FOR: Final = timedelta(hours=24)
GONE: Final = 410

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PLAIN = re.compile(r"[!-\[\]-~]+")  # printable ASCII without spaces and backslashes, which programs read differently
_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_INNER_NAMES = (".local", ".internal")


def _v4(*written: str) -> Iterator[IPv4Network]:
    return map(IPv4Network, written)


def _v6(*written: str) -> Iterator[IPv6Network]:
    return map(IPv6Network, written)


# IANA's special-purpose registries, and what else is nobody's public host: relays of 6to4, the address of Azure's own machinery.
NOT_PUBLIC: Final[tuple[Network, ...]] = (
    *_v4("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24"),
    *_v4("192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *_v4("168.63.129.16/32"),
    *_v6("2001::/23", "2001:db8::/32", "3fff::/20"),  # protocols (Teredo, ORCHID, benchmarks), documentation
)
# All else is local, retired or reserved: fc00::/7, fe80::/10, fec0::/10, ff00::/8, 64:ff9b:1::/48 …
PUBLIC_V6: Final = IPv6Network("2000::/3")
# Addresses that carry an IPv4 address, and how far to the right of it they go on: mapped, translated, compatible, NAT64, 6to4.
CARRY_V4: Final[Mapping[IPv6Network, int]] = {
    IPv6Network("::ffff:0:0/96"): 0,
    IPv6Network("::ffff:0:0:0/96"): 0,
    IPv6Network("::/96"): 0,
    IPv6Network("64:ff9b::/96"): 0,
    IPv6Network("2002::/16"): 80,
}
ISATAP: Final = 0x0000_5EFE  # …:0:5efe:a.b.c.d and …:200:5efe:a.b.c.d
# Reached by nobody, whatever networks are named: this machine, its link, groups, and where clouds answer with their secrets.
NEVER: Final[tuple[Network, ...]] = (
    *_v4("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32", "168.63.129.16/32"),
    *_v6("fe80::/10", "ff00::/8", "fd00:ec2::254/128"),
)


def wants(types: Collection[str] | None, type_: str) -> bool:
    """Whether an endpoint asks for events of this type: by name (`claim.submitted`), by paper (`claim.*`), or for everything."""
    return types is None or type_ in types or f"{type_.partition('.')[0]}.*" in types


def unknown(types: Sequence[str], events: Collection[str]) -> list[int]:
    """Which of the types name no event that there is, by their places."""
    return [place for place, each in enumerate(types) if not any(wants((each,), event) for event in events)]


def narrowed(held: frozenset[str] | None, at_making: Collection[str] | None) -> frozenset[str] | None:
    """What an endpoint may know of: what its account may read today, and no more than the token that made it. None is everything."""
    if at_making is None:
        return held
    return frozenset(at_making) if held is None else held & frozenset(at_making)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where webhooks may go: the public internet, and of inner networks those that are named (`WEBHOOK_NETWORKS`), but never the hosts that we run on
    ourselves (`own_hosts`). `local`: anywhere, as in the local stack."""

    local: bool = False
    networks: tuple[Network, ...] = ()
    own_hosts: frozenset[str] = frozenset()


def url_fault(url: str, reach: Reach) -> str | None:
    """What is wrong with an address to post to, or None. Outside the local stack only https, in inner networks too: a signature proves who sent, it hides nothing."""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        return "不是合法的网址"
    if not _PLAIN.fullmatch(url) or not host:
        return "不是合法的网址,非 ASCII 字符须先编码"
    if parts.scheme not in ("http", "https"):
        return "只接受 http 和 https"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "网址中不得有用户名、密码和 # 片段"
    if reach.local:
        return None
    if parts.scheme != "https":
        return "须为 https"
    return None if _may_be(host, reach) else "须为公网可达的主机,或 WEBHOOK_NETWORKS 列出的内网主机,地址写成通常的形式"


def _may_be(host: str, reach: Reach) -> bool:
    """Whether a host may be told by what its address says. What a name means is seen when it is connected to."""
    if ":" in host or _NUMBER.fullmatch(
        host.rpartition(".")[2]
    ):  # what ends in a number is read as an address by some, however odd its form
        return may_reach(host, reach, reach.own_hosts)
    one_word, inside = "." not in host, host.endswith(_INNER_NAMES)
    if not _NAME.fullmatch(host) or host in reach.own_hosts or f".{host}".endswith(".localhost"):
        return False
    return bool(reach.networks) or not (one_word or inside)


def may_reach(address: str, reach: Reach, own: Collection[str] = ()) -> bool:
    """Whether this very address may be connected to. `own` are the addresses of the hosts we run on ourselves."""
    try:
        found = _reached(ip_address(address))
    except ValueError:
        return False
    if any(found in network for network in NEVER) or str(found) in own:
        return False
    return is_public(found) or any(found in network for network in reach.networks)


def is_public(found: Address) -> bool:
    """Whether an address lies in the public internet. The lists are our own: the library's change with Python's patches."""
    if isinstance(found, IPv4Address):
        return not any(found in network for network in NOT_PUBLIC)
    return found in PUBLIC_V6 and not any(found in network for network in NOT_PUBLIC)


def _reached(found: Address) -> Address:
    """What a packet to this address comes to: of one that carries an IPv4 address, that."""
    if isinstance(found, IPv4Address):
        return found
    if found.scope_id:
        raise ValueError("a zone belongs to one machine")
    for network, right in CARRY_V4.items():
        if found in network:
            return IPv4Address(int(found) >> right & 0xFFFF_FFFF)
    if int(found) >> 32 & 0xFDFF_FFFF == ISATAP and not is_public(inner := IPv4Address(int(found) & 0xFFFF_FFFF)):
        return inner
    return found


def delay_seconds(attempts: int, jitter: float, asked: timedelta = timedelta()) -> float:
    """How long after so many failed attempts the next one comes. `jitter`, from 0 to 1, spreads those that failed together; `asked` is what the receiver's
    `Retry-After` asks for, of which a day at most is granted."""
    grown: float = FIRST_DELAY_SECONDS * 3.0 ** min(attempts - 1, 30)
    return max(min(grown, LONGEST_DELAY_SECONDS) * (1 + jitter / 4), min(asked, ASKED_DELAY_AT_MOST).total_seconds())
