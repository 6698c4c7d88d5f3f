"""What the gateway needs beside every process's settings: the key tokens are signed with, and the inner networks that webhooks may go to."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, PlainValidator, model_validator
from pydantic_settings import NoDecode

from shared import settings
from shared.settings import Key

Network = IPv4Network | IPv6Network


def _inner(value: object) -> tuple[Network, ...]:
    """`10.20.0.0/16, 192.168.7.0/24`. A wide network may hold addresses that webhooks never reach; one that holds nothing else is a mistake."""
    listed = value.split(",") if isinstance(value, str) else ()
    networks = tuple(ip_network(each.strip()) for each in listed if each.strip())
    for each in networks:
        if each.is_loopback or each.is_link_local or each.is_multicast:
            raise ValueError(f"{each} is this machine, its link or a group: webhooks never go there")
    return networks


class Settings(settings.Settings):
    """`token_signing_key` is a 32-byte seed; the EC key is derived from it, so that every gateway process signs alike."""

    token_signing_key: Key
    token_seconds: int = Field(900, ge=60, le=900)
    local_clients: bool = False
    webhook_networks: Annotated[tuple[Network, ...], NoDecode, PlainValidator(_inner)] = ()
    confirm_accounts: bool | None = None
    oidc_issuer: str | None = None
    oidc_audience: str | None = None

    @property
    def confirms(self) -> bool:
        """Whether accounts that decide wait for a second administrator: in production, unless it is said otherwise."""
        return self.environment == "production" if self.confirm_accounts is None else self.confirm_accounts

    @model_validator(mode="after")
    def _local_clients_stay_local(self) -> "Settings":
        if self.local_clients and self.environment != "local":
            raise ValueError("LOCAL_CLIENTS have their names as secrets: they are for the local stack and are refused elsewhere")
        return self

    @property
    def own_hosts(self) -> frozenset[str]:
        """The hosts that our own processes, database and counts run on."""
        services = (self.registry_url, self.subsidy_url, self.evaluation_url, self.eastwest_url, self.gateway_url)
        return frozenset(host for url in (*services, self.database_url, self.limits_uri) if (host := urlsplit(url).hostname))
