"""An application repository to deliver from: two services, an overlay, and a remote that may refuse."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
FIRST, SECOND = "shop/auth", "shop/cart"
OVERLAY = "k8s/overlays/staging"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
    spec:
      containers:
      - name: {name}
        image: shop/{name}
"""


class Application:
    """A working copy and its bare remote."""

    def __init__(self, folder: Path) -> None:
        self.remote, self.work = folder / "remote.git", folder / "work"
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        git(folder, "clone", "--quiet", str(self.remote), str(self.work))
        self.identify(self.work)
        git(self.work, "checkout", "--quiet", "-B", "main")
        for name in ("auth", "cart"):
            self.write(f"backend/{name}/Dockerfile", f"FROM scratch\n# {name}\n")
            self.write(f"{OVERLAY}/{name}.yaml", DEPLOYMENT.format(name=name))
        self.write(f"{OVERLAY}/kustomization.yaml", "resources:\n- auth.yaml\n- cart.yaml\n")
        self.first = self.commit("The application")

    @staticmethod
    def identify(repository: Path) -> None:
        git(repository, "config", "user.name", "Developer")
        git(repository, "config", "user.email", "developer@shop.example")

    def write(self, path: str, text: str) -> None:
        file = self.work / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def commit(self, message: str) -> str:
        """Commit everything and push it; return the commit."""
        git(self.work, "add", "--all")
        git(self.work, "commit", "--quiet", "--message", message)
        return self.push()

    def push(self) -> str:
        git(self.work, "push", "--quiet", "origin", "HEAD:main")
        return git(self.work, "rev-parse", "HEAD").strip()

    def change(self, service: str, text: str) -> str:
        """Change a service's files; return the commit."""
        self.write(f"backend/{service}/main.txt", text)
        return self.commit(f"Change {service}")

    def commit_nothing(self) -> str:
        """Make a commit without a change; return it."""
        git(self.work, "commit", "--quiet", "--allow-empty", "--message", "Nothing")
        return self.push()

    def deploy(self, tags: Mapping[str, str]) -> str:
        """Write tags into the overlay, as the pipeline does."""
        lines = [f"- {{name: {image}, newName: {REGISTRY}/{image}, newTag: {tag!r}}}" for image, tag in tags.items()]
        images = "\n".join(["images:", *lines])
        self.write(f"{OVERLAY}/kustomization.yaml", f"resources:\n- auth.yaml\n- cart.yaml\n{images}\n")
        return self.commit("Deploy")

    def hook(self, script: str) -> None:
        """Make the remote run a script before it takes a push."""
        file = self.remote / "hooks" / "pre-receive"
        file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        file.chmod(0o755)

    @property
    def log(self) -> list[str]:
        """The subjects of main on the remote, newest first."""
        return git(self.remote, "log", "--format=%s", "main").splitlines()

    def overlay(self, revision: str = "main") -> str:
        return git(self.remote, "show", f"{revision}:{OVERLAY}/kustomization.yaml")


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
