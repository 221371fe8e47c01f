"""A program of its own: opens a workbook with little memory and says how many rows each sheet has.

    python workbook_probe.py book.xlsx  →  {"Orders": 1200, "Empty": 0}

Damaged workbooks, and sheets with one cell in the farthest corner, make the reader abort the process it
runs in; here that is only this one. It imports nothing of ours, so that it starts in no time.
"""

import json
import sys

MOST_MEMORY = 3 << 30


def main(path: str) -> int:
    """Write the rows of each sheet to stdout as JSON and return 0; of a locked workbook that it is, and 1."""
    import python_calamine  # not by whoever only asks for this file's place

    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        workbook = python_calamine.load_workbook(path)
    except python_calamine.PasswordError:
        sys.stdout.write(json.dumps("password"))
        return 1
    heights = {}
    for sheet in workbook.sheets_metadata:
        if sheet.typ is python_calamine.SheetTypeEnum.WorkSheet:
            end = workbook.get_sheet_by_name(sheet.name).end
            heights[sheet.name] = end[0] + 1 if end else 0
    sys.stdout.write(json.dumps(heights))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
