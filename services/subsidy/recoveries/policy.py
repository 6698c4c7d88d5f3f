"""The two states of a recovery, named as the claim's are."""

STATUSES = {"recovering": ("追回中", "Being recovered"), "recovered": ("已追回", "Recovered")}
