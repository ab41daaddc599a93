"""What tools/setup says where a program that it needs is missing.

It runs in a copy of its own, with a PATH on which nothing stands but what every system has.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEM = ("basename", "cat", "dirname", "env", "find", "grep", "head", "ln", "mkdir", "mv", "rm", "sed", "sh", "tail")
GO = "need Go: https://go.dev/dl/"


def project(folder: Path, *programs: str) -> Path:
    """A project of nothing but tools/setup, with a PATH (bin) of the system's programs and stubs of the named ones."""
    (folder / "tools").mkdir()
    for script in Path("tools").glob("setup*"):
        shutil.copy(script, folder / "tools")
    (folder / "bin").mkdir()
    for program in SYSTEM:
        (folder / "bin" / program).symlink_to(str(shutil.which(program)))
    for program in programs:
        (folder / "bin" / program).write_text("#!/bin/sh\n")
        (folder / "bin" / program).chmod(0o755)
    return folder


def refusal(project: Path, *arguments: str) -> str:
    """What tools/setup says when it gives up."""
    command = [str(project / "tools/setup"), *arguments]
    result = subprocess.run(command, env={"PATH": str(project / "bin")}, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    return result.stderr


@pytest.mark.parametrize(
    "tool", ["etcd", "kube-apiserver", "kube-scheduler", "kwok", "kustomize", "validate-manifests", "argocd"]
)
def test_without_go_a_program_of_the_cluster_says_where_to_get_it(tmp_path: Path, tool: str) -> None:
    said = refusal(project(tmp_path), "cluster", tool)
    assert said.startswith(f"setup: the tests on a cluster build {tool} from tools/")
    assert GO in said


def test_without_git_argo_cd_says_where_to_get_it(tmp_path: Path) -> None:
    said = refusal(project(tmp_path, "go"), "cluster", "argocd")
    assert "git, which is missing: 'apt-get install git' or https://git-scm.com/downloads" in said


@pytest.mark.parametrize(("there", "missing"), [((), "apt-get"), (("apt-get",), "dpkg")])
def test_without_debians_tools_the_databases_say_what_to_install(
    tmp_path: Path, there: tuple[str, ...], missing: str
) -> None:
    said = refusal(project(tmp_path, *there), "cluster", "debian")
    assert f"'{missing}' is missing" in said
    assert "redis-server on the PATH" in said
    assert "contrib extensions and pgvector" in said


@pytest.mark.parametrize("arguments", [(), ("engines",), ("cluster",), ("cluster", "kubelet")])
def test_an_unknown_name_is_answered_with_those_that_there_are(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    said = refusal(project(tmp_path), *arguments)
    assert said.startswith("setup: usage: tools/setup ")


GO_WITHOUT_MODULES = """#!/bin/sh
case "$1 $2" in
"mod download") touch "$HOME/fetched" ;;
"list -m") [ ! -e "$HOME/fetched" ] || echo "$HOME/module" ;;
esac
"""
"""Go as it is with an empty module cache: it knows no folder of a module before it has fetched it."""


def test_the_files_of_a_module_that_was_never_fetched_are_found(tmp_path: Path) -> None:
    made = project(tmp_path, "go")
    (tmp_path / "bin" / "go").write_text(GO_WITHOUT_MODULES)
    for program in ("chmod", "cp", "touch"):
        (tmp_path / "bin" / program).symlink_to(str(shutil.which(program)))
    (tmp_path / "tools" / "kwok").mkdir()
    for stage in ("node/fast/node-a.yaml", "node/heartbeat/node-b.yaml", "pod/fast/pod-c.yaml"):
        file = tmp_path / "module" / "kustomize" / "stage" / stage
        file.parent.mkdir(parents=True)
        file.touch()
    environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    subprocess.run([str(made / "tools/setup"), "cluster", "kwok"], env=environment, check=False, capture_output=True)
    stages = tmp_path / ".tools" / "share" / "kwok" / "stages"
    assert sorted(file.name for file in stages.iterdir()) == ["node-a.yaml", "node-b.yaml", "pod-c.yaml"]
