"""The JSON Schemas of stack files, judged by a validator that is not ours."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from ruamel.yaml import YAML

from tests.harness.harness import ROOT
from tools.stack_schemas import STACK_FILE, project_schema, stack_schema

FOLDERS = ("", "examples/tiketi", "examples/pingvasai")
STACKS = [file for folder in FOLDERS for file in sorted((ROOT / folder).glob("Pulumi.*.yaml"))]
PROJECTS = [ROOT / folder / "Pulumi.yaml" for folder in FOLDERS]
COMMENT = "# yaml-language-server: $schema="


def read(file: Path) -> Any:
    reader: Any = YAML(typ="safe")
    return reader.load(file.read_text())


def faults(content: Any, schema: dict[str, Any]) -> list[str]:
    stacks: Any = Resource.from_contents(stack_schema())  # pyright: ignore[reportUnknownMemberType] it is untyped here
    registry: Any = Registry[Any]().with_resource(STACK_FILE, stacks)
    validator: Any = Draft202012Validator(schema, registry=registry)
    return [error.message for error in validator.iter_errors(content)]


@pytest.mark.parametrize("file", STACKS, ids=str)
def test_every_stack_file_is_valid_and_names_the_schema(file: Path) -> None:
    assert faults(read(file), stack_schema()) == []
    named = file.read_text().splitlines()[0].removeprefix(COMMENT)
    assert (file.parent / named).resolve() == ROOT / "docs/schemas" / STACK_FILE


@pytest.mark.parametrize("file", PROJECTS, ids=str)
def test_every_project_file_is_valid_and_names_the_schema(file: Path) -> None:
    assert faults(read(file), project_schema()) == []
    named = file.read_text().splitlines()[0].removeprefix(COMMENT)
    assert (file.parent / named).resolve() == ROOT / "docs/schemas/project.schema.json"


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ([], "nova:enviroments", []),
        (["nova:network"], "natGateway", "single"),
        (["nova:cluster", "nodes"], "minimun", 3),
        (["nova:database"], "storageGib", "twenty"),
        (["nova:environments", 0], "quotaHeadroom", 10),
        (["nova:registry"], "ownership", "mine"),
    ],
)
def test_a_misspelt_key_or_a_value_of_another_type_is_a_fault(path: list[Any], key: str, value: object) -> None:
    content = read(ROOT / "Pulumi.staging.yaml")
    target = content["config"]
    for part in path:
        target = target[part]
    target[key] = value
    assert len(faults(content, stack_schema())) == 1


def test_a_misspelt_key_of_a_service_is_a_fault_of_the_project() -> None:
    content = read(ROOT / "Pulumi.yaml")
    services = next(value for key, value in content["config"].items() if key.endswith("services"))
    services["value"][0]["prot"] = 80
    assert len(faults(content, project_schema())) == 1
