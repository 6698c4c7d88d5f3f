"""The local secrets: made once, kept for their owner, never replaced."""

import base64
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from deploy.keys import load_or_make
from deploy.processes import CannotStart


def test_the_secrets_of_the_first_start_are_those_of_the_second(tmp_path: Path) -> None:
    made = load_or_make(tmp_path / "secrets.json", ("registry", "gateway"))
    assert load_or_make(tmp_path / "secrets.json", ("registry", "gateway")) == made


def test_every_key_has_32_bytes_and_differs_from_the_others(tmp_path: Path) -> None:
    made = load_or_make(tmp_path / "secrets.json", ("registry", "gateway"))
    keys = [made.internal_key, made.index_key, made.seal_key, made.token_signing_key, made.data_keys[made.data_key_id]]
    keys += [made.receipt_key, made.claim_receipt_key]
    assert [len(base64.b64decode(key)) for key in keys] == [32] * 7
    assert len({*keys, *made.role_passwords.values()}) == 9


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    load_or_make(tmp_path / "secrets.json", ("registry",))
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [pytest.param("", id="empty"), pytest.param("{", id="cut-off"), pytest.param("{}", id="keys-missing")])
def test_a_damaged_file_stops_the_start_and_stays_as_it_is(tmp_path: Path, content: str) -> None:
    (tmp_path / "secrets.json").write_text(content)
    with pytest.raises(CannotStart, match="已损坏"):
        load_or_make(tmp_path / "secrets.json", ("registry",))
    assert (tmp_path / "secrets.json").read_text() == content


def test_a_role_that_came_later_gets_its_password_and_everything_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    before = load_or_make(path, ("registry",))
    after = load_or_make(path, ("registry", "registry_owner"))
    assert replace(after, role_passwords={"registry": after.role_passwords["registry"]}) == before
    assert after.role_passwords["registry_owner"] not in before.role_passwords.values()
    assert load_or_make(path, ("registry", "registry_owner")) == after and path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["receipt_key", "claim_receipt_key", "certificate_signer"])
def test_secrets_from_before_there_was_a_key_get_it_and_keep_the_others(tmp_path: Path, name: str) -> None:
    path = tmp_path / "secrets.json"
    before = load_or_make(path, ("registry",))
    former = asdict(before)
    del former[name]
    path.write_text(json.dumps(former))
    after = load_or_make(path, ("registry",))
    assert getattr(after, name) != getattr(before, name) and replace(after, **{name: getattr(before, name)}) == before
    assert load_or_make(path, ("registry",)) == after
