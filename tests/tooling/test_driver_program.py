"""Running the project's program inside the driver's process."""

import sys
from pathlib import Path

import pytest
from pulumi import RunError
from pulumi.runtime.proto import engine_pb2

from sandbox.program import ErrorFilter, drop_debug_lines, inline, inside_project


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "parts_of_a_test.py").write_text("VALUE = 1\n")
    (tmp_path / "data.txt").write_text("found")
    file = tmp_path / "__main__.py"
    file.write_text(
        "import pathlib, parts_of_a_test\npathlib.Path('out').write_text(pathlib.Path('data.txt').read_text())\n"
    )
    return file


def test_the_program_finds_its_modules_and_files(program: Path) -> None:
    with inside_project(program):
        inline(program, program.parent)()
    assert (program.parent / "out").read_text() == "found"


def test_the_process_is_restored(program: Path) -> None:
    before = Path.cwd(), list(sys.path)
    with pytest.raises(ZeroDivisionError), inside_project(program):
        raise ZeroDivisionError
    assert (Path.cwd(), list(sys.path)) == before


def test_the_next_program_gets_its_own_modules(program: Path) -> None:
    with inside_project(program):
        inline(program, program.parent)()
        assert "parts_of_a_test" in sys.modules
    assert "parts_of_a_test" not in sys.modules
    assert "pulumi" in sys.modules


def test_exiting_with_a_message_is_an_error_without_traceback(program: Path) -> None:
    program.write_text("import sys; sys.exit('no such size')")
    with inside_project(program), pytest.raises(RunError, match="no such size"):
        inline(program, program.parent)()


def test_exiting_without_a_message_is_no_error(program: Path) -> None:
    program.write_text("import sys; open('reached', 'w'); sys.exit()")
    with inside_project(program):
        inline(program, program.parent)()
    assert (program.parent / "reached").exists()


@pytest.mark.parametrize("red", ["", "\x1b[38;5;1m"])
def test_an_error_of_the_program_is_shown_once(red: str) -> None:
    shown: list[str] = []
    error_filter = ErrorFilter(shown.append)
    for line in (
        f" + stack create {red}error: two problems",
        f" + stack create {red}error: an unhandled error occurred: two problems",
        f"    {red}error: two problems",
        "      - one",
        f"    {red}error: an unhandled error occurred: two problems",
        "      - one",
        "",
        "Resources:",
        "    + 1 to create",
    ):
        error_filter(line)
    assert shown == [
        f" + stack create {red}error: two problems",
        f"    {red}error: two problems",
        "      - one",
        "",
        "Resources:",
        "    + 1 to create",
    ]


def test_a_diagnostic_after_the_repetition_is_shown() -> None:
    shown: list[str] = []
    error_filter = ErrorFilter(shown.append)
    for line in ("    error: an unhandled error occurred: a", "    more", "    warning: b", "  aws:s3:Bucket (c):"):
        error_filter(line)
    assert shown == ["    warning: b", "  aws:s3:Bucket (c):"]


class _Engine:
    def __init__(self) -> None:
        self.messages: list[str] = []

    def Log(self, request: engine_pb2.LogRequest) -> None:  # noqa: N802  the name that gRPC gives it
        self.messages.append(request.message)


def test_debug_lines_are_dropped_and_all_others_reach_the_engine() -> None:
    engine = _Engine()
    messages = engine.messages
    drop_debug_lines(engine)
    for severity in (engine_pb2.DEBUG, engine_pb2.INFO, engine_pb2.WARNING, engine_pb2.ERROR):
        engine.Log(engine_pb2.LogRequest(severity=severity, message=engine_pb2.LogSeverity.Name(severity)))
    assert messages == ["INFO", "WARNING", "ERROR"]
