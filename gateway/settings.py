"""What the gateway needs beside every process's settings: the key tokens are signed with."""

from pydantic import Field, model_validator

from shared import settings
from shared.settings import Key


class Settings(settings.Settings):
    """`token_signing_key` is a 32-byte seed; the EC key is derived from it, so that every gateway process signs alike."""

    token_signing_key: Key
    token_seconds: int = Field(900, ge=60, le=900)
    local_clients: bool = False
    confirm_accounts: bool | None = None

    @property
    def confirms(self) -> bool:
        """Whether accounts that decide wait for a second administrator: in production, unless it is said otherwise."""
        return self.environment == "production" if self.confirm_accounts is None else self.confirm_accounts

    @model_validator(mode="after")
    def _local_clients_stay_local(self) -> "Settings":
        if self.local_clients and self.environment != "local":
            raise ValueError("LOCAL_CLIENTS have their names as secrets: they are for the local stack and are refused elsewhere")
        return self
