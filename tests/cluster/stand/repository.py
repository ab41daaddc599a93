"""The system's Git repository: this project's `k8s/infrastructure` as the first commit, then the tests' commits."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.cluster.stand.binaries import ROOT, built

MANIFESTS = Path("k8s/infrastructure")
BRANCH = "main"
AUTHOR = {"user.name": "cluster tests", "user.email": "cluster-tests@example.invalid", "commit.gpgsign": "false"}


class Repository:
    """A working tree and the bare repository that Argo CD reads; every change is pushed."""

    def __init__(self, served: Path, tree: Path, url: str) -> None:
        self.tree = tree
        """Working tree: tests edit its files and call `commit`."""
        bare = served / urlsplit(url).path.lstrip("/")
        bare.mkdir(parents=True)
        _git(bare, "init", "--quiet", "--bare", f"--initial-branch={BRANCH}")
        tree.mkdir()
        _git(tree, "init", "--quiet", f"--initial-branch={BRANCH}")
        _git(tree, "remote", "add", "origin", str(bare))
        shutil.copytree(ROOT / MANIFESTS, tree / MANIFESTS)
        self.commit("manifests of this project")

    @property
    def head(self) -> str:
        """SHA of the last commit."""
        return _git(self.tree, "rev-parse", "HEAD")

    def commit(self, message: str) -> str:
        """Commit and push the working tree; returns the SHA."""
        _git(self.tree, "add", "--all")
        _git(self.tree, "commit", "--quiet", "--message", message)
        return self._push()

    def set_images(self, path: str, images: Sequence[str]) -> str:
        """Commit images as the pipeline does; `images` are arguments of `kustomize edit set image`."""
        kustomize = [built("kustomize"), "edit", "set", "image", *images]
        subprocess.run(kustomize, cwd=self.tree / path, check=True, capture_output=True)
        return self.commit("chore: update images")

    def revert(self, revision: str = "HEAD") -> str:
        """Commit and push the revert of a commit."""
        _git(self.tree, "revert", "--no-edit", revision)
        return self._push()

    def _push(self) -> str:
        _git(self.tree, "push", "--quiet", "origin", BRANCH)
        return self.head


def _git(folder: Path, *arguments: str) -> str:
    settings = [part for key, value in AUTHOR.items() for part in ("-c", f"{key}={value}")]
    result = subprocess.run(["git", *settings, *arguments], cwd=folder, check=False, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"git {' '.join(arguments)}: {result.stderr.strip()}")
    return result.stdout.strip()
