"""What the gateway needs beside every process's settings: the key tokens are signed with, the inner networks that webhooks may go to, the trusted issuer,
and whether anyone may see the board."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PlainValidator, model_validator
from pydantic_settings import NoDecode

from shared import settings
from shared.settings import Key, MaybeKey

_ORIGIN = re.compile(r"(http://(?!.*:80\Z)|https://(?!.*:443\Z))([a-z0-9.-]+|\[[0-9a-f:]+])(:[0-9]{1,5})?")

Network = IPv4Network | IPv6Network
Word = Annotated[str | None, BeforeValidator(lambda given: given or None)]  # an empty setting is none


def _inner(value: object) -> tuple[Network, ...]:
    """`10.20.0.0/16, 192.168.7.0/24`. A wide network may hold addresses that webhooks never reach; one that holds nothing else is a mistake."""
    listed = value.split(",") if isinstance(value, str) else ()
    networks = tuple(ip_network(each.strip()) for each in listed if each.strip())
    for each in networks:
        if each.is_loopback or each.is_link_local or each.is_multicast:
            raise ValueError(f"{each} is this machine, its link or a group: webhooks never go there")
    return networks


def is_safe(address: str, *, loopback: bool) -> bool:
    """Whether what an issuer says at this address is its own word: over TLS, or where `loopback` is allowed on this machine. ValueError for no address."""
    parts = urlsplit(address)
    if not parts.hostname or parts.username or parts.fragment:
        return False
    return parts.scheme == "https" or (loopback and parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))


def _origins(value: object) -> tuple[str, ...]:
    """`https://ui.example.cn, https://ui.example.cn:8443`: each as a browser says it, scheme and host and nothing more; a wildcard is none."""
    listed = tuple(each.strip() for each in value.split(",") if each.strip()) if isinstance(value, str) else ()
    for each in listed:
        if not _ORIGIN.fullmatch(each):
            raise ValueError(f"{each} is no origin: scheme, host in small letters, and port unless it is the scheme's own")
    return listed


class Settings(settings.Settings):
    """`token_signing_key` is a 32-byte seed; the EC key is derived from it, so that every gateway process signs alike. Beside it tokens of the next key
    and of the former are believed, while one takes over from the other."""

    token_signing_key: Key
    next_token_signing_key: MaybeKey = None
    former_token_signing_key: MaybeKey = None
    token_seconds: int = Field(900, ge=60, le=900)
    local_clients: bool = False
    webhook_networks: Annotated[tuple[Network, ...], NoDecode, PlainValidator(_inner)] = ()
    cors_origins: Annotated[tuple[str, ...], NoDecode, PlainValidator(_origins)] = ()
    confirm_accounts: bool | None = None
    public_board: bool = False
    oidc_issuer: Word = None
    oidc_audience: Word = None
    oidc_client_secret: Word = None
    oidc_id_number_claim: str = Field("id_number", min_length=1, max_length=100)

    @property
    def confirms(self) -> bool:
        """Whether accounts that decide wait for a second administrator: in production, unless it is said otherwise."""
        return self.environment == "production" if self.confirm_accounts is None else self.confirm_accounts

    @model_validator(mode="after")
    def _local_clients_stay_local(self) -> "Settings":
        if self.local_clients and self.environment != "local":
            raise ValueError("LOCAL_CLIENTS have their names as secrets: they are for the local stack and are refused elsewhere")
        return self

    @model_validator(mode="after")
    def _issuer_can_be_trusted(self) -> "Settings":
        if (self.oidc_issuer is None) != (self.oidc_audience is None):
            raise ValueError("OIDC_ISSUER and OIDC_AUDIENCE are set together")
        if self.oidc_issuer and ("?" in self.oidc_issuer or not is_safe(self.oidc_issuer, loopback=self.environment == "local")):
            raise ValueError("OIDC_ISSUER is an https address without a query; only the local stack takes http, on this machine")
        if self.oidc_issuer == self.token_issuer:
            raise ValueError("OIDC_ISSUER is not this system: a token of ours is not exchanged for another")
        return self

    @property
    def own_hosts(self) -> frozenset[str]:
        """The hosts that our own processes, database and counts run on."""
        services = (self.registry_url, self.subsidy_url, self.evaluation_url, self.eastwest_url, self.gateway_url)
        return frozenset(host for url in (*services, self.database_url, self.limits_uri) if (host := urlsplit(url).hostname))
