"""Sets the repository up for the workflows: variables, environments with their roles, rules for main and release tags.

Names come from the stack files, and the login from gh: run `gh auth login` as an administrator of the repository.
Without --apply it only shows what it would do. It deletes nothing, and a second run finds nothing to do.
"""

import sys
from collections.abc import Mapping, Sequence

from tools.manifests.stacks import StackError
from tools.setup_github import settings
from tools.setup_github.environments import Reviewer, environment_part
from tools.setup_github.gh import GitHub, GitHubError
from tools.setup_github.json_values import child, text
from tools.setup_github.rulesets import branch_rules, ruleset_part, tag_rules
from tools.setup_github.settings import BRANCH, TAGS, Stacks
from tools.setup_github.values import Store
from tools.steps import Options, Part, chosen, parser, run

MAX_REVIEWERS = 6


class GitHubOptions(Options):
    """Options of this script."""

    reviewer: list[str]
    app: str
    rewrite_secrets: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Show, or set up; the exit status is 1 if it cannot."""
    options = _read_options(arguments)
    try:
        stacks = chosen(options)
        github = GitHub(settings.repository(stacks))
        _check_ids(github, stacks)
        return run(_parts(github, stacks, options), apply=options.apply)
    except (StackError, GitHubError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _read_options(arguments: Sequence[str] | None) -> GitHubOptions:
    options = parser("scripts/setup-github", __doc__ or "")
    options.add_argument(
        "--reviewer",
        action="append",
        required=True,
        metavar="NAME",
        help="a user or ORGANIZATION/TEAM who approves previews and deployments of protected stacks; up to six",
    )
    options.add_argument(
        "--app", default="", metavar="NAME", help="a GitHub App that may push to main, for commits of new image tags"
    )
    options.add_argument(
        "--rewrite-secrets", action="store_true", help="write secrets that exist, too: their roles have new names"
    )
    found = options.parse_args(arguments, namespace=GitHubOptions())
    if len(found.reviewer) > MAX_REVIEWERS:
        options.error(f"an environment has at most {MAX_REVIEWERS} reviewers: name a team, as ORGANIZATION/TEAM")
    return found


def _check_ids(github: GitHub, stacks: Stacks) -> None:
    """StackError if the roles trust another repository than this one, by the ids in their policies."""
    found = github.read(f"repos/{github.repository}")
    if found is None:
        raise StackError(f"repository.url: gh sees no repository {github.repository} on GitHub.")
    for config, _ in stacks.values():
        for key, written, actual in (
            ("githubOwnerId", config.repository.github_owner_id, text(child(found, "owner"), "id")),
            ("githubRepositoryId", config.repository.github_repository_id, text(found, "id")),
        ):
            if written is not None and written != actual:
                raise StackError(
                    f"repository.{key} is {written}, and that of {github.repository} is {actual}, so no workflow could "
                    f'log in. Write {key}: "{actual}", and run `pulumi up`.'
                )


def _parts(github: GitHub, stacks: Stacks, options: GitHubOptions) -> list[Part]:
    reviewers = _reviewers(github, options.reviewer)
    app = _app(github, options.app)
    store = Store(github, f"repos/{github.repository}/actions", rewrite_secrets=options.rewrite_secrets)
    values = [store.variable(name, value) for name, value in settings.variables(stacks).items()]
    push = settings.push_role_arn(stacks)
    if push is not None:
        values.append(store.secret("AWS_ROLE_ARN", push))
    checked = settings.checked(stacks)
    required = "a review and the checks of pull requests" if checked else "a review"
    main_words = f"require {required} for {BRANCH}" + (f", except from {options.app}" if app else "")
    return [
        Part(
            f"repository {github.repository}",
            [step for value in values for step in value.steps],
            notes=[note for value in values for note in value.notes],
        ),
        *(
            environment_part(github, environment, reviewers, rewrite_secrets=options.rewrite_secrets)
            for environment in settings.environments(stacks)
        ),
        ruleset_part(github, branch_rules(checked, app), main_words),
        ruleset_part(github, tag_rules(), f"let only administrators create, move and delete tags {TAGS}"),
    ]


def _reviewers(github: GitHub, names: Sequence[str]) -> Mapping[str, Reviewer]:
    """By name. StackError for one that GitHub does not know."""
    found: dict[str, Reviewer] = {}
    for name in names:
        organization, _, team = name.rpartition("/")
        path = f"orgs/{organization}/teams/{team}" if organization else f"users/{name}"
        answer = github.read(path)
        if answer is None:
            raise StackError(f"--reviewer {name}: GitHub has no such {'team' if organization else 'user'}.")
        found[name] = ("Team" if organization else "User", int(text(answer, "id")))
    return found


def _app(github: GitHub, name: str) -> int | None:
    if not name:
        return None
    answer = github.read(f"apps/{name}")
    if answer is None:
        raise StackError(f"--app {name}: GitHub has no such App. Write the name in its address, github.com/apps/NAME.")
    return int(text(answer, "id"))


if __name__ == "__main__":
    sys.exit(main())
