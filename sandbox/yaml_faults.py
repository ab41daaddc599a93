"""Error messages for files that are not valid YAML: line, fault and remedy, in terms of the file, not of the parser."""

import re
from typing import Any

from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

MERGE_MARKER = re.compile(r"^(<{7} |={7}$|>{7} )")
DUPLICATE = re.compile(r'duplicate key "(?P<key>[^"]*)"')


def merge_marker(text: str) -> int | None:
    """Number of the first line with a marker that Git leaves in a conflict, or None."""
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if MERGE_MARKER.match(line)), None)


def yaml_fault(error: YAMLError) -> str:
    """`:<line>: <fault>. <Remedy>.`, or without a line where the parser gives none."""
    marked: Any = error if isinstance(error, MarkedYAMLError) else None  # ruamel is untyped here
    problem = str(error if marked is None else marked.problem)
    where = f":{marked.problem_mark.line + 1}" if marked is not None and marked.problem_mark is not None else ""
    duplicate = DUPLICATE.search(problem)
    if isinstance(error, DuplicateKeyError) and duplicate is not None:
        return f"{where}: the key {duplicate['key']!r} is set twice. Keep one of the two."
    if "'\\t'" in problem:
        return f"{where}: indented with a tab. Use spaces."
    return f"{where} is not YAML: {problem}. Check this line and the one above: indentation, colons, brackets, quotes."
