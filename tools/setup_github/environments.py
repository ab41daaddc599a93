"""GitHub environments: reviewers, the branches and tags that they admit, and the ARN of the role."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast
from urllib.parse import quote

from tools.setup_github.gh import GitHub
from tools.setup_github.json_values import child, items, text
from tools.setup_github.settings import Environment, Ref
from tools.setup_github.values import Store
from tools.steps import Part, Step

Reviewer = tuple[str, int]
"""GitHub's type, `User` or `Team`, and id."""
CHOSEN_REFS = {"protected_branches": False, "custom_branch_policies": True}


@dataclass(frozen=True, kw_only=True)
class Protection:
    """Who has to approve a job, and whether all branches and tags are admitted."""

    reviewers: frozenset[Reviewer]
    prevent_self_review: bool
    wait_timer: int
    refs: object
    """GitHub's deployment_branch_policy."""

    def body(self) -> dict[str, object]:
        """The protection as GitHub takes it. What is left out would be reset."""
        return {
            "reviewers": [{"type": kind, "id": number} for kind, number in sorted(self.reviewers)],
            "prevent_self_review": self.prevent_self_review,
            "wait_timer": self.wait_timer,
            "deployment_branch_policy": self.refs,
        }


def environment_part(
    github: GitHub, wanted: Environment, reviewers: Mapping[str, Reviewer], *, rewrite_secrets: bool
) -> Part:
    """One environment. Reviewers and limits that were added by hand where none are wanted stay."""
    path = f"repos/{github.repository}/environments/{quote(wanted.name, safe='')}"
    present = github.read(path)
    store = Store(github, path, wanted.name, exists=present is not None, rewrite_secrets=rewrite_secrets)
    policies = f"{path}/deployment-branch-policies"
    admitted = _admitted(github, policies, present)
    steps = list(_protect(github, path, present, wanted, reviewers))
    for ref in wanted.refs:
        if ref not in admitted:
            body = {"name": ref.name, "type": ref.kind}
            steps.append(Step(f"admit the {ref.kind} {ref.name}", partial(github.send, "POST", policies, body)))
    notes = [f"it also admits the {ref.kind} {ref.name}" for ref in admitted if wanted.refs and ref not in wanted.refs]
    set_value = store.secret if wanted.secret else store.variable
    value = set_value(wanted.value_name, wanted.role_arn)
    return Part(f"environment {wanted.name}", [*steps, *value.steps], notes=[*notes, *value.notes])


def _protect(
    github: GitHub, path: str, present: object, wanted: Environment, reviewers: Mapping[str, Reviewer]
) -> Iterator[Step]:
    now = _protection(present)
    then = Protection(
        reviewers=frozenset(reviewers.values()) if wanted.reviewed else now.reviewers,
        prevent_self_review=wanted.reviewed or now.prevent_self_review,
        wait_timer=now.wait_timer,
        refs=CHOSEN_REFS if wanted.refs else now.refs,
    )
    words = [] if present is not None else ["create it"]
    if (then.reviewers, then.prevent_self_review) != (now.reviewers, now.prevent_self_review):
        words.append(f"require approval by {' or '.join(reviewers)}, but not of their own runs")
    if then.refs != now.refs:
        words.append("admit chosen branches and tags only")
    if words:
        yield Step("; ".join(words), partial(github.send, "PUT", path, then.body()))


def _protection(present: object) -> Protection:
    rules = items(present, "protection_rules")
    reviews = next((rule for rule in rules if text(rule, "type") == "required_reviewers"), None)
    wait = next((rule for rule in rules if text(rule, "type") == "wait_timer"), None)
    found = [(text(each, "type"), child(child(each, "reviewer"), "id")) for each in items(reviews, "reviewers")]
    return Protection(
        reviewers=frozenset((kind, cast("int", number)) for kind, number in found),
        prevent_self_review=child(reviews, "prevent_self_review") is True,
        wait_timer=int(text(wait, "wait_timer") or 0),
        refs=child(present, "deployment_branch_policy"),
    )


def _admitted(github: GitHub, policies: str, present: object) -> list[Ref]:
    if child(present, "deployment_branch_policy") != CHOSEN_REFS:
        return []
    answer = github.read(f"{policies}?per_page=100")
    return [Ref(text(policy, "type"), text(policy, "name")) for policy in items(answer, "branch_policies")]
