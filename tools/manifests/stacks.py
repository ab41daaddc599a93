"""The configuration of a project's stacks, read from their files without the engine, to compare the overlays with."""

from collections.abc import Mapping
from pathlib import Path

from components.config.files import StackFiles, UnreadableError
from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError
from components.validation.load import load_files


class StackError(Exception):
    """A stack file that is refused; the message has its problems."""


def stacks(root: Path) -> dict[str, PlatformConfig]:
    """Configuration by stack, for each `Pulumi.<stack>.yaml` of the project. StackError where one is refused."""
    names = [file.name.split(".")[1] for file in sorted(root.glob("Pulumi.*.yaml"))]
    try:
        return {name: load_files(StackFiles(folder=root, stack=name)) for name in names}
    except (ConfigurationError, UnreadableError) as error:
        raise StackError(str(error)) from None


def stack_config(root: Path, configs: Mapping[str, PlatformConfig], stack: str) -> PlatformConfig:
    """The configuration of one of the project's stacks. StackError if it has no such stack."""
    if stack not in configs:
        raise StackError(f"no stack {stack!r} in {root}; its stacks: {', '.join(sorted(configs))}")
    return configs[stack]


def project_name(root: Path) -> str:
    """Name of the Pulumi project in a folder. StackError without one."""
    try:
        return StackFiles(folder=root, stack="").project()
    except UnreadableError as error:
        raise StackError(str(error)) from None
