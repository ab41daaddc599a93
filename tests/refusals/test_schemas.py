"""The published JSON Schemas refuse the collection's wrong keys, judged by an independent validator."""

import json
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from ruamel.yaml import YAML

from tests.harness.harness import ROOT
from tests.refusals.collection import FOLDER, PROJECT, SINGLE, Case

KEYS = frozenset(
    {"misspelt-section", "unknown-section", "misspelt-key", "snake-case-key", "misplaced-key", "other-tool-key"}
)
"""Classes of mistakes in keys. A key in another namespace is valid: the engine and other programs have theirs."""
OF_KEYS = [case for case in SINGLE if case.kind in KEYS]


@cache
def _validator(name: str) -> Any:
    schemas: dict[str, Any] = {
        file.name: json.loads(file.read_text()) for file in (ROOT / "docs/schemas").glob("*.schema.json")
    }
    resources: Any = [(file, Resource.from_contents(schema)) for file, schema in schemas.items()]
    return Draft202012Validator(schemas[name], registry=Registry[Any]().with_resources(resources))


def _faults(text: str, schema: str) -> list[str]:
    reader: Any = YAML(typ="safe")
    return [str(error.message) for error in _validator(schema).iter_errors(reader.load(text))]


def test_the_base_is_valid() -> None:
    assert _faults(PROJECT, "project.schema.json") == []
    for file in FOLDER.glob("Pulumi.*.yaml"):
        assert _faults(file.read_text(), "stack.schema.json") == []


@pytest.mark.parametrize("case", OF_KEYS, ids=lambda case: case.name)
def test_a_misspelt_or_misplaced_key_is_a_fault(case: Case) -> None:
    key = case.expected[0].path.rpartition(".")[2]
    assert any(key in fault for fault in _faults(case.text, "stack.schema.json"))
