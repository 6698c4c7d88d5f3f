"""What the imports of past years can refuse."""

from shared import errors


class HistoryClassDiffers(errors.Problem):
    code, status = "history_class_differs", 409


class HistoryBuiltOn(errors.Problem):
    code, status = "history_built_on", 409


errors.violates("history_classes_number_key", HistoryClassDiffers)
