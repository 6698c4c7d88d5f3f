"""Passwords: argon2id, worked out beside the event loop, two at a time (each takes 64 MB for 0.1 s), and how hard one must be to guess."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor

import argon2
from zxcvbn import zxcvbn

from gateway.identity.errors import WEAK_PASSWORD
from shared import county, errors

AT_ONCE_AT_MOST = 18  # two worked on, sixteen waiting: about a second; fewer than the failures an address may have in a minute
SCORE_AT_LEAST = 3  # of 4: beyond 10^8 guesses
JUDGED_CHARACTERS = 72  # judging grows with the square of the length; what begins well is good

_HASHER = argon2.PasswordHasher()
_CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_WORKERS = ThreadPoolExecutor(2, thread_name_prefix="argon2")
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))
_TURNS = asyncio.Semaphore(AT_ONCE_AT_MOST)


def generate() -> str:
    return secrets.token_urlsafe(12)


@contextlib.asynccontextmanager
async def turn() -> AsyncIterator[None]:
    """Around the trial of one password; a 503 at once when too many are waiting already."""
    if _TURNS.locked():
        raise errors.Unavailable("正在登录的人太多,本次没有核对密码。请稍候再试。")
    async with _TURNS:
        yield


async def digest(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_WORKERS, _HASHER.hash, password)


def known(password: str) -> str:
    """The digest of a password that everyone knows: it protects nothing, so it costs nothing."""
    return _CHEAP.hash(password)


async def fits(kept: str | None, password: str) -> bool:
    """Whether it is the password; the same work is done for a user that is not there."""

    def work() -> bool:
        try:
            return _HASHER.verify(kept or _NOBODY, password) and kept is not None
        except argon2.exceptions.VerificationError:
            return False

    return await asyncio.get_running_loop().run_in_executor(_WORKERS, work)


async def faults(password: str, pointer: str, words: Iterable[str]) -> list[errors.Fault]:
    """What is wrong with a password that someone chose: it can be guessed, from lists or from `words` that belong to its owner."""
    of_the_place = [county.here().name, county.here().name_en, county.here().prefecture.name_en, county.here().province.name_en]

    def score() -> int:
        return int(zxcvbn(password[:JUDGED_CHARACTERS], user_inputs=[*words, *of_the_place])["score"])

    if await asyncio.get_running_loop().run_in_executor(_WORKERS, score) >= SCORE_AT_LEAST:
        return []
    fix = "请换一个更长、更少见的密码,例如几个互不相干的词连在一起;不要用姓名、登录名、地名、日期、相邻的键或常见密码。"
    return [errors.Fault(WEAK_PASSWORD, pointer=pointer, allowed="不容易猜到的密码", fix=fix)]
