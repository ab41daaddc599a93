"""Changes to code by its meaning: an argument, an element, a text, a constant, a condition.

An edit is searched for in the syntax trees of all files of a room and must match exactly one place. It survives
reformatting, new names of variables and functions, and a move to another file of the room.

`within` narrows the search to the arguments of one call, which is named by its function (`rds.Instance`) or by a text
that it is given (`Push` for `sid="Push"`). `was` narrows it to places whose code matches a regular expression.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

Around = tuple[ast.AST, ...]
"""The nodes around a node, outermost first."""
Change = Callable[[], object]
Edit = Callable[[ast.AST, Around], Iterator[Change]]
"""Yields a change for each place in a node that the edit matches."""
OLD = "OLD"
"""In a new value: the old one."""


def edited(edit: Edit, texts: Mapping[str, str]) -> tuple[str, str]:
    """The name and the new text of the file, among `texts`, that has the edit's place.

    ValueError if there is not exactly one place, or if the edit changes nothing.
    """
    files = [file for file, text in texts.items() for _ in _changes(edit, _nodes(text))]
    if len(files) != 1:
        raise ValueError(f"matches {len(files)} places instead of one, in {sorted(set(files))}")
    nodes = _nodes.__wrapped__(texts[files[0]])  # a tree of its own, for this one is changed
    tree, _ = nodes[0]
    before = ast.unparse(tree)
    for change in list(_changes(edit, nodes)):
        change()
    after = ast.unparse(tree)
    if before == after:
        raise ValueError(f"changes nothing in {files[0]}")
    return files[0], f"{after}\n"


def _changes(edit: Edit, nodes: Sequence[tuple[ast.AST, Around]]) -> Iterator[Change]:
    for node, around in nodes:
        yield from edit(node, around)


@cache
def _nodes(text: str) -> Sequence[tuple[ast.AST, Around]]:
    """Every node of a file with the nodes around it, the module first."""
    found: list[tuple[ast.AST, Around]] = [(ast.parse(text), ())]
    for node, around in found:  # grows while it is read
        found += ((child, (*around, node)) for child in ast.iter_child_nodes(node))
    return found


def argument(name: str, value: str | None, *, within: str = "", was: str = "") -> Edit:
    """Give a keyword argument of a call, or an entry of a dict, another value; None removes it."""

    def edit(node: ast.AST, around: Around) -> Iterator[Change]:
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == name and _matches(keyword.value, was) and _inside(within, (*around, node)):
                    yield lambda keyword=keyword: _set_keyword(node, keyword, value)
        elif isinstance(node, ast.Dict):
            for index, (key, old) in enumerate(zip(node.keys, node.values, strict=True)):
                if key is not None and _is_text(key, name) and _matches(old, was) and _inside(within, around):
                    yield lambda index=index: _set_entry(node, index, value)

    return edit


def without(element: str, *, within: str = "") -> Edit:
    """Remove an element of a list, tuple or set whose code matches the regular expression."""

    def edit(node: ast.AST, around: Around) -> Iterator[Change]:
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            for one in node.elts:
                if _matches(one, element) and _inside(within, around):
                    yield lambda one=one: node.elts.remove(one)

    return edit


def added(element: str, *, to: str, within: str = "") -> Edit:
    """Add an element to the list, tuple or set that has the text `to` as an element."""

    def edit(node: ast.AST, around: Around) -> Iterator[Change]:
        if not isinstance(node, ast.List | ast.Tuple | ast.Set):
            return
        if any(_is_text(one, to) for one in node.elts) and _inside(within, around):
            yield lambda: node.elts.append(_expression(element))

    return edit


def text(old: str, new: str, *, within: str = "") -> Edit:
    """Replace a part of a text. Docstrings are not searched."""

    def edit(node: ast.AST, around: Around) -> Iterator[Change]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not isinstance(around[-1], ast.Expr):
            whole = node.value
            if old in whole and _inside(within, around):
                yield lambda: setattr(node, "value", whole.replace(old, new))

    return edit


def attribute(old: str, new: str, *, within: str) -> Edit:
    """Read another attribute of an object."""

    def edit(node: ast.AST, around: Around) -> Iterator[Change]:
        if isinstance(node, ast.Attribute) and node.attr == old and _inside(within, around):
            yield lambda: setattr(node, "attr", new)

    return edit


def constant(name: str, value: str) -> Edit:
    """Give a constant of a module another value."""

    def edit(node: ast.AST, around: Around) -> Iterator[Change]:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(around[-1], ast.Module):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(ast.unparse(target) == name for target in targets) and node.value is not None:
                old = node.value
                yield lambda: setattr(node, "value", _new(value, old))

    return edit


def condition(was: str, value: str) -> Edit:
    """Replace the test of an `if`, of a conditional expression or of a comprehension."""

    def edit(node: ast.AST, _around: Around) -> Iterator[Change]:
        if isinstance(node, ast.If | ast.IfExp) and _matches(node.test, was):
            old = node.test
            yield lambda: setattr(node, "test", _new(value, old))
        elif isinstance(node, ast.comprehension):
            for index, test in enumerate(node.ifs):
                if _matches(test, was):
                    yield lambda index=index, test=test: node.ifs.__setitem__(index, _new(value, test))

    return edit


def _set_keyword(call: ast.Call, keyword: ast.keyword, value: str | None) -> None:
    if value is None:
        call.keywords.remove(keyword)
    else:
        keyword.value = _new(value, keyword.value)


def _set_entry(entries: ast.Dict, index: int, value: str | None) -> None:
    if value is None:
        del entries.keys[index], entries.values[index]
    else:
        entries.values[index] = _new(value, entries.values[index])


def _inside(name: str, around: Around) -> bool:
    return not name or any(_is_named(node, name) for node in around if isinstance(node, ast.Call))


def _is_named(call: ast.Call, name: str) -> bool:
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    return any(_is_text(one, name) for one in given) or f".{ast.unparse(call.func)}".endswith(f".{name}")


def _is_text(node: ast.expr, wanted: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == wanted


def _matches(node: ast.expr, pattern: str) -> bool:
    return not pattern or re.search(pattern, ast.unparse(node)) is not None


def _new(value: str, old: ast.expr) -> ast.expr:
    return _expression(re.sub(rf"\b{OLD}\b", lambda _: f"({ast.unparse(old)})", value))


def _expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body
