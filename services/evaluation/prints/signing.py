"""The signature of a printed certificate: PAdES, so that any reader of PDF checks it without us, against the certificate that is published."""

from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from shared import county


def signed(pdf: bytes, signer: bytes) -> bytes:
    """The PDF with its signature. Blocks for some tens of milliseconds: called in a thread of its own."""
    # The library takes half a second of a start to import, and most processes sign nothing.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, sign_pdf

    meta = PdfSignatureMetadata(
        field_name="Signature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, location=county.here().name, reason="证书签发"
    )
    made = sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), meta, _signer(signer))
    return bytes(made.getbuffer())


def days(signer: bytes) -> tuple[datetime, datetime]:
    """From when until when the certificate vouches for a signature."""
    held = pkcs12.load_pkcs12(signer, None).cert
    assert held is not None  # the settings hold nothing else
    return held.certificate.not_valid_before_utc, held.certificate.not_valid_after_utc


def published(signer: bytes) -> bytes:
    """The certificate and those that vouch for it, as PEM."""
    held = pkcs12.load_pkcs12(signer, None)
    return b"".join(each.certificate.public_bytes(Encoding.PEM) for each in (held.cert, *held.additional_certs) if each)


@cache
def _signer(signer: bytes) -> Any:
    from pyhanko.sign.signers import SimpleSigner

    return SimpleSigner.load_pkcs12_data(signer, other_certs=[])
