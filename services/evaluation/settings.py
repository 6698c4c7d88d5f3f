"""What evaluation needs beside every process's settings: what its certificates are signed with."""

import base64
import binascii
from typing import Annotated

from cryptography.hazmat.primitives.serialization import pkcs12
from pydantic import BeforeValidator

from shared import settings


def _signer(value: object) -> bytes:
    """A key with its certificate, and those that vouch for it: PKCS#12 without a password, given in base64."""
    try:
        raw = value if isinstance(value, bytes) else base64.b64decode(str(value), validate=True)
        held = pkcs12.load_pkcs12(raw, None)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not PKCS#12 without a password, in base64") from error
    if held.key is None or held.cert is None:
        raise ValueError("needs a key and its certificate")
    return raw


Signer = Annotated[bytes, BeforeValidator(_signer)]


class Settings(settings.Settings):
    """`certificate_signer` is of this service alone; its certificate is at `/v1/certificates/signing-certificate`."""

    certificate_signer: Signer
