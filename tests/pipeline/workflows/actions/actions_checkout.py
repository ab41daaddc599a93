"""Clones from the test's server, with the token that the step passes.

`STAND_IN_PLATFORM` is the repository of this code, which act cannot name: `job.workflow_repository` is empty there, and
no other step has a `path` and no repository.
"""

import base64
import os
import subprocess
from pathlib import Path

from tests.pipeline.workflows.actions.stand_in import fail, inputs, output, record


def main() -> None:
    given = inputs()
    folder = Path(os.environ["GITHUB_WORKSPACE"], given["path"])
    repository, ref = given["repository"], given["ref"]
    if given["path"] and not repository:
        repository = os.environ["STAND_IN_PLATFORM"]
    if not repository:
        repository = os.environ["GITHUB_REPOSITORY"]
    if not ref:
        ref = os.environ["GITHUB_SHA"] if repository == os.environ["GITHUB_REPOSITORY"] else "HEAD"
    folder.mkdir(parents=True, exist_ok=True)
    server = os.environ["GITHUB_SERVER_URL"]
    header = base64.b64encode(f"x-access-token:{given['token']}".encode()).decode()
    key, value = f"http.{server}/.extraheader", f"AUTHORIZATION: basic {header}"

    def git(*arguments: str) -> str:
        command = ["git", "-c", f"{key}={value}", "-c", "maintenance.auto=false", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            fail(f"git {arguments[0]}: {done.stderr}")
        return done.stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    git("remote", "add", "origin", f"{server}/{repository}")
    every = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]
    depth = every if given["fetch-depth"] == "0" else [f"--depth={given['fetch-depth']}"]
    git("fetch", "--quiet", "origin", ref, *depth)
    commit = git("rev-parse", "FETCH_HEAD")
    name = os.environ["GITHUB_REF"].removeprefix("refs/heads/")
    on_branch = not given["ref"] and name != os.environ["GITHUB_REF"] and repository == os.environ["GITHUB_REPOSITORY"]
    git("checkout", "--quiet", "--force", *(["-B", name] if on_branch else ["--detach"]), commit)
    if given["persist-credentials"] == "true":
        git("config", "--local", key, value)
    output("commit", commit)
    output("ref", ref)
    record("checkout", repository=repository, commit=commit, depth=given["fetch-depth"])


main()
