"""What taking a merge back can be refused for."""

from shared import errors


class PaidSinceMerge(errors.Problem):
    code, status = "paid_since_merge", 409
