"""What webhooks decide: which addresses may be told, which events an endpoint wants and may have, when a failed delivery is tried again. Pure."""

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

FIRST_DELAY_SECONDS: Final = 1.0
LONGEST_DELAY_SECONDS: Final = 3600.0
ATTEMPTS_AT_MOST: Final = 36  # about a day
OLD_SECRET_SIGNS_FOR: Final = timedelta(hours=24)
GONE: Final = 410

# Which noun's scope lets a system know of a paper's events; the first part of an event's type is its paper.
NOUN_OF_PAPER: Final[Mapping[str, str]] = {
    "trainee": "trainees",
    "institution": "institutions",
    "teacher": "institutions",
    "class": "classes",
    "enrolment": "enrolments",
    "employment": "enrolments",
    "attendance": "attendance",
    "import": "imports",
    "file": "files",
    "status_list": "status-lists",
    "status_records": "status-records",
    "brand": "brands",
    "claim": "claims",
    "notice": "notices",
    "objection": "objections",
    "payment_batch": "payment-batches",
    "payment": "payments",
    "recovery": "recoveries",
    "fund": "funds",
    "terms": "schemes",
    "filing": "filings",
    "assessment": "assessments",
    "certificate": "certificates",
    "order": "orders",
    "placement": "placements",
    "placement_import": "placement-imports",
}
_PLAIN = re.compile(r"[!-\[\]-~]+")  # printable ASCII without spaces and backslashes, which programs read differently


def wants(types: Collection[str] | None, scopes: Collection[str] | None, type_: str) -> bool:
    """Whether an endpoint gets events of this type: it asks for them (`claim.submitted`, `claim.*`, or everything) and its owner may read the paper."""
    paper = type_.partition(".")[0]
    asked = types is None or type_ in types or f"{paper}.*" in types
    return asked and (scopes is None or f"{NOUN_OF_PAPER.get(paper)}.read" in scopes)


def url_fault(url: str, *, local: bool) -> str | None:
    """What is wrong with an address to post to, or None. Outside the local stack only https, and no host of our own network by name or number."""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "不是合法的网址"
    if not _PLAIN.fullmatch(url) or not host:
        return "不是合法的网址,非 ASCII 字符须先编码"
    if parts.scheme not in ("http", "https"):
        return "只接受 http 和 https"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "网址中不得有用户名、密码和 # 片段"
    if local:
        return None
    if parts.scheme != "https":
        return "须为 https"
    one_word, inside = "." not in host and ":" not in host, host.endswith((".localhost", ".local", ".internal"))
    return "须为公网可达的主机" if one_word or inside or not is_public(host, of_name=True) else None


def is_public(address: str, *, of_name: bool = False) -> bool:
    """Whether an IP address lies in the public internet. `of_name`: what is no IP address at all is taken for a name and passes."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return of_name
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast


def delay_seconds(attempts: int, jitter: float) -> float:
    """How long after so many failed attempts the next one comes. `jitter`, from 0 to 1, spreads those that failed together."""
    doubled: float = FIRST_DELAY_SECONDS * 2.0 ** min(attempts - 1, 30)
    return min(doubled, LONGEST_DELAY_SECONDS) * (0.5 + jitter / 2)
