"""JSON Schemas of stack files, for editors: `python -m tools.stack_schemas stack` or `project` prints one.

Editors complete and check keys with them. Rules about values are the program's (`make check`).
"""

import argparse
import json
import sys
from collections.abc import Collection, Mapping
from typing import Any

from components.config.files import PROJECT_KEYS, STACK_KEYS
from components.config.platform import PlatformConfig

DIALECT = "https://json-schema.org/draft/2020-12/schema"
STACK_FILE = "stack.schema.json"
"""The schema of `Pulumi.<stack>.yaml`, in whose folder the other one finds it."""


def stack_schema() -> dict[str, Any]:
    """Of `Pulumi.<stack>.yaml`."""
    model = PlatformConfig.model_json_schema(by_alias=True)
    return {**_schema("Pulumi.<stack>.yaml", model["properties"], STACK_KEYS), "$defs": model["$defs"]}


def project_schema() -> dict[str, Any]:
    """Of `Pulumi.yaml`, where a value is under the key `value`."""
    model = PlatformConfig.model_json_schema(by_alias=True, ref_template=f"{STACK_FILE}#/$defs/{{model}}")
    values = {
        key: {"type": "object", "properties": {"value": value}, "required": ["value"]}
        for key, value in model["properties"].items()
    }
    return {**_schema("Pulumi.yaml", values, PROJECT_KEYS), "required": ["name"]}


def _schema(title: str, keys: Mapping[str, Any], engine_keys: Collection[str]) -> dict[str, Any]:
    """`keys` may have the project's name before them; `engine_keys` are the other top-level keys."""
    patterns: dict[str, Any] = {f"^([^:]+:)?{key}$": value for key, value in keys.items()}
    patterns["^pulumi:"] = True
    config = {"type": "object", "patternProperties": patterns, "additionalProperties": False}
    properties = {**dict.fromkeys(engine_keys, True), "config": config}
    return {
        "$schema": DIALECT,
        "title": title,
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def main() -> int:
    """Print one of the schemas."""
    parser = argparse.ArgumentParser(prog="python -m tools.stack_schemas", description=__doc__)
    parser.add_argument("file", choices=["stack", "project"])
    schema = stack_schema() if parser.parse_args().file == "stack" else project_schema()
    print(json.dumps(schema, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
