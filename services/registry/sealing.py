"""How numbers are kept in a row: encrypted and bound to it, as the keyed digest that finds equal ones, and as the mask that is shown."""

from typing import Any
from uuid import UUID

from shared import privacy
from shared.privacy import Vault

# One purpose for every table: a teacher, a trainee and a pensioner with the same number are the same person.
ID_NUMBER = "id_number"
BANK_ACCOUNT = "bank_account"


def id_number(vault: Vault, table: str, row_id: UUID, number: str) -> dict[str, Any]:
    return {
        "id_number": vault.encrypt(number, f"{table}/{row_id}/id_number"),
        "id_number_key": vault.blind(number, ID_NUMBER),
        "id_number_masked": privacy.mask_number(number),
    }


def phone(vault: Vault, table: str, row_id: UUID, number: str | None) -> dict[str, Any]:
    if number is None:
        return {"phone": None, "phone_masked": None}
    return {"phone": vault.encrypt(number, f"{table}/{row_id}/phone"), "phone_masked": privacy.mask_phone(number)}


def bank_account(vault: Vault, table: str, row_id: UUID, number: str | None) -> dict[str, Any]:
    if number is None:
        return {"bank_account": None, "bank_account_key": None, "bank_account_masked": None}
    return {
        "bank_account": vault.encrypt(number, f"{table}/{row_id}/bank_account"),
        "bank_account_key": vault.blind(number, BANK_ACCOUNT),
        "bank_account_masked": privacy.mask_account(number),
    }


def opened(vault: Vault, table: str, row_id: UUID, column: str, kept: bytes | None) -> str | None:
    """The number in full."""
    return None if kept is None else vault.decrypt(kept, f"{table}/{row_id}/{column}")
