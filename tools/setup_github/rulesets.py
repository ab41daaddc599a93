"""Rules for the branch that is deployed and for release tags.

Source: GitHub's REST API, "Rules". The ids of roles are those that GitHub has for every repository.
"""

from collections.abc import Sequence
from functools import partial

from tools.setup_github.gh import GitHub
from tools.setup_github.json_values import child, items, merged, text
from tools.setup_github.settings import BRANCH, TAGS
from tools.steps import Part, Step

ADMINISTRATORS = {"actor_type": "RepositoryRole", "actor_id": 5, "bypass_mode": "always"}
CHECK = "lint and test"
"""Name of the job in preview.yml that runs `.ci/run`."""


def branch_rules(stacks: Sequence[str], app: int | None) -> dict[str, object]:
    """The ruleset of the branch. `app`: id of a GitHub App that may push without a review.

    `stacks`: those whose previews are required. Without any, preview.yml does not run here, and no check is required.
    """
    checks = [CHECK, *(f"preview of {stack} on the sandbox" for stack in stacks)] if stacks else []
    review = {
        "required_approving_review_count": 1,
        "dismiss_stale_reviews_on_push": True,
        "require_code_owner_review": False,
        "require_last_push_approval": False,
        "required_review_thread_resolution": False,
    }
    required = {
        "type": "required_status_checks",
        "parameters": {
            "required_status_checks": [{"context": check} for check in checks],
            "strict_required_status_checks_policy": False,
        },
    }
    rules = [
        {"type": "deletion"},
        {"type": "non_fast_forward"},
        {"type": "pull_request", "parameters": review},
        *([required] if checks else []),
    ]
    pushing = [] if app is None else [{"actor_type": "Integration", "actor_id": app, "bypass_mode": "always"}]
    return _ruleset(BRANCH, "branch", f"refs/heads/{BRANCH}", rules, pushing)


def tag_rules() -> dict[str, object]:
    """The ruleset of release tags: only administrators of the repository create, move or delete them."""
    rules = [{"type": "creation"}, {"type": "update"}, {"type": "deletion"}]
    return _ruleset("release tags", "tag", f"refs/tags/{TAGS}", rules, [ADMINISTRATORS])


def _ruleset(name: str, target: str, ref: str, rules: object, bypass: object) -> dict[str, object]:
    return {
        "name": name,
        "target": target,
        "enforcement": "active",
        "conditions": {"ref_name": {"include": [ref], "exclude": []}},
        "rules": rules,
        "bypass_actors": bypass,
    }


def ruleset_part(github: GitHub, wanted: dict[str, object], words: str) -> Part:
    """A ruleset, found by its name. Rules and actors that others added stay."""
    path, name = f"repos/{github.repository}/rulesets", wanted["name"]
    title = f"ruleset {name}"
    known = github.read(f"{path}?includes_parents=false&per_page=100")
    identifier = next((text(each, "id") for each in items({"all": known}, "all") if child(each, "name") == name), None)
    if identifier is None:
        return Part(title, [Step(words, partial(github.send, "POST", path, wanted))])
    found = github.read(f"{path}/{identifier}")
    present = {key: child(found, key) for key in wanted}
    body = merged(present, wanted)
    if body == present:
        return Part(title)
    return Part(title, [Step(words, partial(github.send, "PUT", f"{path}/{identifier}", body))])
