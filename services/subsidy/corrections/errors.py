"""What a correction sheet can be refused for, beside what any sheet can."""

SHEET_OF_ANOTHER_CLAIM = "sheet_of_another_claim"
NAMED_TWICE = "named_twice"
UNKNOWN_TRAINEE = "unknown_trainee"
