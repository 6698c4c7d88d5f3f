"""`make first-day ISSUER=https://…`: the file `.env` beside docker-compose.yml, with fresh secrets for everything that `deploy/environment.example` names.

It is written once, for its owner's eyes only, and never over another: what is in it cannot be made a second time.
"""

import json
import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from deploy.keys import fresh_key, make_signer
from deploy.processes import CannotStart, plain_words
from shared.sealing.keys import public_half

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "deploy/environment.example"
KEYS = ("TOKEN_SIGNING_KEY", "INTERNAL_KEY", "INDEX_KEY", "RECEIPT_KEY", "CLAIM_RECEIPT_KEY")
_EMPTY = re.compile(r"^([A-Z_]+)=$", re.MULTILINE)

NEXT = """\
已生成 {file}(仅本账号可读)。
请现在就做:
  1. 把它复制到离线介质,与数据备份分开存放:丢了它,身份证号等再也读不出来。
  2. 检查:make doctor
  3. 启动:docker compose up -d,再做一次 make doctor
  4. 第一名管理员:docker compose exec gateway python -m gateway.identity.users.first_admin 姓名
  5. 证书签名用的是自制证书;有了权威机构签发的证书后换掉 CERTIFICATE_SIGNER。
下一步见 docs/operation.md。 Written; keep a copy of it elsewhere.
"""


def main(issuer: str) -> int:
    try:
        if not issuer and sys.stdin.isatty():
            issuer = input("统一入口对外的地址(例如 https://skills.example.gov.cn): ").strip()
        file = write(ROOT / ".env", issuer)
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    sys.stdout.write(NEXT.format(file=file))
    return 0


def write(file: Path, issuer: str) -> Path:
    """Writes the settings there; refuses an address that no browser would trust, and a file that exists."""
    parts = urlsplit(issuer)
    if parts.scheme != "https" or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise CannotStart(
            f"ISSUER={issuer} 不是对外地址:应是 https://主机名,不带路径,例如 make first-day ISSUER=https://skills.example.gov.cn\n"
            "ISSUER is the public https address of the gateway."
        )
    made = fresh(issuer.rstrip("/"))
    text = _EMPTY.sub(lambda line: f"{line[1]}={made[line[1]]}", EXAMPLE.read_text())
    try:
        with plain_words(file), os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(text)
    except FileExistsError:
        raise CannotStart(
            f"{file} 已经存在,没有改动:里面的密钥不能重做一遍。要检查它:make doctor\n{file} exists and was left as it is."
        ) from None
    return file


def fresh(issuer: str) -> Mapping[str, str]:
    """A value for each setting that the example leaves empty."""
    seal = fresh_key()
    passwords = [name for name in _EMPTY.findall(EXAMPLE.read_text()) if name.endswith("_PASSWORD")]
    return {
        **{name: secrets.token_hex(24) for name in passwords},
        **{name: fresh_key() for name in KEYS},
        "TOKEN_ISSUER": issuer,
        "SEAL_KEY": seal,
        "SEAL_PUBLIC_KEY": public_half(seal),
        "DATA_KEY_ID": "k1",
        "DATA_KEYS": json.dumps({"k1": fresh_key()}, separators=(",", ":")),  # unquoted: compose and kubectl read quotes differently
        "CERTIFICATE_SIGNER": make_signer(),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
