"""The local machine's secrets: made at random once, kept in var/secrets.json for its owner's eyes only."""

import base64
import json
import os
import secrets as random_source
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from deploy.processes import CannotStart


@dataclass(frozen=True)
class Secrets:
    """Keys are base64 of 32 bytes; losing them makes the stored ID numbers unreadable."""

    internal_key: str
    data_keys: dict[str, str]
    data_key_id: str
    index_key: str
    seal_key: str
    token_signing_key: str
    receipt_key: str
    claim_receipt_key: str
    role_passwords: dict[str, str]


CAME_LATER = frozenset({"receipt_key", "claim_receipt_key"})


def load_or_make(path: Path, roles: Sequence[str]) -> Secrets:
    """Read the secrets, or make and keep them; what came later, roles and the receipts' own keys, gets its secret. A damaged file stops the start: new keys could not read the
    old data."""
    if not path.exists():
        made = Secrets(
            internal_key=_key(),
            data_keys={"k1": _key()},
            data_key_id="k1",
            index_key=_key(),
            seal_key=_key(),
            token_signing_key=_key(),
            receipt_key=_key(),
            claim_receipt_key=_key(),
            role_passwords=_passwords(roles),
        )
        _keep(path, made)
        return made
    try:
        said = json.loads(path.read_text())
        kept = Secrets(**{name: _key() for name in CAME_LATER} | said)
    except (ValueError, TypeError):
        raise CannotStart(
            f"{path} 已损坏:它保存数据的密钥,请从备份恢复;不再需要原有数据时,可以删除整个目录重新开始。\n"
            f"{path} is damaged; restore it from a backup."
        ) from None
    path.chmod(0o600)
    missing = [role for role in roles if role not in kept.role_passwords]
    if missing or not said.keys() >= CAME_LATER:
        kept = replace(kept, role_passwords=kept.role_passwords | _passwords(missing))
        _keep(path, kept)
    return kept


def _keep(path: Path, secrets: Secrets) -> None:
    """Write them aside, then rename: whatever kills us half-way leaves the file as it was."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(secrets), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _passwords(roles: Iterable[str]) -> dict[str, str]:
    return {role: random_source.token_urlsafe(24) for role in roles}


def _key() -> str:
    return base64.b64encode(random_source.token_bytes(32)).decode()
