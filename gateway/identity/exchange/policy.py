"""Which tokens of the trusted issuer are taken, and whom they lead to. What is refused is said in the words of RFC 6749, and by a short code for the trail."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

LEEWAY_SECONDS = 30  # between the issuer's clock and ours
AGE_SECONDS_AT_MOST = 3600  # since it was issued, however long the issuer lets it live
SIGNED_WITH = ("ES256", "ES384", "PS256", "RS256", "EdDSA")  # never a secret that both sides know, never nothing


class NotTaken(Exception):
    """`reason`: a short code for the trail; the text tells the caller what to do."""

    def __init__(self, reason: str, description: str) -> None:
        super().__init__(description)
        self.reason, self.description = reason, description


class Person(Protocol):
    """A trainee as the registry knows them."""

    @property
    def trainee_id(self) -> UUID: ...
    @property
    def deceased(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a token is about. `id_number` only where the issuer says that it verified it; `until`: when the token ends for us, in seconds since 1970."""

    subject: str
    id_number: str | None
    until: float


def readable(header: Mapping[str, Any]) -> None:
    """Whether a token can be one of the issuer's that says who someone is: before anything is asked of anybody."""
    if header.get("alg") not in SIGNED_WITH:
        raise NotTaken("algorithm", f"the subject token must be signed with one of {', '.join(SIGNED_WITH)}")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise NotTaken("kind", "the subject token is of a kind that does not say who someone is (typ)")


def read(claims: Mapping[str, Any], issuer: str, audience: str, number_claim: str, now: float) -> Subject:
    """What a token says whose signature fits; `now` in seconds since 1970."""
    if claims.get("iss") != issuer:
        raise NotTaken("issuer", "the subject token is another issuer's")
    addressed = claims.get("aud")
    audiences = addressed if isinstance(addressed, list) else [addressed]
    if audience not in audiences:
        raise NotTaken("audience", "the subject token is not meant for this system (aud)")
    party = claims.get("azp")
    if party != audience and (party is not None or len(audiences) > 1):
        raise NotTaken("audience", "the subject token was issued to another party (azp)")
    if "events" in claims:
        raise NotTaken("kind", "the subject token tells of events, and not who someone is")
    issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
    if not issued <= now + LEEWAY_SECONDS or _seconds(claims, "nbf", issued) > now + LEEWAY_SECONDS:
        raise NotTaken("not_yet_valid", "the subject token is not valid yet; compare the clocks")
    until = min(expires, issued + AGE_SECONDS_AT_MOST)
    if until <= now - LEEWAY_SECONDS:
        raise NotTaken("expired", "the subject token has expired, or was issued over an hour ago; sign in at the issuer again")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or "\x00" in subject:
        raise NotTaken("no_subject", "the subject token does not say who it is about (sub)")
    number = claims.get(number_claim)
    verified = claims.get(f"{number_claim}_verified") is True and isinstance(number, str) and 0 < len(number) <= 40
    return Subject(subject, number if verified else None, until)


def person(of_account: Person | None, of_number: Person | None, *, bound: bool, numbered: bool) -> Person:
    """The trainee that a person acts as: the one that the account is `bound` to, and whose number, where the issuer verified one, has to be theirs."""
    found = of_account if bound else of_number
    if found is None:
        raise NotTaken(
            "no_trainee",
            "nobody is registered as a trainee with the verified number yet; a school, the town or the bureau registers you first",
        )
    if bound and numbered and (of_number is None or of_number.trainee_id != found.trainee_id):
        raise NotTaken(
            "another_trainee",
            "the verified number is not that of the trainee this account is bound to; have the bureau correct the number, or bind the account anew",
        )
    if found.deceased:
        raise NotTaken("deceased", "the trainee is recorded as deceased; if that is wrong, the bureau corrects the record")
    return found


def _seconds(claims: Mapping[str, Any], name: str, otherwise: float | None = None) -> float:
    value = claims.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotTaken("times", f"the subject token has no {name}, or none that is a time")
    return float(value)
