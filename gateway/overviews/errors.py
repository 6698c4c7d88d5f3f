"""The problems an overview passes on from the registry, as the registry describes them."""

from shared import errors


class TraineeMerged(errors.Problem):
    code, status = "trainee_merged", 410
