"""GitHub Actions in IAM: the account's OIDC provider and the roles for build, preview, deployment and smoke test.

ARNs of resources with fixed names are built from the account id instead of taken from resource outputs, so that the
first preview shows complete trust policies to reviewers and to the policy pack. `depends_on` replaces the dependencies
that this loses.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.policy_documents import document
from components.ci.policies.alarms import alarms_changes
from components.ci.policies.deploy import identity_policy, network_policy
from components.ci.policies.edge import edge_changes
from components.ci.policies.karpenter import karpenter_changes
from components.ci.policies.read import push_policies, read_policy, smoke_policy
from components.ci.policies.runner import runner_changes
from components.ci.policies.services import cluster_policy, data_policy
from components.ci.scope import StackScope
from components.ci.trust import AUDIENCE, GITHUB_OIDC_HOST, branch_context, environment_context, github_trust
from components.config.ci import CiConfig, EnvironmentRoleConfig, PreviewRoleConfig
from components.config.git_urls import GithubRepository
from components.config.types import Ownership

HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class GithubOidcArgs:
    """Arguments of `GithubOidc`."""

    settings: CiConfig
    scope: StackScope
    """What the policies of the stack's roles may cover."""
    github: GithubRepository
    repository_arns: Sequence[str]
    """ECR repositories of the catalogue."""
    manages_repositories: bool
    """Whether this stack creates the repositories; only then may its deploy role change them."""


class GithubOidc(pulumi.ComponentResource):
    """OIDC provider and the roles for push, preview, deployment and smoke test, each only if the settings have it.

    With `retainOnDestroy`, a destroy leaves the provider and the push role in the account, because other stacks use
    them. The other roles belong to this stack and are deleted with it, so an administrator must run the destroy.

    ValueError for a name or id that could act as a pattern.
    """

    provider_arn: pulumi.Output[str] | str
    push_role_arn: pulumi.Output[str] | str | None
    preview_role_arn: pulumi.Output[str] | None
    deploy_role_arn: pulumi.Output[str] | None
    smoke_role_arn: pulumi.Output[str] | None

    def __init__(self, name: str, args: GithubOidcArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:github_oidc:GithubOidc", name, {}, opts)
        self._args = args
        provider = self._github(name)
        # Trust policies contain the provider's computed ARN, so the roles need an explicit dependency on it.
        self._provider_dependency = [provider] if provider else []
        self.provider_arn = provider.arn if provider else self._computed_provider_arn
        self.push_role_arn = self._push_role(name)
        self.preview_role_arn = self.deploy_role_arn = None
        settings, scope = args.settings, args.scope
        if settings.preview_role or settings.deploy_role:
            read = self._policy(f"{name}-read", "Reads what the stack is made of", read_policy(scope))
            if settings.preview_role:
                self.preview_role_arn = self._preview_role(f"{name}-preview", settings.preview_role, read)
            if settings.deploy_role:
                self.deploy_role_arn = self._deploy_role(f"{name}-deploy", settings.deploy_role, read, scope)
        smoke = settings.smoke_role
        self.smoke_role_arn = self._smoke_role(f"{name}-smoke", smoke, scope) if smoke else None
        self.register_outputs(
            {
                "provider_arn": self.provider_arn,
                "push_role_arn": self.push_role_arn,
                "preview_role_arn": self.preview_role_arn,
                "deploy_role_arn": self.deploy_role_arn,
                "smoke_role_arn": self.smoke_role_arn,
            }
        )

    @property
    def _computed_provider_arn(self) -> str:
        return self._args.scope.account.oidc_provider_arn(GITHUB_OIDC_HOST)

    def _shared(self, depends_on: Sequence[pulumi.Resource] = ()) -> pulumi.ResourceOptions:
        """Options of resources that other stacks use too."""
        retain = self._args.settings.retain_on_destroy
        return pulumi.ResourceOptions(parent=self, depends_on=depends_on, retain_on_delete=retain)

    def _github(self, name: str) -> aws.iam.OpenIdConnectProvider | None:
        if self._args.settings.provider is Ownership.EXISTING:
            return None
        # No thumbprint: AWS trusts the CA of GitHub's certificate.
        return aws.iam.OpenIdConnectProvider(
            f"{name}-github", url=f"https://{GITHUB_OIDC_HOST}", client_id_lists=[AUDIENCE], opts=self._shared()
        )

    def _push_role(self, name: str) -> pulumi.Output[str] | str | None:
        push = self._args.settings.push_role
        if push is None:
            return None
        if push.ownership is Ownership.EXISTING:
            return self._args.scope.account.role_arn(push.name)
        role = self._role(
            f"{name}-push",
            role_name=push.name,
            description=f"Build in GitHub Actions: pushes images to the repositories of {self._args.scope.prefix}",
            contexts=[
                *(branch_context(branch) for branch in push.branches),
                *(environment_context(environment) for environment in push.github_environments),
            ],
            opts=self._shared(self._provider_dependency),
        )
        for number, text in enumerate(push_policies(self._args.repository_arns), start=1):
            key = f"{name}-push" if number == 1 else f"{name}-push-{number}"
            policy = self._policy(key, "Pushes images", text, self._shared())
            self._attach(key, role, policy, self._shared())
        # Built from the name, so that the first preview shows it; the URN makes users depend on the role.
        return role.urn.apply(lambda _: self._args.scope.account.role_arn(push.name))

    def _preview_role(self, name: str, config: PreviewRoleConfig, read: aws.iam.Policy) -> pulumi.Output[str]:
        description = f"Preview in GitHub Actions: reads {self._args.scope.prefix} and its state"
        more = () if config.plan_environment is None else (config.plan_environment,)
        role = self._environment_role(name, config, description, HOUR, more)
        self._attach(f"{name}-read", role, read)
        return role.arn

    def _deploy_role(
        self, name: str, config: EnvironmentRoleConfig, read: aws.iam.Policy, scope: StackScope
    ) -> pulumi.Output[str]:
        documents = {
            "network": network_policy(scope),
            "cluster": cluster_policy(scope, manages_repositories=self._args.manages_repositories),
            "data": data_policy(scope),
            "identity": identity_policy(scope),
            **{
                area: document(changes)
                for area, changes in (
                    ("edge", edge_changes(scope)),
                    ("karpenter", karpenter_changes(scope)),
                    ("alarms", alarms_changes(scope)),
                    ("runner", runner_changes(scope)),
                )
                if changes
            },
        }
        description = f"Deployment in GitHub Actions: changes {self._args.scope.prefix}"
        role = self._environment_role(name, config, description, 2 * HOUR)
        self._attach(f"{name}-read", role, read)
        for area, text in documents.items():
            self._attach(f"{name}-{area}", role, self._policy(f"{name}-{area}", f"Deploys: {area}", text))
        return role.arn

    def _smoke_role(self, name: str, config: EnvironmentRoleConfig, scope: StackScope) -> pulumi.Output[str]:
        description = f"Smoke test in GitHub Actions: connects to the cluster of {scope.prefix}"
        role = self._environment_role(name, config, description, HOUR)
        self._attach(name, role, self._policy(name, "Finds the cluster", smoke_policy(scope)))
        return role.arn

    def _environment_role(
        self, name: str, config: EnvironmentRoleConfig, description: str, seconds: int, more: Sequence[str] = ()
    ) -> aws.iam.Role:
        contexts = [environment_context(environment) for environment in (config.github_environment, *more)]
        opts = pulumi.ResourceOptions(parent=self, depends_on=self._provider_dependency)
        return self._role(
            name, role_name=config.name, description=description, contexts=contexts, opts=opts, seconds=seconds
        )

    def _role(
        self,
        name: str,
        *,
        role_name: str,
        description: str,
        contexts: Sequence[str],
        opts: pulumi.ResourceOptions,
        seconds: int = HOUR,
    ) -> aws.iam.Role:
        return aws.iam.Role(
            name,
            name=role_name,
            description=description,
            assume_role_policy=github_trust(self._computed_provider_arn, self._args.github, contexts),
            max_session_duration=seconds,
            permissions_boundary=self._args.scope.account.permissions_boundary_arn,
            opts=opts,
        )

    def _policy(
        self, name: str, description: str, text: str, opts: pulumi.ResourceOptions | None = None
    ) -> aws.iam.Policy:
        return aws.iam.Policy(
            name, description=description, policy=text, opts=opts or pulumi.ResourceOptions(parent=self)
        )

    def _attach(
        self, name: str, role: aws.iam.Role, policy: aws.iam.Policy, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        aws.iam.RolePolicyAttachment(
            name, role=role.name, policy_arn=policy.arn, opts=opts or pulumi.ResourceOptions(parent=self)
        )
