"""Paths of the programs that the tests start, and how to install missing ones."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = ROOT / ".tools" / "bin"
SHARE = ROOT / ".tools" / "share"

BUILT = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubectl",
    "kwok",
    "redis-server",
    "argocd-repo-server",
    "argocd-application-controller",
    "kustomize",
    "pulumi-resource-kubernetes",
    "external-secrets",
    "argo-rollouts",
    "prometheus",
)
SYSTEM = {
    "git": "git",
    "ip": "iproute2",
    "mount": "mount",
    "openssl": "openssl",
    "unshare": "util-linux",
}
"""Debian package, by program."""


def built(name: str) -> str:
    """Path of a program that `make cluster-tools` builds. LookupError for one that `missing` does not check."""
    if name not in BUILT:
        raise LookupError(f"{name} is not among the programs that are checked: add it to BUILT")
    return str(BIN / name)


def missing() -> list[str]:
    """A message for each missing program."""
    messages = [
        f"{name} is not installed: apt-get install {package}"
        for name, package in SYSTEM.items()
        if shutil.which(name) is None
    ]
    unbuilt = [name for name in BUILT if not (BIN / name).exists()]
    if unbuilt:
        messages.append(f"{', '.join(unbuilt)} missing in .tools/bin: make cluster-tools")
    return messages
