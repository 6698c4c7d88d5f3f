"""Why a sheet, or a row of it, is not taken in."""

from shared import errors


class UnreadableFile(errors.Problem):
    code, status = "unreadable_file", 422


class FileTooLarge(errors.Problem):
    code, status = "file_too_large", 422


class UnknownSheetLayout(errors.Problem):
    code, status = "unknown_sheet_layout", 422
