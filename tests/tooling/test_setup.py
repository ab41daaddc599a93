"""tools/setup reports a missing program, with the way to install it.

Each test runs a copy of the script, with a PATH that has nothing but the programs of every system.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEM = ("basename", "cat", "dirname", "env", "find", "grep", "head", "ln", "mkdir", "mv", "rm", "sed", "sh", "tail")
GO = "needs Go: https://go.dev/dl/"


def project(folder: Path, *programs: str) -> Path:
    """A project with tools/setup alone, and in bin, its PATH, the system's programs and stubs of the named ones."""
    (folder / "tools").mkdir()
    for script in (Path("tools/setup"), Path("tools/setup-cluster")):
        shutil.copy(script, folder / "tools")
    (folder / "bin").mkdir()
    for program in SYSTEM:
        (folder / "bin" / program).symlink_to(str(shutil.which(program)))
    for program in programs:
        (folder / "bin" / program).write_text("#!/bin/sh\n")
        (folder / "bin" / program).chmod(0o755)
    return folder


def refusal(project: Path, *arguments: str) -> str:
    """The error message of tools/setup."""
    command = [str(project / "tools/setup"), *arguments]
    result = subprocess.run(command, env={"PATH": str(project / "bin")}, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    return result.stderr


@pytest.mark.parametrize(
    "tool", ["etcd", "kube-apiserver", "kube-scheduler", "kwok", "kustomize", "validate-manifests", "argocd"]
)
def test_without_go_a_cluster_tool_says_where_to_get_it(tmp_path: Path, tool: str) -> None:
    error = refusal(project(tmp_path), "cluster", tool)
    assert error.startswith(f"setup: {tool} is built from tools/")
    assert GO in error


@pytest.mark.parametrize("tool", ["actionlint", "prometheus", "promtool"])
def test_without_go_a_tool_of_the_tests_says_where_to_get_it(tmp_path: Path, tool: str) -> None:
    error = refusal(project(tmp_path), tool)
    assert error.startswith(f"setup: {tool} is built from tools/")
    assert GO in error


def test_without_git_argo_cd_says_where_to_get_it(tmp_path: Path) -> None:
    error = refusal(project(tmp_path, "go"), "cluster", "argocd")
    assert "git, which is missing: run 'apt-get install git' or see https://git-scm.com/downloads" in error


@pytest.mark.parametrize(("installed", "missing"), [((), "apt-get"), (("apt-get",), "dpkg")])
def test_without_apt_the_databases_say_what_to_install(
    tmp_path: Path, installed: tuple[str, ...], missing: str
) -> None:
    error = refusal(project(tmp_path, *installed), "cluster", "debian")
    assert f"'{missing}' is missing" in error
    assert "redis-server on the PATH" in error
    assert "contrib extensions and pgvector" in error


@pytest.mark.parametrize("arguments", [(), ("engines",), ("cluster",), ("cluster", "kubelet")])
def test_an_unknown_name_gets_the_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert refusal(project(tmp_path), *arguments).startswith("setup: usage: tools/setup ")


GO_WITHOUT_MODULES = """#!/bin/sh
case "$1 $2" in
"mod download") touch "$HOME/fetched" ;;
"list -m") [ ! -e "$HOME/fetched" ] || echo "$HOME/module" ;;
esac
"""
"""Go with an empty module cache: it knows the directory of a module only once it has downloaded it."""


def test_a_module_that_is_not_in_the_cache_is_downloaded(tmp_path: Path) -> None:
    folder = project(tmp_path, "go")
    (tmp_path / "bin" / "go").write_text(GO_WITHOUT_MODULES)
    for program in ("chmod", "cp", "touch"):
        (tmp_path / "bin" / program).symlink_to(str(shutil.which(program)))
    (tmp_path / "tools" / "kwok").mkdir()
    for stage in ("node/fast/node-a.yaml", "node/heartbeat/node-b.yaml", "pod/fast/pod-c.yaml"):
        file = tmp_path / "module" / "kustomize" / "stage" / stage
        file.parent.mkdir(parents=True)
        file.touch()
    environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    subprocess.run([str(folder / "tools/setup"), "cluster", "kwok"], env=environment, check=False, capture_output=True)
    stages = tmp_path / ".tools" / "share" / "kwok" / "stages"
    assert sorted(file.name for file in stages.iterdir()) == ["node-a.yaml", "node-b.yaml", "pod-c.yaml"]
