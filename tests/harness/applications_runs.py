"""AppProject, Applications and ApplicationSets for tests: environments as in a stack file, and the component's run."""

import json
from collections.abc import Sequence
from typing import Any

from components.argocd.applications import ApplicationSpec, GitOps, GitOpsArgs
from components.config.argocd import ArgoCdConfig
from components.config.argocd_access import RepositoryAccessConfig
from components.config.argocd_project import ProjectConfig
from components.config.catalogue import ServiceConfig
from components.config.environments import EnvironmentConfig
from tests.harness.argocd_runs import settings, stand_in
from tests.harness.harness import Run, once, run_program

COMPONENT = "platform:gitops:GitOps"
PROJECT = "kubernetes:argoproj.io/v1alpha1:AppProject"
APPLICATION = "kubernetes:argoproj.io/v1alpha1:Application"
APPLICATION_SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
SERVER = "https://kubernetes.default.svc"
FINALIZER = "resources-finalizer.argocd.argoproj.io"
REPOSITORY = "https://github.com/example/shop.git"
WINDOW = {"kind": "allow", "schedule": "0 9 * * 1-5", "duration": "8h", "timeZone": "Asia/Tokyo", "manualSync": False}
PREVIEWS = {"label": "try me", "maximum": 2, "secret": {"secretsManager": "shop/github"}}
GITHUB_APP = {
    "kind": "githubApp",
    "secret": {"secretsManager": "shop/app"},
    "githubAppId": 7,
    "githubAppInstallationId": 8,
}


def environment(name: str = "staging", **changes: Any) -> EnvironmentConfig:
    settings = {
        "name": name,
        "namespace": f"shop-{name}",
        "path": f"k8s/overlays/{name}",
        "revision": "main",
        "deployment": {"triggers": ["push"], "imageTag": "commitSha"},
        "resourceClass": "standard",
        "replicas": 2,
    }
    return EnvironmentConfig.model_validate_json(json.dumps(settings | changes))


@once
def run(
    environments: Sequence[EnvironmentConfig] | None = None,
    *,
    argocd: ArgoCdConfig | None = None,
    allowed: ProjectConfig | None = None,
    access: dict[str, Any] | None = None,
    repository: str = REPOSITORY,
    hpa: bool = False,
    services: Sequence[ServiceConfig] = (),
    preview: bool = False,
) -> Run:
    chosen = [environment("dev"), environment("staging")] if environments is None else environments

    def program() -> None:
        release = stand_in("release")
        GitOps(
            "shop-gitops",
            GitOpsArgs(
                project="shop",
                repository_url=repository,
                argocd_namespace="argocd",
                sso=(argocd or settings()).sso,
                allowed=allowed or ProjectConfig(),
                access=None if access is None else RepositoryAccessConfig.model_validate_json(json.dumps(access)),
                applications=[
                    ApplicationSpec(
                        settings=item, hpa=hpa, services=services, after=[stand_in(f"namespace-{item.name}")]
                    )
                    for item in chosen
                ],
                argocd=release,
            ),
        )

    return run_program(program, preview=preview)


def project(done: Run) -> dict[str, Any]:
    return done.one(PROJECT).inputs["spec"]


def application(done: Run, name: str = "staging") -> dict[str, Any]:
    return done.one(APPLICATION, f"shop-gitops-{name}").inputs["spec"]


def application_set(done: Run, name: str) -> dict[str, Any]:
    return done.one(APPLICATION_SET, f"shop-gitops-{name}").inputs["spec"]
