"""Specs of ApplicationSets: an Application for each folder of an environment, or for each of its pull requests (pure).

An ApplicationSet is deleted before its Applications and deletes them; the AppProject waits for the last one. Where
pruning is off, the workload of a deleted Application stays (`preserveResourcesOnDeletion`). The policy `create-update`
would keep it too, but then the controller releases the Applications when the set is deleted and the AppProject waits
for them forever. `preserveResourcesOnDeletion: false` is the default and omitted: the controller removes it on write.
Source: Argo CD, "ApplicationSet", generators "Git" and "Pull Request"; `applicationset_controller.go` of 3.5.
"""

import re
from collections.abc import Sequence

from components.argocd.access import REPOSITORY_SECRET, TOKEN, pull_requests_secret
from components.argocd.specs import PREVIEW_LABEL, Scope, Spec, application_spec
from components.config.argocd_access import RepositoryAuthentication, SecretReference
from components.config.environments import Delivery, EnvironmentConfig, PullRequestsConfig
from components.config.git_urls import github_repository

POLL_SECONDS = 300
"""Interval between requests for pull requests: without a token, GitHub allows 60 an hour."""
WITHOUT_INGRESS = {
    "patch": "$patch: delete\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: any\n",
    "target": {"kind": "Ingress"},
}
"""A preview has no Ingress: it would claim the environment's host names."""


def directories_spec(scope: Scope, settings: EnvironmentConfig, *, hpa: bool) -> Spec:
    """`spec` of the ApplicationSet with an Application for each folder in the environment's path."""
    application = application_spec(scope, settings, hpa=hpa)
    name = f"{settings.application(scope.project)}-{{{{.path.basenameNormalized}}}}"
    generator = {
        "git": {
            "directories": [{"path": f"{settings.path}/*"}],
            "repoURL": scope.repository_url,
            "revision": settings.revision,
        }
    }
    source = {
        "path": "{{.path.path}}",
        "repoURL": scope.repository_url,
        "targetRevision": settings.revision,
    }
    pruned = settings.sync.automated and settings.sync.prune
    return _set(generator, name, {**application, "source": source}, keeps_workloads=not pruned)


def previews_spec(scope: Scope, settings: EnvironmentConfig, previews: PullRequestsConfig, *, hpa: bool) -> Spec:
    """`spec` of the ApplicationSet with a preview for each labelled pull request into the environment's branch.

    The repository is on GitHub: validation refuses previews of any other.
    """
    repository = github_repository(scope.repository_url)
    assert repository is not None
    github: dict[str, object] = {"labels": [previews.label], "owner": repository.owner, "repo": repository.name}
    if previews.secret is not None:
        github["tokenRef"] = {"key": TOKEN, "secretName": _secret_name(previews.secret, settings)}
    elif scope.access is not None and scope.access.kind is RepositoryAuthentication.GITHUB_APP:
        github["appSecretName"] = scope.access.secret.kubernetes or REPOSITORY_SECRET
    generator = {
        "pullRequest": {
            "filters": [{"targetBranchMatch": f"^{re.escape(settings.revision)}$"}],
            "github": github,
            "requeueAfterSeconds": POLL_SECONDS,
        }
    }
    source = {
        "kustomize": {
            "commonLabels": {PREVIEW_LABEL: "pr-{{.number}}"},
            "nameSuffix": "-pr-{{.number}}",
            "patches": [WITHOUT_INGRESS],
        },
        "path": settings.path,
        "repoURL": scope.repository_url,
        # A commit, so that the Application's history shows the revision that was reviewed.
        "targetRevision": "{{.head_sha}}",
    }
    name = f"{settings.application(scope.project)}-pr-{{{{.number}}}}"
    spec = {**application_spec(scope, settings, hpa=hpa), "source": source}
    return _set(generator, name, spec, keeps_workloads=False)


def applications_quota(environments: Sequence[EnvironmentConfig]) -> int:
    """Applications in Argo CD's namespace at most: one for each environment, and the previews."""
    return sum(e.copies for e in environments if e.delivery is not Delivery.APPLICATION_SET)


def _secret_name(reference: SecretReference, settings: EnvironmentConfig) -> str:
    return reference.kubernetes or pull_requests_secret(settings.name)


def _set(generator: Spec, name: str, spec: Spec, *, keeps_workloads: bool) -> Spec:
    preserve = {"preserveResourcesOnDeletion": True} if keeps_workloads else {}
    return {
        "generators": [generator],
        "goTemplate": True,
        # A misspelt parameter is an error instead of an empty string in a name or a path.
        "goTemplateOptions": ["missingkey=error"],
        "syncPolicy": {"applicationsSync": "sync", **preserve},
        # Argo CD adds the finalizer that deletes the workload, unless workloads are kept.
        "template": {"metadata": {"name": name}, "spec": spec},
    }
