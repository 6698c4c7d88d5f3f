"""Personal data at rest and on screen: authenticated encryption bound to its row, a keyed blind index to search by, and masks.

Key ids travel with the ciphertext, so keys can be rotated. The cipher is a setting: AES-256-GCM with HMAC-SHA-256, or the national SM4-GCM with HMAC-SM3.
(个人信息保护法 art. 51: encryption and de-identification.)
"""

import hashlib
import hmac
import os
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as crypto_hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
TAG_BYTES = 16


class WrongRow(ValueError):
    """The ciphertext was changed, or moved here from another row or column."""


@dataclass(frozen=True)
class Vault:
    """The keys of one process. `row` is where a value lives, e.g. `trainees/0192…/phone`: it cannot be read anywhere else."""

    keys: dict[str, bytes]
    key_id: str
    index_key: bytes
    cipher: str = "aes-gcm"
    former_index_keys: tuple[
        bytes, ...
    ] = ()  # the oldest first: a digest is made with the oldest, and again of itself with each that followed

    @property
    def header(self) -> bytes:
        """How everything begins that is encrypted now: by which cipher, under which key."""
        return f"{self.cipher}:{self.key_id}:".encode()

    def encrypt(self, text: str, row: str) -> bytes:
        return self.encrypt_bytes(text.encode(), row)

    def decrypt(self, stored: bytes, row: str) -> str:
        return self.decrypt_bytes(stored, row).decode()

    def encrypt_bytes(self, content: bytes, row: str) -> bytes:
        nonce, key = os.urandom(NONCE_BYTES), self.keys[self.key_id]
        return self.header + nonce + _seal(self.cipher, key, nonce, content, self.header + row.encode())

    def decrypt_bytes(self, stored: bytes, row: str) -> bytes:
        cipher, key_id, rest = stored.split(b":", 2)
        header = cipher + b":" + key_id + b":"
        try:
            return _open(cipher.decode(), self.keys[key_id.decode()], rest[:NONCE_BYTES], rest[NONCE_BYTES:], header + row.encode())
        except (InvalidTag, KeyError) as error:
            raise WrongRow(row) from error

    def under(self, key: bytes) -> "Vault":
        """The same cipher under a key of its own: when that is destroyed, so is whatever was encrypted under it, wherever it is kept."""
        return replace(self, keys={"own": key}, key_id="own")

    def blind(self, text: str, purpose: str) -> bytes:
        """A keyed digest to find equal values by: 32 bytes, useless without the key. `purpose` keeps indexes of different meaning apart."""
        return self.wrapped(self.lasting(text, purpose), 1)

    def lasting(self, text: str, purpose: str) -> bytes:
        """A digest with the oldest index key alone, which stays the same when another takes over: of what is compared for a while only."""
        return self._digest(self._chain[0], f"{purpose}\x00{text}".encode())

    def wrapped(self, digest: bytes, keys: int) -> bytes:
        """A digest made with the oldest so many keys, as it is made with all."""
        for key in self._chain[keys:]:
            digest = self._digest(key, digest)
        return digest

    def mark(self, keys: int | None = None) -> str:
        """By which the index key that data are found by is known again (or the oldest so many), and nothing else."""
        *former, last = self._chain[:keys]
        return replace(self, former_index_keys=tuple(former), index_key=last).blind("", "mark").hex()[:16]

    @property
    def _chain(self) -> tuple[bytes, ...]:
        return *self.former_index_keys, self.index_key

    def _digest(self, key: bytes, message: bytes) -> bytes:
        if self.cipher == "sm4-gcm":
            digest = crypto_hmac.HMAC(key, hashes.SM3())
            digest.update(message)
            return digest.finalize()
        return hmac.new(key, message, hashlib.sha256).digest()


def _seal(cipher: str, key: bytes, nonce: bytes, text: bytes, bound: bytes) -> bytes:
    if cipher == "aes-gcm":
        return AESGCM(key).encrypt(nonce, text, bound)
    encryptor = Cipher(algorithms.SM4(key[:16]), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return encryptor.update(text) + encryptor.finalize() + encryptor.tag


def _open(cipher: str, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
    if cipher == "aes-gcm":
        return AESGCM(key).decrypt(nonce, sealed, bound)
    decryptor = Cipher(algorithms.SM4(key[:16]), modes.GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
    decryptor.authenticate_additional_data(bound)
    return decryptor.update(sealed[:-TAG_BYTES]) + decryptor.finalize()


def mask_number(number: str) -> str:
    """An ID number with its middle hidden: `1101**********0017`. What is shorter than a whole number shows nothing: too little would stay hidden."""
    return f"{number[:4]}{'*' * 10}{number[-4:]}" if len(number) >= 18 else "*" * len(number)


def mask_account(account: str) -> str:
    """A bank account with its middle hidden."""
    return account[:4] + "*" * (len(account) - 8) + account[-4:] if len(account) >= 12 else "*" * len(account)


def mask_contact(contact: str) -> str:
    """Enough to tell two contacts apart, too little to use one."""
    return contact[:3] + "*" * 4 + contact[-4:] if len(contact) >= 11 else contact[:1] + "*" * 4


def mask_phone(phone: str) -> str:
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:] if len(phone) >= 11 else "*" * len(phone)


def mask_name(name: str) -> str:
    """For public notices: the family name and stars (张**)."""
    return name[:1] + "*" * max(len(name) - 1, 1)
