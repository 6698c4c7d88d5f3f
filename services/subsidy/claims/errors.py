"""The problems and faults that claims can answer with."""

from shared import errors


class ClaimOnHold(errors.Problem):
    code, status = "claim_on_hold", 409


class HeldLinesOpen(errors.Problem):
    code, status = "held_lines_open", 409


class ClaimInBatch(errors.Problem):
    code, status = "claim_in_batch", 409


class TermsUnconfirmed(errors.Problem):
    code, status = "terms_unconfirmed", 409


class PaperMissing(errors.Problem):
    code, status = "paper_missing", 422


class PaperOverdue(errors.Problem):
    code, status = "paper_overdue", 409


class NotYourClaim(errors.Problem):
    code, status = "not_your_claim", 403


def unknown_trainee(number: str) -> errors.Fault:
    return errors.Fault("unknown_trainee", pointer="/trainee_id", allowed=f"申领单 {number} 中的学员", fix="请核对学员编号。")


errors.violates("entitlements_once_key", errors.Conflict)
errors.violates("claim_lines_paid_once_check", ClaimInBatch)
