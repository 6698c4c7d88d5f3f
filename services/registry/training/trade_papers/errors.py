"""What the operations on papers about trades can refuse."""

from shared import errors


class DuplicateTradePaper(errors.Problem):
    code, status = "duplicate_trade_paper", 409


class TradeListedTwice(errors.Problem):
    code, status = "trade_listed_twice", 409


errors.violates("trade_papers_document_key", DuplicateTradePaper)
errors.violates("trade_paper_trades_once", TradeListedTwice)
