"""The stack's configuration, and the program on the real engine and the real pulumi-kubernetes.

AWS, EKS and the other providers are simulated. The simulated cluster hands out the stand's API server; the command that
its kubeconfig calls for a token, `aws eks get-token`, is one of the stand's (`write_token_command`).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from components.config.platform import PlatformConfig
from sandbox.driver import Request, Verb, run
from sandbox.plan import Resource, Result
from sandbox.providers import ApiServer
from tests.cluster.stand.binaries import ROOT
from tests.cluster.stand.namespace import COMMANDS
from tests.engine.runs import Step, account
from tests.harness.config import load_project, stack_config

KUBERNETES, RELEASE = "kubernetes:", "kubernetes:helm.sh/v3:Release"
TOKEN_COMMAND = """#!/bin/sh
case " $* " in
    *" eks get-token --cluster-name "*) exec cat "{answer}" ;;
    *) echo "aws $*: only eks get-token is played here" >&2; exit 1 ;;
esac
"""


def configuration(stack: str, project: Path = ROOT) -> PlatformConfig:
    """The committed configuration of a stack, as the program reads it."""
    prefix = f"{load_project(project)['name']}:"
    merged = stack_config(stack, project)
    own = {key.removeprefix(prefix): value for key, value in merged.items() if key.startswith(prefix)}
    return PlatformConfig.model_validate_json(json.dumps(own))


def write_token_command(token: str) -> None:
    """Write the `aws` on the PATH that answers with this token."""
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "kind": "ExecCredential",
        "status": {"token": token},
    }
    answer, command = COMMANDS / "token.json", COMMANDS / "aws"
    answer.write_text(json.dumps(credential))
    command.write_text(TOKEN_COMMAND.format(answer=answer))
    command.chmod(0o755)


def objects(step: Step) -> list[Resource]:
    """The program's Kubernetes objects, without Helm releases."""
    return [item for item in step.resources if item["type"].startswith(KUBERNETES) and item["type"] != RELEASE]


@dataclass(frozen=True, kw_only=True)
class Program:
    """A stack of the committed program."""

    stack: str
    project: Path
    """Folder of the stack files."""
    state: Path
    api_server: ApiServer

    def run(
        self,
        verb: Verb,
        *,
        project: Path | None = None,
        checkpoints: bool = False,
        watch: Callable[[str], None] = lambda _: None,
    ) -> Step:
        """Run one operation, without the preview that precedes `up` and `destroy`: it takes a third of the time.

        `project` is a folder with other stack files for the program; `watch` gets each line of output as it arrives.
        """
        lines: list[str] = []

        def show(line: str) -> None:
            lines.append(line)
            watch(line)

        request = Request(
            verb=verb,
            stack=self.stack,
            project=project or self.project,
            state=self.state,
            plugins=frozenset({"kubernetes"}),
            api_server=self.api_server,
            checkpoints=checkpoints,
            skip_preview=True,
        )
        report = run(request, show=show)
        if report.result is Result.INTERRUPTED:  # the driver handles the interrupt, which is meant for the tests
            raise KeyboardInterrupt
        return Step(report, tuple(lines), account(self.state))
