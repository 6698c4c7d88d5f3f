"""What the files' operations can refuse."""

from shared import errors


class EmptyFile(errors.Problem):
    code, status, title, title_en = "empty_file", 422, "文件是空的", "The file is empty"
    cause, remedy = "上传的文件没有内容。", "请检查文件后重新上传。"
