"""The rule of the floors: a module of components/ imports only its own room and rooms on lower floors.

Two rooms on one floor do not import each other; what one needs from the other is passed to it as an argument. Nothing
in components/ imports the sandbox, the tools or the tests, and no import of our own is hidden under TYPE_CHECKING.
Every `__init__.py` is empty, so that importing one module loads no other.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.report import report

COMPONENTS = "components"
FLOORS = (
    ("account", "sizing"),
    ("config",),
    ("network", "edge", "alarms", "secrets", "kubernetes", "registry"),
    ("cluster", "data", "ci"),
    ("controllers",),
    ("environments",),
    ("argocd", "cost"),
    ("validation",),
    ("stack",),
)
"""The rooms from the ground up; `__main__.py` is above them all."""
OUTSIDE = ("sandbox", "tests", "tools")
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS, start=1) for room in rooms}


def faults(path: str, text: str) -> Iterator[str]:
    """Yield `path:line: fault` for each import that breaks the rule. `path` is relative to the project's root."""
    parts = Path(path).with_suffix("").parts
    room = parts[1]
    if parts[-1] == "__init__":
        if text.strip():
            yield f"{path}:1: an __init__.py is empty, so that importing one module of a room loads no other"
        return
    if room not in FLOOR_OF:
        yield f"{path}:1: {room} is on no floor: add it to FLOORS in tools/imports.py"
        return
    tree = ast.parse(text)
    for line, module in _imports(tree, parts):
        top, _, rest = module.partition(".")
        other = rest.partition(".")[0]
        if top in OUTSIDE:
            yield f"{path}:{line}: {module}: components/ imports nothing from {top}/"
        elif top == COMPONENTS and other != room:
            fault = _wrong_direction(room, other)
            if fault:
                yield f"{path}:{line}: {module}: {fault}"
    for block in _type_checking_blocks(tree):
        for line, module in _imports(block, parts):
            if module.startswith(f"{COMPONENTS}."):
                yield f"{path}:{line}: {module}: imported under TYPE_CHECKING; an import of our own is a plain one"


def _wrong_direction(room: str, other: str) -> str | None:
    """Why `room` may not import `other`; None if it may."""
    if other not in FLOOR_OF:
        return "is in no room"
    mine, theirs = FLOOR_OF[room], FLOOR_OF[other]
    return None if theirs < mine else f"{room} (floor {mine}) imports only from below, {other} is on floor {theirs}"


def _imports(tree: ast.AST, importer: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Line and full name of each imported module. `from components import x` and relative imports name a module too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*(importer[: -node.level] if node.level else ()), *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names] if base == COMPONENTS else [base]
            yield from ((node.lineno, name) for name in names)


def _type_checking_blocks(tree: ast.AST) -> Iterator[ast.If]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield node


def main() -> int:
    """Print every fault; 1 if there is one."""
    files = sorted(str(path) for path in Path(COMPONENTS).rglob("*.py"))
    found = [fault for path in files for fault in faults(path, Path(path).read_text(encoding="utf-8"))]
    return report("imports", f"{len(files)} modules", found)


if __name__ == "__main__":
    sys.exit(main())
