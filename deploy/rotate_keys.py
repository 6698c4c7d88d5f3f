"""`make rotate-keys KEY=data|token|index|seal`: the next step towards another key, in the settings of this deployment: `.env` (a server with containers) or the
`secrets.json` of VAR_DIR (`make run`). After each step the processes are restarted, one after another if one likes; then the next step is due.

A data or token key takes over in three steps, so that no process ever meets what it cannot read: every process learns the new key, then all use it, then
the former is dropped: a data key when a job has encrypted everything anew, a token key when its last token has ended. A seal key takes over in one step:
what the former signed stays good, and it signs nothing after the first seal of the new one. An index key takes over in two steps, between which the services
are stopped: every digest is wrapped in the new key at once.
"""

import base64
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deploy.backup import SETTINGS, address_of, of_containers
from deploy.databases import owner_of, role_url, run_aside
from deploy.doctor import SET
from deploy.keys import IN_THEIR_ORDER, fresh_key, keep, read, searching
from deploy.processes import CannotStart
from deploy.stack import SERVICES
from shared.privacy import Vault
from shared.reencrypt import Stopped, reencrypt
from shared.reindex import reindex
from shared.sealing.keys import public_half

TOKEN_SECONDS_AT_MOST = 900
AGAIN = "然后再运行一次同样的命令做下一步"
KEEP_OLD = "旧的备份仍要用旧密钥才能读:请把本次更换前的密钥文件与那些备份一起离线保存"
REENCRYPT, REINDEX = "reencrypt", "reindex"  # the jobs, by the names of the services in docker-compose.yml that run them
Anew = Callable[[str], None]
Said = dict[str, Any]  # settings by their names in small letters; `data_keys` by id, former ones in their order


def main(kind: str) -> int:
    try:
        var = Path(os.environ.get("VAR_DIR") or "var")
        told = in_environment(SETTINGS, kind) if of_containers(var) else in_stack(var, kind)
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    sys.stdout.write(f"{told}。\n")
    return 0


def in_stack(var: Path, kind: str) -> str:
    """One step in the local stack's secrets; answers what is to be done now."""
    file = var / "secrets.json"
    kept = read(file)

    def each(work: Callable[[str], Coroutine[Any, Any, Any]]) -> Iterator[tuple[str, Any]]:
        with address_of(var) as server:
            for service in SERVICES:
                owner = owner_of(service)
                try:
                    yield service, run_aside(work(role_url(server, service, owner, kept.role_passwords[owner])))
                except Stopped as reason:
                    raise CannotStart(f"{service}:{reason}") from None

    def reencrypted() -> None:
        vault = Vault({key_id: base64.b64decode(key) for key_id, key in kept.data_keys.items()}, kept.data_key_id, b"", _cipher())
        for service, (_, left) in each(lambda url: reencrypt(url, vault)):
            if left:
                raise CannotStart(
                    f"{service} 还有 {left} 项不是用 {kept.data_key_id} 加密的:有进程还在用旧密钥,请重新启动后再运行一次。\n"
                    "Some process still encrypts with the earlier key."
                )

    def reindexed() -> None:
        vault = searching([*kept.former_index_keys, kept.index_key, kept.next_index_key], _cipher())
        list(each(lambda url: reindex(url, vault)))

    jobs = {REENCRYPT: reencrypted, REINDEX: reindexed}

    said = asdict(kept)
    told = _step(kind)(said, lambda job: jobs[job](), _quiet_seconds(file))
    keep(file, type(kept)(**said))
    return told


def in_environment(file: Path, kind: str) -> str:
    """One step in the file of settings; answers what is to be done now."""
    text = file.read_text()
    found = {name: value.strip().strip("'") for name, value in SET.findall(text)}
    said: Said = {name.lower(): value for name, value in found.items()}
    said["data_keys"] = json.loads(found["DATA_KEYS"])
    said |= {name: [key for key in found.get(name.upper(), "").split(",") if key] for name in IN_THEIR_ORDER}
    before = dict(said)

    def anew(job: str) -> None:
        run = shlex.split(os.environ.get("RUN_JOB") or "docker compose run --rm")
        if subprocess.run([*run, job], cwd=file.parent, check=False).returncode:
            raise CannotStart("任务没有完成,旧密钥没有去掉。\nThe job did not end well: the keys are as they were.")

    told = _step(kind)(said, anew, _quiet_seconds(file))
    for name, value in said.items():
        if value != before.get(name):
            text = _written(text, name.upper(), value)
    unfinished = file.with_name(".env.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.rename(file)
    return told


def _written(text: str, name: str, value: Any) -> str:
    """The text with this setting: in its line, or in one of its own at the end."""
    said = json.dumps(value, separators=(",", ":")) if isinstance(value, dict) else ",".join(value) if isinstance(value, list) else value
    line = f"{name}={said}"  # unquoted, as `make first-day` writes it
    changed, there = re.subn(rf"^{name}=.*$", lambda _: line, text, flags=re.MULTILINE)
    return changed if there else f"{text.rstrip()}\n{line}\n"


def _data(said: Said, anew: Anew, _quiet_seconds: float) -> str:
    keys, used = said["data_keys"], said["data_key_id"]
    newest = list(keys)[-1]
    if len(keys) == 1:
        made = f"k{int(re.sub('[^0-9]', '', used) or 1) + 1}"
        said["data_keys"] = keys | {made: fresh_key()}
        return f"第 1 步(共 3 步):已加入新数据密钥 {made},仍用 {used} 加密。请重新启动所有服务,{AGAIN}"
    if used != newest:
        said["data_key_id"] = newest
        return f"第 2 步(共 3 步):从下次启动起用 {newest} 加密。请重新启动所有服务,{AGAIN}"
    anew(REENCRYPT)
    said["data_keys"] = {used: keys[used]}
    return f"第 3 步(共 3 步):全部数据已改用 {used} 加密,旧密钥已去掉。请重新启动所有服务。{KEEP_OLD}"


def _token(said: Said, _anew: Anew, quiet_seconds: float) -> str:
    if said.get("former_token_signing_key"):
        if quiet_seconds < TOKEN_SECONDS_AT_MOST:
            raise CannotStart(
                "旧密钥签的令牌还没有全部到期:请在重新启动 15 分钟之后再做这一步。\nWait for 15 minutes: tokens of the former key live."
            )
        said["former_token_signing_key"] = ""
        return "第 3 步(共 3 步):旧的令牌密钥已去掉。请重新启动统一入口"
    if made := said.get("next_token_signing_key"):
        said |= {"former_token_signing_key": said["token_signing_key"], "token_signing_key": made, "next_token_signing_key": ""}
        return "第 2 步(共 3 步):从下次启动起用新密钥签令牌,旧的令牌照常有效。请重新启动统一入口,满 15 分钟后再运行一次同样的命令做下一步"
    said["next_token_signing_key"] = fresh_key()
    return f"第 1 步(共 3 步):已公布新的令牌密钥,仍用原来的签。请重新启动统一入口,{AGAIN}"


def _seal(said: Said, _anew: Anew, _quiet_seconds: float) -> str:
    said["former_seal_public_keys"] = [*said["former_seal_public_keys"], public_half(said["seal_key"])]
    said["seal_key"] = fresh_key()
    if "seal_public_key" in said:
        said["seal_public_key"] = public_half(said["seal_key"])
    return "封存密钥已更换,以前的封存照常可以验证。请先重新启动各服务,再重新启动封存进程"


def _index(said: Said, anew: Anew, _quiet_seconds: float) -> str:
    if not (made := said.get("next_index_key")):
        said["next_index_key"] = fresh_key()
        return f"第 1 步(共 2 步):新的摘要密钥已备好,还没有使用。请停止所有服务(容器:docker compose stop {' '.join(SERVICES)}),{AGAIN}"
    anew(REINDEX)
    said |= {"former_index_keys": [*said["former_index_keys"], said["index_key"]], "index_key": made, "next_index_key": ""}
    return f"第 2 步(共 2 步):全部摘要已套上新密钥。请启动所有服务;FORMER_INDEX_KEYS 里的旧密钥仍然要用。{KEEP_OLD}"


STEPS: Mapping[str, Callable[[Said, Anew, float], str]] = {"data": _data, "token": _token, "index": _index, "seal": _seal}


def _step(kind: str) -> Callable[[Said, Anew, float], str]:
    if kind not in STEPS:
        raise CannotStart("请说明换哪个密钥:make rotate-keys KEY=data、token、index 或 seal\nWhich key? KEY=data, token, index or seal.")
    return STEPS[kind]


def _quiet_seconds(file: Path) -> float:
    """For how long nothing has been changed there."""
    return time.time() - file.stat().st_mtime


def _cipher() -> str:
    return os.environ.get("CIPHER") or "aes-gcm"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
