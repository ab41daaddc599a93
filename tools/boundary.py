"""A stack's permissions boundary as JSON, from its stack file: `python -m tools.boundary --stack staging`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from components.ci.policies.boundary import boundary
from components.ci.policies.read import POLICY_SIZE, policy_size
from components.stack.scope import stack_scope
from tools.manifests.stacks import StackError, project_name, stack_config, stacks


def of_stack(project: Path, stack: str) -> str:
    """The policy of a stack, on one line. StackError if there is none, or if IAM would not accept it."""
    config = stack_config(project, stacks(project), stack)
    scope = stack_scope(config, f"{project_name(project)}/{stack}")
    if scope is None or config.aws is None or config.aws.permissions_boundary is None:
        raise StackError(f"Pulumi.{stack}.yaml has no aws.permissionsBoundary")
    text = boundary(scope, config.aws.permissions_boundary)
    if policy_size(text) > POLICY_SIZE:
        raise StackError(
            f"the boundary of {stack} has {policy_size(text)} characters, and IAM allows {POLICY_SIZE}. Shorten names: "
            "of system, stage, environments, roles, the state bucket or hosts."
        )
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the policy; 1 with a message if there is none."""
    parser = argparse.ArgumentParser(prog="python -m tools.boundary", description=__doc__)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--project", type=Path, default=Path(), help="folder of Pulumi.yaml (default: the current one)")
    options = parser.parse_args(arguments)
    try:
        print(json.dumps(json.loads(of_stack(options.project, options.stack)), indent=2))
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
