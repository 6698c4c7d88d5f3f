"""Why a row of a sheet is not taken in. Codes shared with requests are described beside them, those of any sheet in `shared.sheet_jobs`."""

from shared import errors

for _code, _title, _title_en, _cause, _remedy in (
    (
        "sex_differs_from_id_number",
        "性别与证件号码不符",
        "Sex differs from the ID number",
        "所填性别与证件号码第 17 位不符。",
        "请核对证件号码是否抄错,或更正性别。",
    ),
    (
        "unclear_mark",
        "签到符号无法识别",
        "Unclear mark",
        "既不是到课也不是缺课的符号。",
        "到课填 √、✓、1 或“到”,缺课填 ×、“缺”、“请假”或留空。",
    ),
):
    errors.describe(_code, _title, _title_en, cause=_cause, remedy=_remedy, kind="row")
