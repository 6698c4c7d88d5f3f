"""Personal data can be read only where it was put, found only with the key, and shown only masked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import privacy
from tests.conftest import both_ciphers

KEYS = {"k1": b"1" * 32, "k2": b"2" * 32}


def vault(cipher: str, key_id: str = "k1") -> privacy.Vault:
    return privacy.Vault(KEYS, key_id, b"i" * 32, cipher)


@both_ciphers
@given(text=st.text(max_size=60))
def test_what_went_in_comes_out(cipher: str, text: str) -> None:
    assert vault(cipher).decrypt(vault(cipher).encrypt(text, "trainees/1/phone"), "trainees/1/phone") == text


@both_ciphers
def test_a_value_moved_to_another_row_cannot_be_read(cipher: str) -> None:
    stored = vault(cipher).encrypt("522601199003070017", "trainees/1/id_number")
    for elsewhere in ("trainees/2/id_number", "trainees/1/phone"):
        with pytest.raises(privacy.WrongRow):
            vault(cipher).decrypt(stored, elsewhere)


@both_ciphers
def test_a_changed_value_cannot_be_read(cipher: str) -> None:
    stored = bytearray(vault(cipher).encrypt("522601199003070017", "row"))
    stored[-1] ^= 1
    with pytest.raises(privacy.WrongRow):
        vault(cipher).decrypt(bytes(stored), "row")


@both_ciphers
def test_old_values_stay_readable_when_the_key_is_rotated(cipher: str) -> None:
    assert vault(cipher, "k2").decrypt(vault(cipher, "k1").encrypt("田凤花", "row"), "row") == "田凤花"


@both_ciphers
def test_the_blind_index_is_the_same_for_the_same_number_and_purpose_only(cipher: str) -> None:
    made = vault(cipher)
    assert made.blind("1", "id_number") == made.blind("1", "id_number")
    assert len({made.blind("1", "id_number"), made.blind("2", "id_number"), made.blind("1", "bank_account")}) == 3


@both_ciphers
def test_each_encryption_differs(cipher: str) -> None:
    assert vault(cipher).encrypt("a", "row") != vault(cipher).encrypt("a", "row")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("522601199003070017", "5226**********0017"),
        ("11010519491231002X", "1101**********002X"),
        ("52260119900307001", "*" * 17),
        ("5226011990030700170", "5226**********0170"),
        ("", ""),
    ],
)
def test_an_id_number_shows_its_ends_only(text: str, masked: str) -> None:
    assert privacy.mask_number(text) == masked


@pytest.mark.parametrize(("text", "masked"), [("6222020000000017", "6222********0017"), ("62220200000", "*" * 11)])
def test_a_bank_account_shows_its_ends_only(text: str, masked: str) -> None:
    assert privacy.mask_account(text) == masked


@pytest.mark.parametrize(("text", "masked"), [("13812341234", "138****1234"), ("8065700", "*******")])
def test_a_phone_shows_its_ends_only(text: str, masked: str) -> None:
    assert privacy.mask_phone(text) == masked


@pytest.mark.parametrize(("text", "masked"), [("田凤花", "田**"), ("王", "王*")])
def test_a_name_on_a_notice_shows_the_family_name(text: str, masked: str) -> None:
    assert privacy.mask_name(text) == masked
