"""Passwords: argon2id, worked out beside the event loop, two at a time (each takes 64 MB for 0.1 s)."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

import argon2

_HASHER = argon2.PasswordHasher()
_WORKERS = ThreadPoolExecutor(2, thread_name_prefix="argon2")
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))


def generate() -> str:
    return secrets.token_urlsafe(12)


async def digest(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_WORKERS, _HASHER.hash, password)


async def fits(kept: str | None, password: str) -> bool:
    """Whether it is the password; the same work is done for a user that is not there."""

    def work() -> bool:
        try:
            return _HASHER.verify(kept or _NOBODY, password) and kept is not None
        except argon2.exceptions.VerificationError:
            return False

    return await asyncio.get_running_loop().run_in_executor(_WORKERS, work)
