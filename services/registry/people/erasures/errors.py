"""What asking for an erasure can be refused for."""

from shared import errors


class DuplicateErasureRequest(errors.Problem):
    code, status = "duplicate_erasure_request", 409


errors.violates("erasure_requests_open_key", DuplicateErasureRequest)
