"""A run ends with the program's own error, leaves nothing behind for the next one, and cannot be changed."""

import copy
import threading
from collections.abc import Callable
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from tests.harness.harness import Run, once, run_program

VPC = "aws:ec2/vpc:Vpc"
GROUP = "aws:ec2/securityGroup:SecurityGroup"


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


def test_a_helper_runs_once_for_the_same_arguments() -> None:
    @once
    def network(cidr: str, *, tags: dict[str, str] | None = None) -> Run:
        return run_program(lambda: aws.ec2.Vpc("v", cidr_block=cidr, tags=tags))

    first = network("10.0.0.0/16", tags={"a": "b"})
    assert network("10.0.0.0/16", tags={"a": "b"}) is first
    assert network("10.0.0.0/16", tags={"a": "c"}).one(VPC).inputs["tags"] == {"a": "c"}
    assert network("10.1.0.0/16", tags={"a": "b"}).one(VPC).inputs["cidrBlock"] == "10.1.0.0/16"


CHANGES: tuple[Callable[[Run], object], ...] = (
    lambda run: run.resources.clear(),
    lambda run: run.outputs.update(cidr=""),
    lambda run: run.one(GROUP).inputs.pop("ingress"),
    lambda run: run.one(GROUP).inputs["ingress"].append({}),
    lambda run: run.one(GROUP).inputs["ingress"][0].setdefault("self", True),
    lambda run: run.one(GROUP).inputs["ingress"][0]["cidrBlocks"].sort(),
    lambda run: run.one(GROUP).property_dependencies.clear(),
    lambda run: run.one(GROUP).aliases[0].clear(),
    lambda run: run.one(GROUP).ignore_changes.append("tags"),
)


def vpc_with_group() -> Run:
    """A run with a value for each of the changes."""

    def program() -> None:
        vpc = aws.ec2.Vpc("v", cidr_block="10.0.0.0/16")
        ingress = aws.ec2.SecurityGroupIngressArgs(
            from_port=443, to_port=443, protocol="tcp", cidr_blocks=["10.1.0.0/16", "10.0.0.0/16"]
        )
        options = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")], ignore_changes=["description"])
        aws.ec2.SecurityGroup("sg", vpc_id=vpc.id, ingress=[ingress], opts=options)
        pulumi.export("cidr", vpc.cidr_block)

    return run_program(program)


@pytest.mark.parametrize("change", CHANGES)
def test_no_test_can_change_what_another_one_reads(change: Callable[[Run], object]) -> None:
    with pytest.raises(TypeError, match="other tests read this"):
        change(vpc_with_group())


def test_a_deep_copy_of_inputs_can_be_changed() -> None:
    inputs = vpc_with_group().one(GROUP).inputs
    changed = copy.deepcopy(inputs)
    assert changed == inputs
    changed["ingress"][0]["cidrBlocks"].append("10.2.0.0/16")
    assert len(inputs["ingress"][0]["cidrBlocks"]) == 2


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
