"""Rules between the stacks of a project: what one account has only once, and ranges that would collide.

The other stacks are read from their files in the same folder, without the engine. One that cannot be read is skipped:
its own check reports that.
"""

import difflib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from pydantic import ValidationError

from components.config.base import BrokenField
from components.config.files import StackFiles, UnreadableError
from components.config.partial import readable
from components.config.platform import PlatformConfig
from components.config.problems import Problem, broken_paths
from components.config.reader import sections_of_files
from components.config.types import Ownership
from components.validation.ci import GITHUB_ENVIRONMENTS, ROLES, free_role_name, role_prefix
from components.validation.edge import free_host, recorded_hosts
from components.validation.network import free_range, service_ranges, vpc_fault
from components.validation.rule import known
from components.validation.run import rule_problems

STAGES = (("dev", "develop", "development"), ("test", "testing"), ("staging", "stage", "stg"), ("prod", "production"))
"""Words for the same stage."""
MISSPELT = 0.8
"""Similarity above which a stage counts as a misspelt word of the stack's name."""
LONGEST_STAGE = 12
STACK_FILES = "Pulumi.*.yaml"


@dataclass(frozen=True, kw_only=True)
class Siblings:
    """The name of a stack, and the other stacks of its project as far as they can be read."""

    stack: str = ""
    others: Mapping[str, PlatformConfig] = field(default_factory=dict[str, PlatformConfig])


ALONE = Siblings()


def siblings(files: StackFiles, project: str) -> Siblings:
    """Those in the folder of the stack's files, if it is the project's."""
    own = files.stack.rpartition("/")[2]
    others: dict[str, PlatformConfig] = {}
    with suppress(UnreadableError):
        if files.project() == project:
            names = (path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in files.folder.glob(STACK_FILES))
            for name in sorted(name for name in names if name != own):
                with suppress(UnreadableError):
                    others[name] = _read(StackFiles(folder=files.folder, stack=name))
    return Siblings(stack=own, others=others)


def _read(files: StackFiles) -> PlatformConfig:
    """What can be read of a stack's configuration."""
    sections, problems = sections_of_files(files, PlatformConfig)
    broken = [problem.path for problem in problems]
    try:
        config = PlatformConfig.model_validate_json(json.dumps(sections))
    except ValidationError as error:
        return readable(PlatformConfig, sections, [*broken, *broken_paths(error)])
    return readable(PlatformConfig, sections, broken) if broken else config


def stage(config: PlatformConfig, siblings: Siblings) -> Iterator[Problem]:
    """The stage does not contradict the stack's name, and is the only one of its name in the account."""
    words = re.findall(r"[a-z0-9]+", siblings.stack.lower())
    written = config.stage
    meant = next((word for word in words if _contradicts(written, word, words)), None)
    if meant is not None:
        yield Problem(
            path=("stage",),
            message=f"{written} contradicts the stack's name, {siblings.stack}. Write {_stage_for(config, meant)}.",
        )
        return
    same = [name for name, other in _in_account(config, siblings) if _stage_of(other) == written]
    if same:
        taken = {_stage_of(other) for other in siblings.others.values()}
        plain = "".join(words).lstrip("0123456789")[:LONGEST_STAGE]
        candidates = (plain, *(f"{written[: LONGEST_STAGE - 2]}{number}" for number in range(2, 100)))
        free = next(candidate for candidate in candidates if len(candidate) > 1 and candidate not in taken)
        yield Problem(
            path=("stage",),
            message=f"{written} is also the stage of stack {same[0]} in the same account, and their names would "
            f"collide. Write e.g. {free}.",
        )


def _contradicts(written: str, word: str, words: Collection[str]) -> bool:
    """Whether a word of the stack's name means another stage, or is the stage spelt correctly."""
    mine, named = _meaning(written), {_meaning(other) for other in words}
    if mine is not None and _meaning(word) is not None:
        return mine not in named
    if written in ("".join(words), *words):
        return False
    is_part = written.startswith(word) or word.startswith(written)
    is_similar = bool(difflib.get_close_matches(written, [word], cutoff=MISSPELT))
    return is_similar and (not is_part or (mine is None and _meaning(word) is not None))


def _meaning(word: str) -> tuple[str, ...] | None:
    """The words for the same stage; a number at the end does not matter."""
    return next((group for group in STAGES if word.rstrip("0123456789") in group), None)


def _stage_for(config: PlatformConfig, word: str) -> str:
    """The stage that a word of the stack's name means; if several spellings do, that of the permissions boundary."""
    with suppress(BrokenField):
        name = None if config.aws is None else config.aws.permissions_boundary
        for spelling in (word, *(_meaning(word) or ())):
            if name is not None and name.endswith(f"-{config.system.name}-{spelling}"):
                return spelling
    return word


def _stage_of(config: PlatformConfig) -> str | None:
    with suppress(BrokenField):
        return config.stage
    return None


def _in_account(config: PlatformConfig, siblings: Siblings) -> Iterator[tuple[str, PlatformConfig]]:
    """The other stacks in the same account, by name."""
    for name, other in siblings.others.items():
        with suppress(BrokenField):
            if config.aws is not None and other.aws is not None and other.aws.account_id == config.aws.account_id:
                yield name, other


def ranges(config: PlatformConfig, siblings: Siblings) -> Iterator[Problem]:
    """The VPCs of an account can be peered, because their ranges do not overlap."""
    if config.network is None:
        return
    cidr = IPv4Network(config.network.cidr)
    taken: dict[str, IPv4Network] = {}
    for name, other in _in_account(config, siblings):
        with suppress(BrokenField):
            if other.network is not None:
                taken[name] = IPv4Network(other.network.cidr)
    overlapping = [name for name, other in taken.items() if other.overlaps(cidr)]
    if overlapping and vpc_fault(cidr) is None:
        name = overlapping[0]
        yield Problem(
            path=("network", "cidr"),
            message=f"{cidr} overlaps {taken[name]} of stack {name} in the same account, so the two networks could "
            f"not be peered. Write e.g. {free_range(cidr, [*taken.values(), *service_ranges(config)])}.",
        )


def role_names(config: PlatformConfig, siblings: Siblings) -> Iterator[Problem]:
    """No other stack of the account creates a role of the same name. Source: IAM API reference, CreateRole."""
    theirs = {
        role.lower(): (name, key)
        for name, other in _in_account(config, siblings)
        for key, role in _created_roles(other).items()
    }
    mine, prefix = _created_roles(config), role_prefix(config, siblings.stack)
    taken = {*theirs, *(role.lower() for role in mine.values())}
    for key, kind, _ in ROLES:
        role = mine.get(key)
        if role is None or role.lower() not in theirs:
            continue
        name, other_key = theirs[role.lower()]
        if key == other_key == "pushRole":
            yield Problem(
                path=("ci", key, "ownership"),
                message=f"create makes the role {role}, which stack {name} also creates in the same account. "
                "Write existing.",
            )
        else:
            yield Problem(
                path=("ci", key, "name"),
                message=f"{role} is already the name of ci.{other_key} of stack {name} in the same account. "
                f"Write e.g. {free_role_name(prefix, kind, role, taken)}.",
            )


def _created_roles(config: PlatformConfig) -> dict[str, str]:
    """Names of the roles with fixed names that a stack creates, by key."""
    created: dict[str, str] = {}
    with suppress(BrokenField):
        for key, _, read in ROLES:
            with suppress(BrokenField):
                role = None if config.ci is None else read(config.ci)
                if role is not None and getattr(role, "ownership", Ownership.CREATE) is Ownership.CREATE:
                    created[key] = role.name
    return created


def provider(config: PlatformConfig, siblings: Siblings) -> Iterator[Problem]:
    """One stack of an account creates its OIDC provider for GitHub, of which the account has one."""
    if config.ci is None or config.ci.provider is Ownership.EXISTING:
        return
    for name, other in _in_account(config, siblings):
        with suppress(BrokenField):
            if other.ci is not None and other.ci.provider is Ownership.CREATE:
                yield Problem(
                    path=("ci", "provider"),
                    message=f"create makes the account's OIDC provider for GitHub, which stack {name} also creates. "
                    "Write existing.",
                )
                return


def github_environments(config: PlatformConfig, siblings: Siblings) -> Iterator[Problem]:
    """No job could assume roles of two stacks: all stacks of a project trust the same repository, in any account."""
    theirs = [
        (name, place, environment)
        for name, other in siblings.others.items()
        for place, environment in _github_environments(other).items()
    ]
    taken = {environment.lower() for _, _, environment in theirs}
    for place, environment in _github_environments(config).items():
        key, setting = place
        for name, (other_key, _), other in theirs:
            if other.lower() == environment.lower():
                kind = "plan" if setting == "planEnvironment" else key.removesuffix("Role")
                stem = siblings.stack if kind == "deploy" else f"{kind}-{siblings.stack}"
                free = next(name for name in (stem, f"{stem}-2", f"{stem}-3") if name.lower() not in taken)
                yield Problem(
                    path=("ci", *place),
                    message=f"{environment} is also the environment of ci.{other_key} of stack {name}, so its jobs "
                    f"could assume both roles. Write e.g. {free}.",
                )
                break


def _github_environments(config: PlatformConfig) -> dict[tuple[str, str], str]:
    """The GitHub environments of a stack's roles, by key and field."""
    found: dict[tuple[str, str], str] = {}
    with suppress(BrokenField):
        for place, read in GITHUB_ENVIRONMENTS.items():
            with suppress(BrokenField):
                environment = None if config.ci is None else read(config.ci)
                if environment is not None:
                    found[place] = environment
    return found


def zones(config: PlatformConfig, siblings: Siblings) -> Iterator[Problem]:
    """One stack creates a hosted zone: the parent domain delegates to one only."""
    if config.edge is None or config.edge.zone is None or config.edge.zone.ownership is Ownership.EXISTING:
        return
    for name, other in siblings.others.items():
        with suppress(BrokenField):
            zone = None if other.edge is None else other.edge.zone
            if zone is not None and zone.name == config.edge.zone.name and zone.ownership is Ownership.CREATE:
                yield Problem(
                    path=("edge", "zone", "ownership"),
                    message=f"create would make a second zone {zone.name}: stack {name} creates one, and the parent "
                    "domain delegates to only one. Give the zoneId of that one, with ownership: existing.",
                )
                return


def repositories(config: PlatformConfig, siblings: Siblings) -> Iterator[Problem]:
    """One stack of an account creates an image repository, in each region."""
    if config.registry is None or config.aws is None or config.registry.ownership is Ownership.EXISTING:
        return
    for name, other in _in_account(config, siblings):
        with suppress(BrokenField):
            if other.registry is None or other.aws is None or other.aws.region != config.aws.region:
                continue
            both = sorted({*config.repositories.values()} & {*other.repositories.values()})
            if both and other.registry.ownership is Ownership.CREATE:
                yield Problem(
                    path=("registry", "ownership"),
                    message=f"create makes the repository {both[0]}, which stack {name} also creates in the same "
                    "account and region. Write existing.",
                )
                return


def environment_names(config: PlatformConfig, siblings: Siblings) -> Iterator[Problem]:
    """No other stack of the account has an environment of this name: it would read its entries in Secrets Manager."""
    theirs = {
        environment: name
        for name, other in _in_account(config, siblings)
        if other.system.name == config.system.name
        for _, environment in known(other.environments, lambda environment: environment.name)
    }
    mine = [name for _, name in known(config.environments, lambda environment: environment.name)]
    for index, name in known(config.environments, lambda environment: environment.name):
        if name in theirs:
            free = next(f"{name}-{number}" for number in range(2, 100) if f"{name}-{number}" not in {*theirs, *mine})
            yield Problem(
                path=("environments", index, "name"),
                message=f"{name} is also an environment of stack {theirs[name]} in the same account, and each would "
                f"read the other's secrets. Write e.g. {free}.",
            )


def hosts(config: PlatformConfig, siblings: Siblings) -> Iterator[Problem]:
    """No other stack, in whatever account, writes the DNS record of a host."""
    theirs = {host: name for name, other in siblings.others.items() for _, host in recorded_hosts(other)}
    for path, host in recorded_hosts(config):
        if host in theirs:
            yield Problem(
                path=path,
                message=f"{host} is also a host of stack {theirs[host]}, and both would write its DNS record. "
                f"Write e.g. {free_host(config, host.partition('.')[0], theirs)}.",
            )


RULES = (ranges, role_names, github_environments, provider, zones, repositories, environment_names, hosts)


def all_problems(config: PlatformConfig, siblings: Siblings) -> Iterator[Problem]:
    """The problems of one configuration and those between it and its siblings.

    A stage that is refused counts as one that cannot be read: the names with it are refused only for themselves.
    """
    stages: list[Problem] = []
    with suppress(BrokenField):
        stages += stage(config, siblings)
    if stages:
        config = config.model_copy()
        vars(config).pop("stage")
    yield from stages
    yield from rule_problems(config)
    for rule in RULES:
        with suppress(BrokenField):
            yield from rule(config, siblings)
