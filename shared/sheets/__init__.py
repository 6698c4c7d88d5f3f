"""Spreadsheets in and out. `opening` reads within limits, `finding` finds the tables, `dates` knows the office spellings, `writing` makes sheets that run nothing."""

from shared.sheets.cells import Book, Reading, Row, RowFault, Sheet, SheetError, Value, column_letter, is_cell_error, text_of
from shared.sheets.dates import read_date, read_month
from shared.sheets.opening import open_book
from shared.sheets.writing import Table, with_error_column, write_book

__all__ = [
    "Book",
    "Reading",
    "Row",
    "RowFault",
    "Sheet",
    "SheetError",
    "Table",
    "Value",
    "column_letter",
    "is_cell_error",
    "open_book",
    "read_date",
    "read_month",
    "text_of",
    "with_error_column",
    "write_book",
]
