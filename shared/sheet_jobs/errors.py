"""Why a sheet, or a row of it, is not taken in."""

from shared import errors


class UnreadableFile(errors.Problem):
    code, status, title, title_en = "unreadable_file", 422, "文件无法读取", "The file cannot be read"
    cause, remedy = "文件是空的、已损坏、设有密码,或不是 .xlsx、.xls、.csv 表格。", "请用表格软件打开后另存为 .xlsx 再导入。"


class FileTooLarge(errors.Problem):
    code, status, title, title_en = "file_too_large", 422, "文件过大", "The file is too large"
    cause, remedy = "文件超过 20 MB,或表格超过 20000 人、200 列。", "请拆分后分次导入,或删去表格下方和右侧多余的内容。"


class UnknownSheetLayout(errors.Problem):
    code, status, title, title_en = "unknown_sheet_layout", 422, "没有认出表头", "The sheet's layout is not known"
    cause, remedy = "表中没有必需的列,或没有签到日期。", "请补上表头,或从 /v1/templates 下载模板填写。"


for _code, _title, _title_en, _cause, _remedy in (
    ("id_number_rounded", "证件号码末几位已丢失", "The ID number was rounded", "证件号码被当作数字保存,末几位变成了 0。", "请把单元格设为文本格式后按证件重填。"),
    ("duplicate_row", "重复的行", "Duplicate row", "表中已有同一人,以第一行为准。", "请删去后面的行。"),
    ("invalid_date", "日期无效", "Invalid date", "日期写法无法识别,或不在允许的范围内。", "请写成 2025-04-08 的样子。"),
):  # fmt: skip
    errors.describe(_code, _title, _title_en, cause=_cause, remedy=_remedy, kind="row")
