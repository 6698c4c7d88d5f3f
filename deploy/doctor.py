"""`make doctor`: what is missing or wrong in this deployment, in Chinese, with what to do about it. It changes nothing.

It looks at what it finds: the settings in `.env` (a server with containers) or the system of VAR_DIR (`make run`), the county's folder, the calendar of
working days, backups in BACKUP_DIR, and, where one answers at GATEWAY_URL, the running system. A fault ends it with 1, a warning does not.
"""

import base64
import itertools
import json
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.serialization import pkcs12

from deploy import county_check
from deploy.backup import SAID
from deploy.first_day import EXAMPLE, KEYS, ROOT
from deploy.keys import read
from deploy.processes import CannotStart
from deploy.stack import PORTS
from shared import clock, county, workdays
from shared.sealing.keys import public_half
from shared.settings import Settings

GOOD, WARNING, FAULT = "正常", "注意", "错误"
FREE_GB_AT_LEAST = 20
BACKUP_HOURS_AT_MOST = 26  # one a day, and two hours for it to be late
SIGNER_DAYS_AT_LEAST = 60
SET = re.compile(r"^([A-Z_]+)=(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at. `do` says how it is put right."""

    how: str
    what: str
    do: str = ""

    def __str__(self) -> str:
        return f"[{self.how}] {self.what}" + (f"\n       处理:{self.do}" if self.do else "")


def main() -> int:
    found = list(examine(ROOT, Path(os.environ.get("VAR_DIR") or "var"), clock.now()))
    for each in found:
        print(each)
    faults, warnings = (sum(each.how == how for each in found) for how in (FAULT, WARNING))
    print(f"\n错误 {faults} 项,注意 {warnings} 项。")
    return 1 if faults else 0


def examine(root: Path, var: Path, now: datetime) -> Iterator[Found]:
    """Everything that can be looked at from here."""
    file = root / ".env"
    yield from _machine(var if var.exists() else root)
    if file.exists():
        yield from settings(file, now.date())
    elif (var / "secrets.json").exists():
        yield from _local(var, now.date())
    else:
        yield Found(FAULT, "还没有部署:既没有 .env,也没有本机数据目录", "服务器:make first-day ISSUER=https://…;本机试用:make run")
    yield from _county()
    yield from calendar_of(now.date())
    yield from backups(now)
    yield from running()


def _machine(place: Path) -> Iterator[Found]:
    free = shutil.disk_usage(place).free / 1024**3
    yield Found(
        GOOD if free >= FREE_GB_AT_LEAST else WARNING,
        f"磁盘剩余 {free:.0f} GB",
        "" if free >= FREE_GB_AT_LEAST else "清理或扩容:磁盘写满后只能查询",
    )


def settings(file: Path, today: date) -> Iterator[Found]:
    """The file of a server with containers: complete, well formed, closed to others."""
    said = {name: value.strip().strip("'") for name, value in SET.findall(file.read_text())}
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Found(FAULT, f"{file.name} 其他账号也能读", f"chmod 600 {file.name}")
    lacking = [name for name, _ in SET.findall(EXAMPLE.read_text()) if not said.get(name)]
    if lacking:
        yield Found(FAULT, f"{file.name} 缺少 {'、'.join(lacking)}", "按 deploy/environment.example 的说明补上")
        return
    faults = list(_wrong(said))
    yield from faults or [Found(GOOD, f"{file.name} 的必需设置齐全、格式正确")]
    yield from _rotating(said)
    if said.get("CONFIRM_ACCOUNTS") == "0":
        yield Found(WARNING, "CONFIRM_ACCOUNTS=0:有权决定的账号不需要第二名管理员确认", "有了第二名管理员后改为 1")
    if not said.get("TRUSTED_PROXIES"):
        yield Found(
            WARNING, "没有设置 TRUSTED_PROXIES:经过前置代理时,审计记录里的来源都是代理的地址", "填写前置代理的地址或网段,见 deploy/edge/"
        )
    if not said.get("SEAL_WITNESS_DIR"):
        yield Found(WARNING, "没有设置 SEAL_WITNESS_DIR:审计封存没有另一台主机上的副本", "挂载另一台主机保管的目录并填写")
    if not any(each.what.startswith("CERTIFICATE_SIGNER") for each in faults):
        yield from _signer(said["CERTIFICATE_SIGNER"], today)


def _wrong(said: Mapping[str, str]) -> Iterator[Found]:
    """Settings that no process would start with, or that keep no secret."""
    issuer = urlsplit(said["TOKEN_ISSUER"])
    if issuer.scheme != "https" or not issuer.hostname:
        yield Found(FAULT, "TOKEN_ISSUER 不是 https 地址", "填写统一入口对外的地址")
    named = [*KEYS, "SEAL_KEY", "SEAL_PUBLIC_KEY"]
    try:
        data = {f"DATA_KEYS.{key}": value for key, value in json.loads(said["DATA_KEYS"]).items()}
        if said["DATA_KEY_ID"] not in json.loads(said["DATA_KEYS"]):
            yield Found(FAULT, "DATA_KEY_ID 在 DATA_KEYS 里没有", "填写其中一个密钥的编号")
    except (ValueError, AttributeError):
        data = {}
        yield Found(FAULT, 'DATA_KEYS 不是 {"k1": "…"} 这样的 JSON', "恢复备份时另行保管的那一份")
    keys = {name: said[name] for name in named} | data
    bad = [name for name, value in keys.items() if not _is_key(value)]
    if bad:
        yield Found(FAULT, f"{'、'.join(bad)} 不是 32 字节的 base64", "恢复备份时另行保管的那一份;新部署可删去 .env 重做 make first-day")
    same = [f"{one}={other}" for one, other in itertools.combinations(keys, 2) if keys[one] == keys[other]]
    if same:
        yield Found(FAULT, f"密钥相同:{'、'.join(same)}", "每个密钥各用各的随机数")
    if not bad and public_half(said["SEAL_KEY"]) != said["SEAL_PUBLIC_KEY"]:
        yield Found(FAULT, "SEAL_PUBLIC_KEY 与 SEAL_KEY 不是一对", "SEAL_KEY=… .venv/bin/python -m shared.sealing public-key")
    weak = [name for name, value in said.items() if name.endswith("_PASSWORD") and not re.fullmatch(r"[A-Za-z0-9]{24,}", value)]
    if weak:
        yield Found(
            FAULT, f"{'、'.join(weak)} 太短或含有地址里不能写的字符", "用 openssl rand -hex 24 生成(已经启动过的,重新部署时会改成新密码)"
        )
    try:
        pkcs12.load_key_and_certificates(base64.b64decode(said["CERTIFICATE_SIGNER"]), None)
    except ValueError:
        yield Found(FAULT, "CERTIFICATE_SIGNER 读不出来", "无密码的 PKCS#12,base64,见 deploy/environment.example")


def _rotating(said: Mapping[str, str]) -> Iterator[Found]:
    """Keys that have not yet wholly taken over from others."""
    if len(said["DATA_KEYS"].split('":')) > 2:
        yield Found(WARNING, "数据密钥的更换还没有做完", "make rotate-keys KEY=data")
    if said.get("NEXT_TOKEN_SIGNING_KEY") or said.get("FORMER_TOKEN_SIGNING_KEY"):
        yield Found(WARNING, "令牌密钥的更换还没有做完", "make rotate-keys KEY=token")
    if said.get("NEXT_INDEX_KEY"):
        yield Found(WARNING, "摘要密钥的更换还没有做完", "停止所有服务,再 make rotate-keys KEY=index")


def _is_key(value: object) -> bool:
    try:
        return len(base64.b64decode(str(value), validate=True)) == 32
    except ValueError:
        return False


def _signer(value: str, today: date) -> Iterator[Found]:
    _, certificate, _ = pkcs12.load_key_and_certificates(base64.b64decode(value), None)
    until = certificate.not_valid_after_utc.astimezone(clock.SHANGHAI).date() if certificate else today
    if until < today + timedelta(days=SIGNER_DAYS_AT_LEAST):
        yield Found(
            FAULT if until < today else WARNING,
            f"证书签名用的证书到 {until} 为止",
            "换新的,旧的留在同一份 PKCS#12 里,以前的证书才能继续验证",
        )


def _local(var: Path, today: date) -> Iterator[Found]:
    """The system of `make run`."""
    try:
        kept = read(var / "secrets.json")
    except CannotStart as fault:
        yield Found(FAULT, str(fault).partition("\n")[0])
        return
    yield Found(WARNING, f"本机试用系统({var}):客户端的密钥与名称相同,政策时钟可以拨动", "正式使用请部署到服务器:make first-day")
    yield from _rotating({name.upper(): value if isinstance(value, str) else json.dumps(value) for name, value in asdict(kept).items()})
    yield from _signer(kept.certificate_signer, today)


def _county() -> Iterator[Found]:
    faults = list(county_check.check(county.folder()))
    yield (
        Found(FAULT, f"县(市)数据有 {len(faults)} 处错误,例如 {faults[0]}", "make county-check")
        if faults
        else Found(GOOD, f"县(市)数据 {county.folder().name} 没有错误")
    )


def calendar_of(today: date) -> Iterator[Found]:
    try:
        calendar = workdays.load(Path(os.environ.get("WORKDAY_DIR") or county.folder() / "workdays"))
    except workdays.CalendarDataInvalid as fault:
        yield Found(FAULT, str(fault), "按国务院办公厅放假通知改正")
        return
    if today.year not in calendar.years:
        yield Found(FAULT, f"没有 {today.year} 年的工作日历:公示、申诉等期限算不出来", f"补充 workdays/{today.year}.toml")
    elif workdays.reminder_is_due(today, calendar):
        yield Found(WARNING, f"工作日历只到 {calendar.last_year} 年", f"放假通知公布后补充 workdays/{calendar.last_year + 1}.toml")
    else:
        yield Found(GOOD, f"工作日历到 {calendar.last_year} 年")


def backups(now: datetime) -> Iterator[Found]:
    where = os.environ.get("BACKUP_DIR")
    if not where:
        yield Found(WARNING, "没有设置 BACKUP_DIR,不知道备份放在哪里", "每天 make backup TO=…,并用 BACKUP_DIR=… make doctor 检查")
        return
    times = [datetime.fromisoformat(json.loads(said.read_text())["made_at"]) for said in Path(where).glob(f"*/{SAID}")]
    if not times:
        yield Found(FAULT, f"{where} 里一份备份也没有", f"make backup TO={where}")
        return
    hours = (now - max(times)).total_seconds() / 3600
    late = hours > BACKUP_HOURS_AT_MOST
    yield Found(
        FAULT if late else GOOD, f"最近一份备份是 {hours:.0f} 小时前", f"make backup TO={where},并检查每天的定时任务" if late else ""
    )


def running() -> Iterator[Found]:
    """What the gateway says of itself and of every service behind it."""
    address = os.environ.get("GATEWAY_URL") or f"http://127.0.0.1:{os.environ.get('GATEWAY_PORT') or PORTS['gateway']}"
    try:
        ready, version = httpx.get(f"{address}/readyz", timeout=10).json(), httpx.get(f"{address}/version", timeout=10).json()
        checks: Mapping[str, Mapping[str, object]] = ready.get("checks", {})
    except (httpx.HTTPError, ValueError):
        yield Found(WARNING, f"{address} 没有应答", "还没有启动,或用 GATEWAY_URL 指明地址;启动后再做一次 make doctor")
        return
    for name, check in checks.items():
        if check["status"] != "ok":
            yield Found(
                FAULT,
                f"{name} {check.get('why') or check.get('code') or check['status']}",
                "见该服务的日志和 docs/operation.md 的“事故处置”",
            )
    if all(check["status"] == "ok" for check in checks.values()):
        yield Found(GOOD, f"{address} 及其后的 {len(checks)} 项依赖都已就绪")
    if version["build"] != Settings.model_fields["build"].default:
        yield Found(WARNING, f"正在运行的版本是 {version['build']},这份代码是 {Settings.model_fields['build'].default}", "重新部署")
    if version["policy_hash"] != county.digest():
        yield Found(WARNING, "正在运行的县(市)数据与这里的不同", "改动县(市)数据后要重新启动服务")


if __name__ == "__main__":
    sys.exit(main())
