"""What certificates can answer with."""

from shared import access, errors


class DuplicateCertificate(errors.Problem):
    code, status = "duplicate_certificate", 409


class NumberNotMinted(errors.Problem):
    code, status = "number_not_minted", 409


class NotIssuedHere(errors.Problem):
    code, status = "not_issued_here", 409


REFUSALS: dict[str, type[errors.Problem]] = {
    "wrong_role": access.WrongRole,
    "invalid_state": errors.InvalidState,
    NotIssuedHere.code: NotIssuedHere,
}

errors.violates("certificates_number_key", DuplicateCertificate)
