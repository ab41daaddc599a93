"""GitHub as far as scripts/setup-github uses it: a `gh` that answers as the API does, and keeps what it is sent.

It takes exactly the options of gh that are used. `resources` are by path, `calls` are those that write. Tests call
`answer`; as a program, it keeps its state in the JSON file FAKE_GITHUB. It imports nothing of this project.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

Json = Any
OWNER_ID, REPOSITORY_ID = 108345678, 1067890123
REPOSITORY = "repos/proerror77/Nova"


def empty(repository: str = REPOSITORY, ids: tuple[int, int] = (OWNER_ID, REPOSITORY_ID)) -> dict[str, Json]:
    """A repository that has not been set up, two users, a team and an App."""
    return {
        "resources": {
            repository: {"id": ids[1], "owner": {"id": ids[0]}},
            "users/alice": {"id": 11},
            "users/bob": {"id": 12},
            "orgs/nova/teams/backend": {"id": 21},
            "apps/nova-images": {"id": 31},
            f"{repository}/rulesets": [],
        },
        "calls": [],
    }


def request(state: dict[str, Json], method: str, address: str, body: Json) -> tuple[int, Json]:
    """Status and answer of a call."""
    path = address.partition("?")[0]
    resources: dict[str, Json] = state["resources"]
    if method == "GET":
        return (200, resources[path]) if path in resources else (404, {"message": "Not Found"})
    state["calls"].append([method, path, body])
    folder, _, name = path.rpartition("/")
    environment = re.match(r".+/environments/[^/]+(?=/)", path)
    if environment and environment[0] not in resources:
        return 404, {"message": "Not Found"}
    if path.endswith("/variables"):
        resources[f"{path}/{body['name']}"] = body
    elif folder.endswith("/variables"):
        resources[path].update(body)
    elif folder.endswith("/secrets"):
        resources[path] = {"name": name}
    elif folder.endswith("/environments"):
        resources[path] = _environment(body)
        resources.setdefault(f"{path}/deployment-branch-policies", {"branch_policies": []})
    elif path.endswith("/deployment-branch-policies"):
        if resources[folder]["deployment_branch_policy"] is None:
            return 404, {"message": "Not Found"}
        resources[path]["branch_policies"].append(body)
    elif path.endswith("/rulesets"):
        identifier = len(resources[path]) + 1
        resources[path].append({"id": identifier, "name": body["name"]})
        resources[f"{path}/{identifier}"] = {"id": identifier, "source_type": "Repository", **body}
    elif folder.endswith("/rulesets"):
        resources[path].update(body)
    else:
        return 404, {"message": "Not Found"}
    return 200, {}


def _environment(body: Json) -> Json:
    """An environment as the API shows it, which is not as it takes it."""
    body = {"wait_timer": 0, "reviewers": [], "deployment_branch_policy": None, **body}
    rules: list[Json] = []
    if body["wait_timer"]:
        rules.append({"type": "wait_timer", "wait_timer": body["wait_timer"]})
    if body["reviewers"]:
        shown = [{"type": each["type"], "reviewer": {"id": each["id"], "login": "x"}} for each in body["reviewers"]]
        review = {"type": "required_reviewers", "prevent_self_review": body["prevent_self_review"], "reviewers": shown}
        rules.append(review)
    if body["deployment_branch_policy"] is not None:
        rules.append({"type": "branch_policy"})
    return {"protection_rules": rules, "deployment_branch_policy": body["deployment_branch_policy"]}


def answer(state: dict[str, Json], arguments: list[str], stdin: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of gh.

    For `api --method METHOD PATH [--input -]` and `secret set NAME --repo OWNER/NAME [--env NAME] [--body TEXT]`, also
    with `variable`.
    """
    if state.get("refusal"):
        return 1, "", state["refusal"]
    match arguments:
        case ["api", "--method", "GET", path]:
            status, found = request(state, "GET", path, None)
        case ["api", "--method", method, path, "--input", "-"]:
            status, found = request(state, method, path, json.loads(stdin))
        case ["api", "--method", method, path]:
            status, found = request(state, method, path, {})
        case ["secret" | "variable" as kind, "set", name, "--repo", repository, *rest]:
            options = dict(zip(rest[::2], rest[1::2], strict=True))
            if not options.keys() <= {"--env", "--body"}:
                raise ValueError(arguments)
            folder = f"environments/{options['--env']}" if "--env" in options else "actions"
            path, text = f"repos/{repository}/{folder}/{kind}s", options.get("--body", stdin)
            if kind == "secret":
                status, found = request(state, "PUT", f"{path}/{name}", text)
            else:
                status, found = request(state, "POST", path, {"name": name, "value": text})
        case _:
            raise ValueError(arguments)
    failed = status != 200
    return int(failed), json.dumps(found), f"gh: {found['message']} (HTTP {status})\n" if failed else ""


def main() -> int:
    """Answer one command line."""
    file = Path(os.environ["FAKE_GITHUB"])
    state = json.loads(file.read_text())
    status, out, err = answer(state, sys.argv[1:], sys.stdin.read())
    file.write_text(json.dumps(state))
    sys.stdout.write(out)
    sys.stderr.write(err)
    return status


if __name__ == "__main__":
    sys.exit(main())
