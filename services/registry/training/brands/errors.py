"""What the brands' operations can refuse."""

from shared import errors


class DuplicateBrand(errors.Problem):
    code, status = "duplicate_brand", 409


errors.violates("brands_name_key", DuplicateBrand)
