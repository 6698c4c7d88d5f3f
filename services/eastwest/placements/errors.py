"""What cannot be done with a placement, each with its permanent code."""

from shared import access, county, errors

PARTNER = county.here().partner


class DuplicatePlacement(errors.Problem):
    code, status = "duplicate_placement", 409


class ExternalRefReused(errors.Problem):
    code, status = "external_ref_reused", 409


class OrderAfterClass(errors.Problem):
    code, status = "order_after_class", 409


class StandardAfterExam(errors.Problem):
    code, status = "standard_after_exam", 409


class CertificateAfterStart(errors.Problem):
    code, status = "certificate_after_start", 409


class CertificateMissing(errors.Problem):
    code, status = "certificate_missing", 409


GATES: dict[str, type[errors.Problem]] = {
    kind.code: kind for kind in (OrderAfterClass, StandardAfterExam, CertificateAfterStart, CertificateMissing)
}

REFUSALS: dict[str, type[errors.Problem]] = {"wrong_role": access.WrongRole}

errors.violates("placements_trainee_key", DuplicatePlacement)
