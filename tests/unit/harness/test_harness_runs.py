"""A run ends with the program's own error, and leaves nothing behind for the next one."""

import threading
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from tests.harness.harness import run_program


class BrokenError(Exception):
    """What a program of these tests raises."""


def test_the_programs_exception_reaches_the_caller() -> None:
    def program() -> None:
        aws.ec2.Vpc("v")
        raise BrokenError

    with pytest.raises(BrokenError):
        run_program(program)


def test_an_exception_inside_an_apply_reaches_the_caller() -> None:
    def fail(_: str) -> None:
        raise BrokenError

    with pytest.raises(BrokenError):
        run_program(lambda: aws.ec2.Vpc("v").arn.apply(fail))


def test_exit_codes_reach_the_caller() -> None:
    with pytest.raises(SystemExit, match="1"):
        run_program(lambda: exit(1))  # noqa: PLR1722 what a program does


def test_missing_configuration_reaches_the_caller() -> None:
    with pytest.raises(pulumi.ConfigMissingError, match="test:size"):
        run_program(lambda: pulumi.Config().require("size"))


def test_an_output_inside_a_text_is_an_error() -> None:
    with pytest.raises(Exception, match=r"Calling __str__ on an Output"):
        run_program(lambda: f"{aws.ec2.Vpc('v').arn}")


def test_two_resources_of_one_urn_are_refused() -> None:
    def program() -> None:
        aws.ec2.Vpc("v")
        aws.ec2.Vpc("v")

    with pytest.raises(ValueError, match="Duplicate resource URN"):
        run_program(program)


def test_runs_are_independent() -> None:
    def program() -> None:
        aws.ec2.Vpc("v")
        pulumi.export("where", f"{pulumi.get_project()}/{pulumi.get_stack()}/{pulumi.Config().get('key')}")

    first = run_program(program, project="a", stack="b", config={"key": "c"})
    second = run_program(program)
    assert first.outputs == {"where": "a/b/c"}
    assert second.outputs == {"where": "test/test/None"}
    assert len(first.resources) == len(second.resources) == 1


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_many_runs_leave_no_threads_and_no_open_files() -> None:
    run_program(lambda: aws.ec2.Vpc("v"))
    threads, files = threading.active_count(), open_files()
    for _ in range(20):
        run_program(lambda: aws.ec2.Vpc("v"))
    assert threading.active_count() == threads
    assert open_files() == files


def test_resources_are_listed_in_the_order_of_the_program() -> None:
    names = [f"v{number}" for number in range(100)]
    run = run_program(lambda: [aws.ec2.Vpc(name) for name in names])
    assert [r.name for r in run.resources] == names


def test_a_run_starts_no_threads() -> None:
    seen: list[int] = []

    def program() -> None:
        aws.ec2.Vpc("v").arn.apply(lambda _: seen.append(threading.active_count()))

    before = threading.active_count()
    run_program(program)
    assert seen == [before]
