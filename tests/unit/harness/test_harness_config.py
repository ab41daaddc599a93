"""Stack files reach a program under mocks as the engine would hand them over."""

from pathlib import Path

import pytest

from tests.harness.harness import run_stack

PROJECT = """
name: nova
runtime: python
main: program
config:
  aws:region: {value: eu-west-1}
  zones: {default: 2, type: integer}
  services: {value: [{name: auth, port: 8084}]}
  plain: text
  size: {type: string}
"""

PROGRAM = """
import pulumi

for key in ("zones", "services", "plain", "size", "public", "token", "none"):
    pulumi.export(key, pulumi.Config().get(key))
pulumi.export("warned", [pulumi.runtime.is_config_secret(f"nova:{key}") for key in ("token", "plain")])
pulumi.export("region", pulumi.Config("aws").require("region"))
pulumi.export("secret", pulumi.Config().require_secret_object("token"))
"""


def stack_folder(folder: Path, stack_file: str) -> Path:
    (folder / "program").mkdir()
    (folder / "program/__main__.py").write_text(PROGRAM)
    (folder / "Pulumi.yaml").write_text(PROJECT)
    (folder / "Pulumi.dev.yaml").write_text(stack_file)
    return folder


def test_stack_files_are_merged_as_the_engine_merges_them(tmp_path: Path) -> None:
    stack_file = "config:\n  size: small\n  nova:zones: 3\n  public: no\n  none:\n  token: {key: {secure: v1:abc}}\n"
    run = run_stack("dev", stack_folder(tmp_path, stack_file))
    assert run.outputs == {
        "region": "eu-west-1",
        "zones": "3",
        "services": '[{"name":"auth","port":8084}]',
        "plain": "text",
        "size": "small",
        "public": "no",
        "token": '{"key":"v1:abc"}',
        "none": "",
        "warned": [True, False],
        "secret": {"key": "v1:abc"},
    }
    assert run.secret_outputs == {"secret"}


def test_a_declared_key_without_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Stack 'dev' is missing configuration value 'size'"):
        run_stack("dev", stack_folder(tmp_path, "config: {}\n"))
