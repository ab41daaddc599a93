"""Specs of ApplicationSets: an Application for each folder of an environment, or for each of its pull requests (pure).

What makes Applications goes before them: the set's deletion takes its Applications along, and the AppProject waits for
the last of them. Where nothing may be pruned the workload of an Application that is gone stays
(`preserveResourcesOnDeletion`). The policy `create-update`, which also keeps it, is of no use here: with it the
controller lets go of the Applications when the set is deleted, and the project would wait for them for ever. Where it
is false, the default, it is left out, because the controller drops it from the object when it writes.
Source: Argo CD, "ApplicationSet", generators "Git" and "Pull Request"; `applicationset_controller.go` of 3.5.
"""

import re
from collections.abc import Sequence

from components.argocd.secrets import REPOSITORY_SECRET, TOKEN, pull_requests_secret
from components.argocd.specs import PREVIEW_LABEL, Scope, Spec, application_name, application_spec
from components.config.argocd_access import RepositoryAuthentication, SecretReference
from components.config.environments import Delivery, EnvironmentConfig, PullRequestsConfig
from components.config.git_urls import github_repository

POLL_SECONDS = 300
"""How often GitHub is asked for pull requests: without a token it answers 60 times an hour."""
WITHOUT_INGRESS = {
    "patch": "$patch: delete\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: any\n",
    "target": {"kind": "Ingress"},
}
"""A preview has no address: with its Ingress, it would claim the environment's host names."""


def directories_spec(scope: Scope, settings: EnvironmentConfig, *, hpa: bool) -> Spec:
    """`spec` of the set that makes an Application of each folder in the environment's path."""
    application = application_spec(scope, settings, hpa=hpa)
    name = f"{application_name(scope.project, settings)}-{{{{.path.basenameNormalized}}}}"
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
    """`spec` of the set that makes a preview of each pull request with the label, into the environment's branch.

    ValueError when the repository is not on GitHub, which the rules refuse first.
    """
    repository = github_repository(scope.repository_url)
    if repository is None:
        raise ValueError(f"{scope.repository_url} is not on GitHub")
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
        # A commit: what was looked at when the label was given is found in the Application's history.
        "targetRevision": "{{.head_sha}}",
    }
    name = f"{application_name(scope.project, settings)}-pr-{{{{.number}}}}"
    spec = {**application_spec(scope, settings, hpa=hpa), "source": source}
    return _set(generator, name, spec, keeps_workloads=False)


def applications_quota(environments: Sequence[EnvironmentConfig]) -> int:
    """How many Applications Argo CD's namespace holds: one for each environment and the previews."""
    return sum(found.copies for found in environments if found.delivery is not Delivery.APPLICATION_SET)


def _secret_name(reference: SecretReference, settings: EnvironmentConfig) -> str:
    return reference.kubernetes or pull_requests_secret(settings.name)


def _set(generator: Spec, name: str, spec: Spec, *, keeps_workloads: bool) -> Spec:
    kept = {"preserveResourcesOnDeletion": True} if keeps_workloads else {}
    return {
        "generators": [generator],
        "goTemplate": True,
        # A misspelt parameter is an error and not an empty word in a name or a path.
        "goTemplateOptions": ["missingkey=error"],
        "syncPolicy": {"applicationsSync": "sync", **kept},
        # Argo CD adds the finalizer that takes the workload along, unless workloads are kept.
        "template": {"metadata": {"name": name}, "spec": spec},
    }
