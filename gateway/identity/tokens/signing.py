"""The key that tokens are signed with, and the tokens: ES256, at most 15 minutes, claims as every service reads them."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import Depends, Request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from gateway.settings import Settings
from shared import access, clock, db

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True)
class Signer:
    """Signs tokens for one issuer and audience. `key` names itself by its thumbprint (RFC 7638); tokens that those `beside` it signed are believed too."""

    key: ECKey
    issuer: str
    audience: str
    seconds: int
    beside: tuple[ECKey, ...] = ()
    keys: KeySet = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", KeySet([self.key, *self.beside]))

    @property
    def token_endpoint(self) -> str:
        return f"{self.issuer}/oauth2/token"

    def token(self, actor: access.Actor, **claims: str) -> str:
        """A token by which every service knows this actor. Its times are the real clock's, whatever the policy clock says."""
        now = int(clock.now().timestamp())
        standing = {"iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + self.seconds, "jti": str(db.new_id())}
        return jwt.encode({"alg": "ES256", "kid": self.key.thumbprint(), "typ": "at+jwt"}, actor.wire() | standing | claims, self.key)

    def public_keys(self) -> dict[str, Any]:
        return dict(self.keys.as_dict(private=False))


def derive(seed: bytes) -> ECKey:
    """The P-256 key of a 32-byte seed: the same for the same seed, on every process and after every start."""
    private = ec.derive_private_key(int.from_bytes(seed) % (P256_ORDER - 1) + 1, ec.SECP256R1())
    bare = ECKey.import_key(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return ECKey.import_key(bare.as_pem(private=True), {"kid": bare.thumbprint(), "use": "sig", "alg": "ES256"})


def build(settings: Settings) -> Signer:
    beside = tuple(derive(seed) for seed in (settings.next_token_signing_key, settings.former_token_signing_key) if seed)
    return Signer(derive(settings.token_signing_key), settings.token_issuer, settings.token_audience, settings.token_seconds, beside)


async def _signer(request: Request) -> Signer:
    signer: Signer = request.app.state.signer
    return signer


SignerOf = Annotated[Signer, Depends(_signer)]
