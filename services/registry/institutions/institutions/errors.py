"""What the institutions' operations can refuse."""

from shared import access, errors


class DuplicateInstitution(errors.Problem):
    code, status = "duplicate_institution", 409


class DesignationOverlaps(errors.Problem):
    code, status = "designation_overlaps", 409


class AlreadyBlacklisted(errors.Problem):
    code, status = "already_blacklisted", 409


REFUSALS: dict[str, type[errors.Problem]] = {kind.code: kind for kind in (access.WrongRole, errors.InvalidState, AlreadyBlacklisted)}

errors.violates("institutions_uscc_key", DuplicateInstitution)
errors.violates("designations_from_on_key", DesignationOverlaps)
