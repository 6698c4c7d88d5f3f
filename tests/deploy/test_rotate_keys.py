"""Another key, step by step: in the settings of a server and in those of the local stack, so that no step meets what it cannot read."""

import base64
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from deploy import doctor, first_day, rotate_keys
from deploy.backup import public_halves_of
from deploy.doctor import SET
from deploy.keys import Secrets, load_or_make, read, read_settings
from deploy.processes import CannotStart
from shared.sealing.keys import public_half


def _said(file: Path) -> dict[str, str]:
    return {name: value.strip("'") for name, value in SET.findall(file.read_text())}


def _warned(file: Path) -> list[str]:
    return [each.what for each in doctor.settings(file, date(2026, 3, 2)) if "更换" in each.what]


def _no_docker(place: Path, ends_with: int) -> Path:
    """A program of the name, in whose place the job would run."""
    program = place / "docker"
    program.write_text(f'#!/bin/sh\necho "$@" > {place}/asked\nexit {ends_with}\n')
    program.chmod(0o755)
    return program.parent


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    return first_day.write(tmp_path / ".env", "https://skills.example.cn")


def _in_stack(tmp_path: Path) -> tuple[Path, Callable[[str], Secrets]]:
    load_or_make(tmp_path / "secrets.json", ("registry",))

    def step(kind: str) -> Secrets:
        rotate_keys.in_stack(tmp_path, kind)
        return read(tmp_path / "secrets.json")

    return tmp_path / "secrets.json", step


def test_a_data_key_is_known_first_used_next_and_the_former_dropped_when_the_job_has_ended_well(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _said(environment)
    old = json.loads(before["DATA_KEYS"])
    rotate_keys.in_environment(environment, "data")
    known = _said(environment)
    assert list(json.loads(known["DATA_KEYS"])) == ["k1", "k2"] and known["DATA_KEY_ID"] == "k1"
    rotate_keys.in_environment(environment, "data")
    used = _said(environment)
    assert (used["DATA_KEYS"], used["DATA_KEY_ID"]) == (known["DATA_KEYS"], "k2")
    assert _warned(environment) == ["数据密钥的更换还没有做完"]
    monkeypatch.setenv("PATH", f"{_no_docker(tmp_path, 1)}:{os.environ['PATH']}")
    with pytest.raises(CannotStart, match="旧密钥没有去掉"):
        rotate_keys.in_environment(environment, "data")
    assert _said(environment) == used
    _no_docker(tmp_path, 0)
    assert "旧的备份仍要用旧密钥" in rotate_keys.in_environment(environment, "data")
    after = _said(environment)
    assert (tmp_path / "asked").read_text().split() == ["compose", "run", "--rm", "reencrypt"]
    assert list(json.loads(after["DATA_KEYS"])) == ["k2"] and old["k1"] not in environment.read_text()
    assert after | {"DATA_KEYS": "", "DATA_KEY_ID": ""} == before | {"DATA_KEYS": "", "DATA_KEY_ID": ""}
    assert environment.stat().st_mode & 0o777 == 0o600 and _warned(environment) == []
    rotate_keys.in_environment(environment, "data")
    assert list(json.loads(_said(environment)["DATA_KEYS"])) == ["k2", "k3"]


def test_a_token_key_is_published_before_it_signs_and_believed_until_its_tokens_have_ended(tmp_path: Path) -> None:
    file, step = _in_stack(tmp_path)
    before, known = read(file), step("token")
    assert known.token_signing_key == before.token_signing_key and known.next_token_signing_key
    used = step("token")
    assert (used.token_signing_key, used.former_token_signing_key, used.next_token_signing_key) == (
        known.next_token_signing_key,
        before.token_signing_key,
        "",
    )
    stamp = file.stat().st_mtime
    os.utime(file, (stamp - 880, stamp - 880))
    with pytest.raises(CannotStart, match="15 分钟"):
        step("token")
    os.utime(file, (stamp - 901, stamp - 901))
    assert asdict(step("token")) == asdict(before) | {"token_signing_key": used.token_signing_key}


def test_a_seal_key_takes_over_at_once_and_what_the_former_signed_can_still_be_verified(environment: Path, tmp_path: Path) -> None:
    file, step = _in_stack(tmp_path)
    before = read(file)
    step("seal")
    after = step("seal")
    assert after.former_seal_public_keys[0] == public_half(before.seal_key) and len(after.former_seal_public_keys) == 2
    assert after.seal_key != before.seal_key and before.seal_key not in file.read_text()
    was = _said(environment)
    rotate_keys.in_environment(environment, "seal")
    said = _said(environment)
    assert said["FORMER_SEAL_PUBLIC_KEYS"] == was["SEAL_PUBLIC_KEY"] and said["SEAL_PUBLIC_KEY"] == public_half(said["SEAL_KEY"])
    assert public_halves_of(read_settings(environment)) == [
        base64.b64decode(key) for key in (was["SEAL_PUBLIC_KEY"], said["SEAL_PUBLIC_KEY"])
    ]


def test_an_index_key_is_made_first_and_takes_over_when_the_job_has_ended_well(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _said(environment)
    assert "停止所有服务" in rotate_keys.in_environment(environment, "index")
    made = _said(environment)
    assert made == before | {"NEXT_INDEX_KEY": made["NEXT_INDEX_KEY"]} and _warned(environment) == ["摘要密钥的更换还没有做完"]
    monkeypatch.setenv("PATH", f"{_no_docker(tmp_path, 1)}:{os.environ['PATH']}")
    with pytest.raises(CannotStart, match="任务没有完成"):
        rotate_keys.in_environment(environment, "index")
    assert _said(environment) == made
    _no_docker(tmp_path, 0)
    rotate_keys.in_environment(environment, "index")
    after = _said(environment)
    assert (tmp_path / "asked").read_text().split() == ["compose", "run", "--rm", "reindex"] and _warned(environment) == []
    assert (after["INDEX_KEY"], after["FORMER_INDEX_KEYS"], after["NEXT_INDEX_KEY"]) == (made["NEXT_INDEX_KEY"], before["INDEX_KEY"], "")
    rotate_keys.in_environment(environment, "index")
    rotate_keys.in_environment(environment, "index")
    assert _said(environment)["FORMER_INDEX_KEYS"].split(",") == [before["INDEX_KEY"], after["INDEX_KEY"]]


@pytest.mark.parametrize("kind", ["", "password"])
def test_what_is_no_key_of_the_list_changes_nothing(environment: Path, kind: str) -> None:
    before = environment.read_text()
    with pytest.raises(CannotStart, match="KEY=data"):
        rotate_keys.in_environment(environment, kind)
    assert environment.read_text() == before


def test_every_key_it_writes_has_32_bytes(environment: Path) -> None:
    for kind in ("data", "token", "seal"):
        rotate_keys.in_environment(environment, kind)
    said = _said(environment)
    made = [*json.loads(said["DATA_KEYS"]).values(), said["NEXT_TOKEN_SIGNING_KEY"], said["SEAL_KEY"], said["SEAL_PUBLIC_KEY"]]
    assert [len(base64.b64decode(key)) for key in made] == [32] * 5 and len(set(made)) == 5
