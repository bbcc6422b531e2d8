"""The assessment report: its facts, the workbook and the typeset document (ui.md 8.14, 11)."""

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
