"""The problems webhooks can answer with."""

from shared import errors


class TooManyEndpoints(errors.Problem):
    code, status = "too_many_endpoints", 409
