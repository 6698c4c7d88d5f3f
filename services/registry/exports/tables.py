"""Files of classes, trainees and enrolments made for other platforms."""

from services.registry.metadata import Row
from shared import exports


class Export(exports.Export, Row):
    __tablename__ = "exports"

    __table_args__ = exports.rules("exports")
