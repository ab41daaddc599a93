"""The projects to compare: folders with a Pulumi.yaml and a stack file, derived from the committed ones.

Services are multiplied by copying the whole catalogue with its calls, so that many services are connected like the few.
Nodes, pools and database grow with them, because the program refuses services that do not fit.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

from tests.bench.measure import ROOT, Contestant

PROGRAMS = Path(__file__).parent / "programs"
STACK = "bench"
SUFFIX = "-service"

# They hold two environments of 200 such services during a rolling update of everything.
NODES = {"instanceType": "m6i.4xlarge", "minimum": 12, "desired": 12, "maximum": 15}
INSTANCE_CLASS = "db.m7g.4xlarge"
CONNECTIONS = 3
"""In each pod's pool: no RDS instance has enough for 200 services with the default of 10."""

NULL = "tag:yaml.org,2002:null"
Json = Any  # what YAML and JSON hold


def committed(stack: str) -> Contestant:
    """The root program with a committed stack."""
    return Contestant(name=system(), project=ROOT, stack=stack)


def floor(folder: Path, name: str, recipe: Sequence[Mapping[str, Json]]) -> Contestant:
    """The floor program with the SDK modules that the recipe's resources need; without a recipe the packages alone."""
    classes = [json.loads(text) for text in sorted({json.dumps(entry["class"]) for entry in recipe})]
    return _project(folder / name, "floor", {"floor:classes": classes})


def bare(folder: Path, name: str, recipe: Sequence[Mapping[str, Json]]) -> Contestant:
    """The bare program with its recipe."""
    folder = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.json").write_text(json.dumps(recipe), encoding="utf-8")
    return _project(folder, "bare", {"bare:recipe": str(folder / "recipe.json")})


def multiplied(folder: Path, stack: str, services: int) -> Contestant:
    """The root program and a committed stack with that many services."""
    settings, config = _load(ROOT / "Pulumi.yaml"), _load(ROOT / f"Pulumi.{stack}.yaml")
    name = f"{settings['name']}-{services}"
    settings["main"] = str(ROOT)
    catalogue = settings["config"]["services"]
    catalogue["value"] = copies(catalogue["value"], services)
    grow(config["config"], str(settings["name"]))
    _write(folder / name, stack, settings, config)
    return Contestant(name=name, project=folder / name, stack=stack)


def copies(services: Sequence[Mapping[str, Json]], number: int) -> list[dict[str, Json]]:
    """The first `number` services of the catalogue and its copies; each copy calls services of the same copy."""

    def renamed(name: str, generation: int) -> str:
        return f"{name.removesuffix(SUFFIX)}-{generation}{SUFFIX}" if generation else name

    def generations() -> list[dict[str, Json]]:
        found: list[dict[str, Json]] = []
        for generation in range(-(-number // len(services))):
            for service in copy.deepcopy(services):
                calls = [renamed(called, generation) for called in service.get("calls", ())]
                pool = (
                    {**service["database"], "connections": CONNECTIONS} if service.get("database") is not None else None
                )
                name = renamed(service["name"], generation)
                found.append({**service, "name": name, "calls": calls, "database": pool})
        return found

    chosen = list(islice(generations(), number))
    names = {service["name"] for service in chosen}
    return [{**service, "calls": [called for called in service["calls"] if called in names]} for service in chosen]


def grow(config: dict[str, Json], project: str) -> None:
    """Enlarge nodes and database of a stack's configuration for many services."""
    config[f"{project}:cluster"]["nodes"].update(NODES)
    config[f"{project}:database"].update(instanceClass=INSTANCE_CLASS)


def system() -> str:
    """Name of the committed project."""
    return str(_load(ROOT / "Pulumi.yaml")["name"])


def services() -> int:
    """How many services the committed catalogue has."""
    return len(_load(ROOT / "Pulumi.yaml")["config"]["services"]["value"])


def environments(stack: str) -> int:
    """How many environments a committed stack has."""
    return len(_load(ROOT / f"Pulumi.{stack}.yaml")["config"][f"{system()}:environments"])


def _project(folder: Path, program: str, config: Mapping[str, Json]) -> Contestant:
    settings = {"name": program, "runtime": "python", "main": str(PROGRAMS / program)}
    _write(folder, STACK, settings, {"config": dict(config)})
    return Contestant(name=folder.name, project=folder, stack=STACK)


def _load(file: Path) -> dict[str, Json]:
    return cast("dict[str, Json]", YAML().load(file.read_text(encoding="utf-8")))


def _null(representer: Any, _: None) -> Any:
    return representer.represent_scalar(NULL, "null")


def _write(folder: Path, stack: str, settings: Mapping[str, Json], config: Mapping[str, Json]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("Pulumi.yaml", settings), (f"Pulumi.{stack}.yaml", config)):
        with (folder / name).open("w", encoding="utf-8") as stream:
            writer: Any = YAML()
            # By default, null would be written as nothing, which a stack file does not take for a value.
            writer.representer.add_representer(type(None), _null)
            writer.dump(content, stream)
