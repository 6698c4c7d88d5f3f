"""The local machine's secrets: made at random once, kept in var/secrets.json for its owner's eyes only."""

import base64
import json
import os
import re
import secrets as random_source
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from deploy.processes import CannotStart
from shared.privacy import Vault

USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class Secrets:
    """Keys are base64 of 32 bytes; losing them makes the stored ID numbers unreadable. `certificate_signer`: a key with its certificate, PKCS#12 in base64."""

    internal_key: str
    data_keys: dict[str, str]
    data_key_id: str
    index_key: str
    seal_key: str
    token_signing_key: str
    receipt_key: str
    claim_receipt_key: str
    certificate_signer: str
    role_passwords: dict[str, str]
    next_token_signing_key: str = ""
    former_token_signing_key: str = ""
    former_seal_public_keys: list[str] = field(default_factory=list)
    next_index_key: str = ""
    former_index_keys: list[str] = field(default_factory=list)


def load_or_make(path: Path, roles: Sequence[str]) -> Secrets:
    """Read the secrets, or make and keep them; what came later, roles and the receipts' own keys, gets its secret. A damaged file stops the start: new keys could not read the
    old data."""
    if not path.exists():
        made = Secrets(
            internal_key=fresh_key(),
            data_keys={"k1": fresh_key()},
            data_key_id="k1",
            index_key=fresh_key(),
            seal_key=fresh_key(),
            token_signing_key=fresh_key(),
            receipt_key=fresh_key(),
            claim_receipt_key=fresh_key(),
            certificate_signer=make_signer(),
            role_passwords=_passwords(roles),
        )
        keep(path, made)
        return made
    try:
        said = json.loads(path.read_text())
        kept = Secrets(**{name: make() for name, make in CAME_LATER.items() if name not in said} | said)
    except (ValueError, TypeError):
        raise CannotStart(
            f"{path} 已损坏:它保存数据的密钥,请从备份恢复;不再需要原有数据时,可以删除整个目录重新开始。\n"
            f"{path} is damaged; restore it from a backup."
        ) from None
    path.chmod(0o600)
    missing = [role for role in roles if role not in kept.role_passwords]
    if missing or not said.keys() >= CAME_LATER.keys():
        kept = replace(kept, role_passwords=kept.role_passwords | _passwords(missing))
        keep(path, kept)
    return kept


def read(path: Path) -> Secrets:
    """The secrets that are kept there."""
    try:
        return Secrets(**json.loads(path.read_text()))
    except OSError:
        raise CannotStart(f"没有密钥文件 {path}:请把备份时另行保管的密钥文件放到那里。\n{path} is missing.") from None
    except (ValueError, TypeError):
        raise CannotStart(f"{path} 已损坏,请放回另行保管的那一份。\n{path} is damaged.") from None


def read_settings(file: Path) -> Secrets:
    """The secrets of a server, from the settings that `make first-day` made; of its roles' passwords the superuser's alone."""
    said = {name: value.strip().strip("'") for name, value in re.findall(r"^([A-Z_]+)=(.*)$", file.read_text(), re.MULTILINE)}
    try:
        named = {name: said[name.upper()] for name in Secrets.__annotations__ if name not in (*BY_THEMSELVES, *WHILE_ROTATING)}
        return Secrets(
            **named,
            **{name: said.get(name.upper(), "") for name in WHILE_ROTATING},
            data_keys=json.loads(said["DATA_KEYS"]),
            role_passwords={"postgres": said["POSTGRES_PASSWORD"]},
            former_seal_public_keys=_in_order(said, "FORMER_SEAL_PUBLIC_KEYS"),
            former_index_keys=_in_order(said, "FORMER_INDEX_KEYS"),
        )
    except (KeyError, ValueError):
        raise CannotStart(f"{file} 不完整,先运行 make doctor。\n{file} is not complete: make doctor.") from None


def keep(path: Path, secrets: Secrets) -> None:
    """Write them aside, then rename: whatever kills us half-way leaves the file as it was."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(secrets), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def searching(keys: Sequence[str], cipher: str) -> Vault:
    """What digests are made by, with these index keys, the oldest first."""
    *former, last = [base64.b64decode(key) for key in keys]
    return Vault({}, "", last, cipher, tuple(former))


def _in_order(said: Mapping[str, str], name: str) -> list[str]:
    return [key for key in said.get(name, "").split(",") if key]


def _passwords(roles: Iterable[str]) -> dict[str, str]:
    return {role: random_source.token_urlsafe(24) for role in roles}


def fresh_key() -> str:
    return base64.b64encode(random_source.token_bytes(32)).decode()


def make_signer(since: datetime | None = None) -> str:
    """A key and a certificate that it made for itself, for ten years from now or `since`: PKCS#12 in base64."""
    key, today = ec.generate_private_key(ec.SECP256R1()), since or datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "本机自制签名证书")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(today).not_valid_after(today + timedelta(days=3652))
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    for_signing = {name: name in ("digital_signature", "content_commitment") for name in USES}
    certificate = made.add_extension(x509.KeyUsage(**for_signing), critical=True).sign(key, hashes.SHA256())
    return base64.b64encode(pkcs12.serialize_key_and_certificates(None, key, certificate, None, NoEncryption())).decode()


CAME_LATER: Mapping[str, Callable[[], str]] = {"receipt_key": fresh_key, "claim_receipt_key": fresh_key, "certificate_signer": make_signer}
IN_THEIR_ORDER = ("former_seal_public_keys", "former_index_keys")
BY_THEMSELVES = ("data_keys", "role_passwords", *IN_THEIR_ORDER)  # more than one value each
WHILE_ROTATING = ("next_token_signing_key", "former_token_signing_key", "next_index_key")
