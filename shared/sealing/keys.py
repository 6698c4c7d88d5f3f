"""The two halves of the seal key: the sealer alone holds the private one, the services verify with the public one. Both are 32 bytes, written in base64."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def public_half(seal_key: str) -> str:
    """SEAL_PUBLIC_KEY, as it belongs to this SEAL_KEY."""
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seal_key))
    return base64.b64encode(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
