"""What funds can refuse with."""

from shared import errors


class FundNotFound(errors.Problem):
    code, status = "fund_not_found", 404


class DuplicateFund(errors.Problem):
    code, status = "duplicate_fund", 409


class DuplicateAddition(errors.Problem):
    code, status = "duplicate_addition", 409


class FundExhausted(errors.Problem):
    code, status = "fund_exhausted", 409


errors.violates("fund_postings_document_key", DuplicateAddition)
