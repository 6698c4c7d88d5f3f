"""What the files' operations can refuse."""

from shared import errors


class EmptyFile(errors.Problem):
    code, status = "empty_file", 422
