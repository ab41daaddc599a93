"""CI's permissions on the runners: the CodeBuild project with its webhook, and its connection to GitHub. Pure.

Role, security group, log group and key have the rights of their kind.
"""

from components.account.policy_documents import Statement
from components.ci.scope import StackScope

CODEBUILD = "codebuild.amazonaws.com"
"""CodeBuild as a service that assumes roles."""


def project_name(prefix: str) -> str:
    """Name of the CodeBuild project; the label of its runners is `codebuild-` and this."""
    return prefix


def runner_reading(scope: StackScope) -> list[Statement]:
    """Read access for previews and refreshes; the project's webhook is part of it."""
    if scope.runner_connection is None:
        return []
    return [Statement(sid="Runner", actions=["codebuild:BatchGetProjects"], resources=[_project(scope)])]


def runner_changes(scope: StackScope) -> list[Statement]:
    """Write access for deployments; none without a runner."""
    if scope.runner_connection is None:
        return []
    return [
        Statement(
            sid="Runner",
            actions=["codebuild:CreateProject", "codebuild:CreateWebhook", "codebuild:DeleteProject",
                     "codebuild:DeleteWebhook", "codebuild:UpdateProject", "codebuild:UpdateWebhook"],
            resources=[_project(scope)],
        ),
        Statement(  # CodeBuild checks whether its caller may use the connection that a project names
            sid="Connection",
            actions=["codeconnections:GetConnection", "codeconnections:PassConnection",
                     "codeconnections:UseConnection"],
            resources=[scope.runner_connection],
        ),
    ]  # fmt: skip


def _project(scope: StackScope) -> str:
    return scope.account.arn("codebuild", f"project/{project_name(scope.prefix)}")
