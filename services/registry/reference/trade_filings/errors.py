"""What the trade filings' operations can refuse."""

from shared import errors


class DuplicateTradeFiling(errors.Problem):
    code, status = "duplicate_trade_filing", 409


errors.violates("trade_filings_number_key", DuplicateTradeFiling)
