"""The first day's settings, and what the doctor says of them: every process would start with them, and each thing that is wrong is named with its remedy."""

import json
import stat
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from deploy import backup, doctor, first_day
from deploy.keys import load_or_make, make_signer, read_settings
from deploy.processes import CannotStart
from gateway.settings import Settings
from shared import clock

ISSUER = "https://skills.example.gov.cn"
TODAY = date(2026, 3, 2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return first_day.write(tmp_path / ".env", ISSUER)


def _said(file: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in file.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {name: value.strip("'") for name, _, value in lines}


def _faults(file: Path) -> list[str]:
    return [each.what for each in doctor.settings(file, TODAY) if each.how == doctor.FAULT]


def _change(file: Path, name: str, value: str) -> None:
    file.write_text("\n".join(f"{name}={value}" if line.startswith(f"{name}=") else line for line in file.read_text().splitlines()) + "\n")


def test_the_first_days_settings_start_a_process_in_production_and_are_for_their_owner_alone(file: Path, tmp_path: Path) -> None:
    said = _said(file)
    urls = {f"{name}_url": "http://x" for name in ("registry", "subsidy", "evaluation", "eastwest", "gateway", "database")}
    made = Settings(**urls, seal_dir=tmp_path, **{name.lower(): value for name, value in said.items()})  # type: ignore[arg-type]
    assert (made.environment, made.token_issuer, made.data_key_id) == ("production", ISSUER, "k1")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len({value for value in said.values() if value}) == len(said)  # nothing is used twice
    assert _faults(file) == []


def test_it_is_never_written_over_another(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(CannotStart, match="已经存在"):
        first_day.write(file, ISSUER)
    assert file.read_bytes() == before


@pytest.mark.parametrize("issuer", ["", "http://skills.example.gov.cn", "skills.example.gov.cn", f"{ISSUER}/api", f"{ISSUER}?a=1"])
def test_an_address_that_no_browser_would_trust_is_refused(tmp_path: Path, issuer: str) -> None:
    with pytest.raises(CannotStart, match="不是对外地址"):
        first_day.write(tmp_path / ".env", issuer)
    assert not (tmp_path / ".env").exists()


OTHER = "B" * 42 + "A="


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("INDEX_KEY", "", "缺少 INDEX_KEY"),
        ("INDEX_KEY", "abc", "INDEX_KEY 不是 32 字节的 base64"),
        ("TOKEN_ISSUER", "http://10.0.0.1", "TOKEN_ISSUER 不是 https"),
        ("DATA_KEY_ID", "k2", "DATA_KEY_ID 在 DATA_KEYS 里没有"),
        ("DATA_KEYS", "k1", "DATA_KEYS 不是"),
        ("SEAL_PUBLIC_KEY", OTHER, "SEAL_PUBLIC_KEY 与 SEAL_KEY 不是一对"),
        ("REGISTRY_DATABASE_PASSWORD", "a" * 23, "REGISTRY_DATABASE_PASSWORD 太短"),
        ("REGISTRY_DATABASE_PASSWORD", "a" * 24 + "@", "REGISTRY_DATABASE_PASSWORD 太短"),
        ("CERTIFICATE_SIGNER", "abcd", "CERTIFICATE_SIGNER 读不出来"),
    ],
)
def test_what_is_wrong_is_named(file: Path, name: str, value: str, told: str) -> None:
    _change(file, name, value)
    assert [what for what in _faults(file) if told in what]


def test_keys_that_are_the_same_are_named_by_pairs(file: Path) -> None:
    _change(file, "RECEIPT_KEY", _said(file)["CLAIM_RECEIPT_KEY"])
    assert _faults(file) == ["密钥相同:RECEIPT_KEY=CLAIM_RECEIPT_KEY"]


def test_a_file_that_others_read_is_a_fault(file: Path) -> None:
    file.chmod(0o640)
    assert _faults(file) == [".env 其他账号也能读"]


@pytest.mark.parametrize(("days", "how"), [(60, None), (59, doctor.WARNING), (-1, doctor.FAULT)])
def test_a_signer_that_ends_soon_is_told_of(file: Path, days: int, how: str | None) -> None:
    made_at = datetime(2026, 3, 2, 12, tzinfo=clock.SHANGHAI) + timedelta(days=days - 3652)
    _change(file, "CERTIFICATE_SIGNER", make_signer(made_at))
    told = [each.how for each in doctor.settings(file, TODAY) if each.what.startswith("证书签名")]
    assert told == ([how] if how else [])


@pytest.mark.parametrize(("hours", "how"), [(26, doctor.GOOD), (27, doctor.FAULT)])
def test_the_newest_backup_is_of_the_last_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int, how: str) -> None:
    monkeypatch.setenv("BACKUP_DIR", str(tmp_path))
    now = datetime(2026, 3, 2, 12, tzinfo=clock.SHANGHAI)
    assert [each.how for each in doctor.backups(now)] == [doctor.FAULT]
    for name, before in (("old", 500), ("new", hours)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "backup.json").write_text(json.dumps({"made_at": (now - timedelta(hours=before)).isoformat()}))
    assert [each.how for each in doctor.backups(now)] == [how]


@pytest.mark.parametrize(
    ("today", "how"), [(date(2026, 6, 1), doctor.GOOD), (date(2026, 12, 1), doctor.WARNING), (date(2031, 1, 4), doctor.FAULT)]
)
def test_a_year_without_working_days_is_told_of_before_it_comes(today: date, how: str) -> None:
    assert [each.how for each in doctor.calendar_of(today)] == [how]


def test_a_backup_of_the_containers_finds_its_keys_in_those_settings(file: Path) -> None:
    kept, said = read_settings(file), _said(file)
    assert (kept.data_keys, kept.data_key_id) == (json.loads(said["DATA_KEYS"]), "k1")
    assert (kept.seal_key, kept.claim_receipt_key, kept.role_passwords) == (
        said["SEAL_KEY"],
        said["CLAIM_RECEIPT_KEY"],
        {"postgres": said["POSTGRES_PASSWORD"]},
    )
    _change(file, "SEAL_KEY", "")
    file.write_text(file.read_text().replace("SEAL_KEY=\n", ""))
    with pytest.raises(CannotStart, match="不完整"):
        read_settings(file)


@pytest.mark.parametrize(("named", "containers"), [(False, True), (True, False)])
def test_a_trial_system_beside_a_servers_settings_is_meant_only_where_it_is_named(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool, containers: bool
) -> None:
    var = tmp_path / "var"
    var.mkdir()
    load_or_make(var / "secrets.json", ["registry"])
    monkeypatch.setattr(backup, "SETTINGS", file)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("VAR_DIR", str(var) if named else "")
    assert backup.of_containers(var) is containers
    assert (backup.kept_for(var).index_key == _said(file)["INDEX_KEY"]) is containers
    if containers:
        with backup.basebackup_of(var) as command:
            assert command[:2] == ["docker", "compose"]
    else:
        with pytest.raises(CannotStart, match="没有数据"), backup.basebackup_of(var):
            pass
