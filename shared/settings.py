"""Settings every process needs, read from the environment once, in the app factory. A missing or wrong one stops the start and is named."""

import base64
import binascii
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field, IPvAnyNetwork, Json, PositiveFloat, PositiveInt, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _key(value: object) -> bytes:
    """32 bytes, given in base64."""
    try:
        raw = value if isinstance(value, bytes) else base64.b64decode(str(value), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(raw) != 32:
        raise ValueError(f"needs 32 bytes, has {len(raw)}")
    return raw


def _each(value: object) -> object:
    """What a setting lists, separated by commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _rates(value: object) -> object:
    """`20, 0192…=200`: of every client, and of one whose id is named."""
    each = [part.rpartition("=") for part in str(value).split(",") if part.strip()]
    return value if isinstance(value, Mapping) else {client.strip(): rate.strip() for client, _, rate in each}


Key = Annotated[bytes, BeforeValidator(_key)]
Keys = Annotated[tuple[Key, ...], NoDecode, BeforeValidator(_each)]
MaybeKey = Annotated[Key | None, BeforeValidator(lambda given: given or None)]
Folder = Annotated[Path | None, BeforeValidator(lambda given: given or None)]  # an empty setting is none


class Settings(BaseSettings):
    """The environment of one process. Times in seconds."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Literal["local", "production"] = "production"
    database_url: str
    database_connections: PositiveInt = 10
    read_database_url: str = ""  # of a server that follows the first, for figures that may be a moment late
    allow_clock_override: bool = False
    policy_day: date | None = None  # today, for who names none

    registry_url: str
    subsidy_url: str
    evaluation_url: str
    eastwest_url: str
    gateway_url: str
    neighbour_connect_seconds: float = 1.0
    neighbour_timeout_seconds: float = 3.0
    deadline_seconds: float = 10.0
    names_within_seconds: float = 1.0
    counts_within_seconds: float = 2.5  # of a line of the board
    ready_within_seconds: float = 1.0  # of a service beside the gateway

    token_issuer: str
    token_audience: str = "kaili-skills"  # noqa: S105 - a name, not a secret
    internal_key: Key
    ended_tokens_every_seconds: float = Field(5.0, gt=0, le=30)
    data_keys: Json[dict[str, Key]]
    data_key_id: str
    index_key: Key
    former_index_keys: Keys = ()  # the oldest first: digests are made with each in its turn, and with `index_key` at last
    cipher: Literal["aes-gcm", "sm4-gcm"] = "aes-gcm"
    seal_public_key: Key
    former_seal_public_keys: Keys = ()  # the oldest first: seals that they signed stay good
    seal_dir: Path
    seal_witness_dir: Folder = None
    forget_after_seconds: float = 60.0
    run_jobs: bool = True  # what works beside requests; a process that only answers leaves it to another

    head_bytes_at_most: PositiveInt = 32 * 1024  # request line and headers
    caller_seconds: PositiveFloat = 10.0  # for the head, and for each part of a body at the least rate
    body_bytes_per_second: PositiveInt = 1024
    connections_at_most: PositiveInt = 512
    requests_at_most: PositiveInt = 256  # at work at once
    drain_seconds: float = Field(5.0, ge=0)  # for whoever still uses a connection when the process is told to end

    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_each)] = ()

    requests_per_second: Annotated[Mapping[str, PositiveInt], NoDecode, BeforeValidator(_rates)] = {}  # by client; "" is every other one
    nats_url: str = ""  # of a JetStream that takes the same events, or several by commas
    limits_uri: str = "memory://"  # or redis://…, valkey://…: one count for all processes
    sheets_beside: bool = True  # in a process of their own, for as long as some wait
    workday_dir: Path | None = None
    build: str = "0.14.0"  # what /version says; as in pyproject.toml
    log_level: Literal["debug", "info", "warning"] = "info"

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if self.environment == "production" and self.allow_clock_override:
            raise ValueError("ALLOW_CLOCK_OVERRIDE is for the local stack and is refused in production")
        if self.policy_day and not self.allow_clock_override:
            raise ValueError("POLICY_DAY needs ALLOW_CLOCK_OVERRIDE")
        if self.data_key_id not in self.data_keys:
            raise ValueError("DATA_KEY_ID names no key of DATA_KEYS")
        return self

    def server_date(self, now: datetime) -> str | None:
        """What a request that names no day is taken to say in `X-Server-Date`: the time is the real one, the day that of the setting."""
        return datetime.combine(self.policy_day, now.timetz()).isoformat() if self.policy_day else None


S = TypeVar("S", bound=BaseSettings)


def load(kind: type[S]) -> S:
    """The settings from the environment; on a fault the process ends with every faulty setting named, and no value shown."""
    try:
        return kind()
    except ValidationError as error:
        faults = [
            f"  {'.'.join(str(part) for part in fault['loc']).upper() or '(together)'}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        ]
        sys.exit("设置有误,服务没有启动 (settings are wrong, not started):\n" + "\n".join(faults))
