"""An .xlsx or a .csv as an answer."""

from fastapi import Response


class Workbook(Response):
    """A spreadsheet to be saved under `name`."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, content: bytes = b"", name: str = "workbook") -> None:
        super().__init__(content, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'})


class Csv(Response):
    """The same for programs that read no workbook."""

    media_type = "text/csv"

    def __init__(self, content: bytes = b"", name: str = "table") -> None:
        super().__init__(content, headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})
