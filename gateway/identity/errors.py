"""The problems identity can answer with."""

from shared import access, errors


class LoginTaken(errors.Problem):
    code, status = "login_taken", 409


class SubjectBound(errors.Problem):
    code, status = "subject_bound", 409


class NotAManager(errors.Problem):
    code, status = "not_a_manager", 403


class SignInRefused(errors.Problem):
    code, status = "sign_in_refused", 401


class SignInLocked(errors.Problem):
    code, status = "sign_in_locked", 429
    retryable = True


class SamePerson(errors.Problem):
    code, status = "same_person", 409


class NoPassword(errors.Problem):
    code, status = "no_password", 409


class SessionEnded(errors.Problem):
    code, status = "session_ended", 401


REFUSALS: dict[str, type[errors.Problem]] = {
    kind.code: kind for kind in (access.WrongRole, errors.InvalidState, errors.Forbidden, SamePerson)
}

MISPLACED = "binding_not_allowed"
OUTSIDE = "outside_delegation"
UNKNOWN_SCOPE = "unknown_scope"
UNKNOWN_ISSUER = "unknown_issuer"
UNKNOWN_INSTITUTION = "unknown_institution"
UNKNOWN_TRAINEE = "unknown_trainee"
UNKNOWN_REGION = "unknown_region"
UNKNOWN_DEPARTMENT = "unknown_department"
PRIVATE_KEY = "invalid_public_key"
WEAK_PASSWORD = "weak_password"  # noqa: S105 - a code, not a secret
WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a code, not a secret

errors.violates("users_login_key", LoginTaken)
errors.violates("users_subject_key", SubjectBound)
