"""What funds can refuse with."""

from shared import errors


class FundNotFound(errors.Problem):
    code, status = "fund_not_found", 404


class FundExhausted(errors.Problem):
    code, status = "fund_exhausted", 409
