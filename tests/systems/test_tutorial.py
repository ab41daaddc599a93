"""docs/new-system.md under mocks: its files are a valid configuration, its refusals are the program's."""

from pathlib import Path

import pytest

from components.config.problems import ConfigurationError
from tests.harness.harness import Run, run_stack
from tests.harness.tutorial import PAGE, ROOT, Change, Command, File, missing, steps

FOLDER = "examples/bookshop"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository folder with the program, and the tutorial's folder, which is empty."""
    for name in ("__main__.py", "components"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / FOLDER).mkdir(parents=True)
    return tmp_path


def run_as_written(tree: Path) -> Run:
    for step in steps(PAGE.read_text(encoding="utf-8")):
        if isinstance(step, File):
            step.apply(tree)
    return run_stack("test", tree / FOLDER)


def test_the_system_of_the_tutorial_has_one_service_two_zones_and_no_database(tree: Path) -> None:
    run = run_as_written(tree)
    assert [item.inputs["name"] for item in run.all("aws:ecr/repository:Repository")] == ["bookshop/shop"]
    assert {subnet.inputs["availabilityZone"] for subnet in run.all("aws:ec2/subnet:Subnet")} == {
        "eu-west-1a",
        "eu-west-1b",
    }
    assert not [item.type for item in run.resources if item.type.startswith(("aws:rds/", "aws:elasticache/"))]
    application = run.one("kubernetes:argoproj.io/v1alpha1:Application").inputs["spec"]
    assert application["source"]["repoURL"] == "https://github.com/example/bookshop"
    assert application["source"]["path"] == "deploy/test"
    assert application["destination"]["namespace"] == "bookshop"


def test_every_refusal_in_the_tutorial_is_the_programs(tree: Path) -> None:
    refused = 0
    for step in steps(PAGE.read_text(encoding="utf-8")):
        if isinstance(step, File | Change):
            step.apply(tree)
        elif step.status:
            with pytest.raises(ConfigurationError) as error:
                run_stack("test", tree / FOLDER)
            output = ["Previewing update (test):", *f"error: {error.value}".splitlines()]
            assert missing(step.output, output) == []
            refused += 1
    assert refused == 2


def test_the_tutorial_ends_with_its_original_files(tree: Path) -> None:
    written = {step.path: step.text for step in steps(PAGE.read_text(encoding="utf-8")) if isinstance(step, File)}
    for step in steps(PAGE.read_text(encoding="utf-8")):
        if isinstance(step, File | Change):
            step.apply(tree)
    assert {path: (tree / path).read_text(encoding="utf-8") for path in written} == written


PRINTED = ["one", "", "  two of 7", "three", "two of 9", "end"]


@pytest.mark.parametrize(
    ("expected", "absent"),
    [
        (["one", "two of 7", "three", "two of 9", "end"], []),
        (["one", "…", "end"], []),
        (["…", "two of …", "end"], []),
        (["one", "two of …", "…"], []),
        (["one", "…", "three", "two of …", "…"], []),
        (["one"], ["two of 7", "three", "two of 9", "end"]),
        (["two of 7", "…"], ["two of 7"]),
        (["…", "three"], ["three"]),
        (["one", "three", "…"], ["one", "three"]),
        (["…", "end", "…", "one", "…"], ["one"]),
        (["…", "two", "…"], ["two"]),
    ],
)
def test_expected_lines_match_in_order_and_as_a_whole(expected: list[str], absent: list[str]) -> None:
    assert missing(expected, PRINTED) == absent


def test_a_block_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a block of yaml with \{\} is not a step"):
        steps("```yaml\na: 1\n```\n")


def test_blocks_are_read_as_files_changes_and_commands() -> None:
    file, change = "```yaml title=a/b.yaml\nx: 1\n```\n", "```diff title=c\n-old\n both\n+new\n```\n"
    assert steps(f"Text.\n{file}{change}```console status=1\n$ do it\nno\n```\n") == [
        File("a/b.yaml", "x: 1\n"),
        Change("c", "old\nboth\n", "both\nnew\n"),
        Command("do it", 1, ("no",)),
    ]
