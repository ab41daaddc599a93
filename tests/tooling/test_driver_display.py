"""What a person sees of a run: the counter, the changes of a plan, and every message."""

import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
from pulumi.automation import EngineEvent

from sandbox import display as module
from sandbox.changes import Changes
from sandbox.display import Display
from sandbox.urns import short

PREFIX = "urn:pulumi:dev::shop::"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "AAA"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def event(kind: str, **content: Any) -> EngineEvent:
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, kind: content})


def step(op: str, type_: str = "aws:ec2/vpc:Vpc", name: str = "main", **extra: Any) -> dict[str, Any]:
    return {"op": op, "urn": f"{PREFIX}{type_}::{name}", "type": type_, "provider": "", **extra}


def state(inputs: Mapping[str, Any], **extra: Any) -> dict[str, Any]:
    return {
        "type": "",
        "urn": "",
        "id": "id-1",
        "parent": "",
        "provider": "",
        "custom": True,
        "inputs": inputs,
        **extra,
    }


def changed(op: str, old: Mapping[str, Any], new: Mapping[str, Any], **diff: Any) -> dict[str, Any]:
    return step(op, old=state(old), new=state(new), **diff)


def updated(old: Mapping[str, Any], new: Mapping[str, Any], *paths: str) -> list[str]:
    """The lines below the one of the resource."""
    changes = Changes()
    detail = {path: {"diffKind": "update", "inputDiff": True} for path in paths}
    pre = event("resourcePreEvent", metadata=changed("update", old, new, detailedDiff=detail)).resource_pre_event
    assert pre is not None
    changes.add(pre.metadata)
    first, *rest = changes.lines()
    assert first == " ~  aws:ec2:Vpc main update"
    return [line.strip() for line in rest]


def run(*events: EngineEvent, title: str = "Previewing update (dev)", display: Display | None = None) -> list[str]:
    """The lines of one operation, without the seconds."""
    lines: list[str] = []
    target = display or Display(lines.append)
    with target.operation(title, "shop-dev", preview=title.startswith("Previewing")) as operation:
        for each in events:
            operation(each)
    return [re.sub(r" in \d+ s$", "", line) for line in lines]


def pre(*steps: Mapping[str, Any]) -> list[EngineEvent]:
    return [event("resourcePreEvent", metadata=each) for each in steps]


def summary(**changes: int) -> EngineEvent:
    return event("summaryEvent", maybeCorrupt=False, durationSeconds=1, resourceChanges=changes, PolicyPacks={})


def message(text: str, severity: str = "error", urn: str = "") -> EngineEvent:
    return event("diagnosticEvent", message=text, severity=severity, prefix=f"{severity}: ", color="never", urn=urn)


def test_a_first_preview_is_a_count_and_no_list() -> None:
    steps = [step("create", name=f"vpc-{number}") for number in range(30)]
    assert run(*pre(*steps), summary(create=30)) == [
        "Previewing update (dev):", "    30 resources", "", "Resources:", "    + 30 to create", "",
    ]  # fmt: skip


def test_changes_are_listed_one_by_one_with_their_properties() -> None:
    same = [step("same", name=f"same-{number}") for number in range(9)]
    diff = {"detailedDiff": {"cidrBlock": {"diffKind": "update-replace", "inputDiff": True}}, "keys": ["cidrBlock"]}
    lines = run(
        *pre(
            *same,
            changed("create-replacement", {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.1.0.0/16"}, **diff),
            changed("replace", {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.1.0.0/16"}, **diff),
            step("delete", name="old", old=state({})),
            step("delete", name="kept", old=state({}, retainOnDelete=True)),
            step("create", name="new"),
            step("delete-replaced"),
        ),
        summary(replace=1, delete=2, create=1, same=9),
    )
    assert lines[3:] == [
        "Changes:",
        " +- aws:ec2:Vpc main replace",
        '        cidrBlock: "10.0.0.0/16" => "10.1.0.0/16" (replaces it)',
        " -  aws:ec2:Vpc old delete",
        " -  aws:ec2:Vpc kept delete [retained: stays in the account]",
        " +  aws:ec2:Vpc new create",
        "",
        "Resources:",
        "    + 1 to create",
        "    +- 1 to replace",
        "    - 2 to delete",
        "    4 changes. 9 unchanged",
        "",
    ]


def test_a_destroy_lists_nothing_and_other_deletions_are_listed() -> None:
    gone = [step("delete", name=f"gone-{number}", old=state({})) for number in range(30)]
    assert not [line for line in run(*pre(*gone), title="Previewing destroy (dev)") if "gone-" in line]
    assert len([line for line in run(*pre(*gone, step("same"))) if "gone-" in line]) == 30


def test_many_creations_are_summed_by_type() -> None:
    same = [step("same", name=f"same-{number}") for number in range(60)]
    lines = run(*pre(*same, *(step("create", "aws:ec2/eip:Eip", f"eip-{number}") for number in range(21))))
    assert " +  aws:ec2:Eip 21 to create" in lines
    assert not [line for line in lines if "eip-" in line]


@pytest.mark.parametrize(
    ("old", "new", "path", "expected"),
    [
        ({"a": 1}, {"a": 2}, "a", ["a: 1 => 2"]),
        ({"a": True}, {"a": UNKNOWN}, "a", ["a: true => [unknown]"]),
        ({"a": SECRET}, {"a": SECRET}, "a", ["a: [secret] => [secret]"]),
        ({}, {"a": {"b": 1}}, "a", ['a: added, {"b": 1}']),
        ({"tags": {"x": "1"}}, {"tags": {}}, "tags.x", ['tags.x: removed, was "1"']),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "a[0].b", ["a[0].b: 1 => 2"]),
        ({"a": {"b.c": 1}}, {"a": {"b.c": 2}}, 'a["b.c"]', ['a["b.c"]: 1 => 2']),
        ({"a": ["x", "y"]}, {"a": ["y"]}, "a", ['a[]: removed, was "x"']),
        ({"p": '{"s": [{"r": "a"}]}'}, {"p": '{"s": [{"r": "b"}]}'}, "p", ['p.s[0].r: "a" => "b"']),
        ({"a": "x" * 90 + "1"}, {"a": "x" * 90 + "2"}, "a", [f'a: …"{"x" * 20}1" => …"{"x" * 20}2"']),
    ],
)
def test_a_property_is_shown_with_its_old_and_new_value(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str, expected: list[str]
) -> None:
    assert updated(old, new, path) == expected


def test_more_properties_than_fit_are_counted() -> None:
    keys = [f"k{number}" for number in range(25)]
    lines = updated(dict.fromkeys(keys, 1), dict.fromkeys(keys, 2), *keys)
    assert lines[0] == "k0: 1 => 2"
    assert (len(lines), lines[-1]) == (21, "… and 5 more")


def test_a_failure_is_shown_in_full_with_its_resource_and_once() -> None:
    urn = f"{PREFIX}platform:network:Network$aws:ec2/vpc:Vpc::main"
    lines = run(
        *pre(step("create")),
        message("debug text", "debug"),
        message("two problems\none\ntwo"),
        message("an unhandled error occurred: two problems\none\ntwo"),
        message("VpcLimitExceeded: no more", urn=urn),
        message("preview failed"),
        summary(create=1),
    )
    assert lines[3:] == [
        "Diagnostics:",
        "  pulumi:pulumi:Stack (shop-dev):",
        "    error: two problems",
        "    one",
        "    two",
        "",
        "  aws:ec2:Vpc (main):",
        "    error: VpcLimitExceeded: no more",
        "",
    ]


def test_a_warning_of_the_preview_is_not_repeated_by_the_update() -> None:
    lines: list[str] = []
    display = Display(lines.append)
    for title in ("Previewing update (dev)", "Updating (dev)"):
        run(*pre(step("create")), message("careful", "warning"), title=title, display=display)
    assert [line for line in lines if "careful" in line] == ["    warning: careful"]


def test_protected_resources_are_summed_without_the_engines_advice() -> None:
    advice = "Preview failed: resource cannot be deleted\nbecause it is protected. Use `pulumi state unprotect 'urn'`"
    urns = [f"{PREFIX}aws:kms/key:Key::{name}" for name in ("b", "a")]
    lines = run(
        *(message(advice, urn=urn) for urn in urns), message("preview failed"), title="Previewing destroy (dev)"
    )
    assert lines[3:] == [
        "Diagnostics:", "  error: 2 resources are protected and cannot be deleted:", "    aws:kms:Key 2: a, b", "",
    ]  # fmt: skip


def test_what_a_destroy_retains_is_named_with_its_ids() -> None:
    old = state({}, retainOnDelete=True)
    events = pre(*(step("delete", "aws:ecr/repository:Repository", name, old=old) for name in "ab"))
    assert "    aws:ecr:Repository 2: id-1, id-1" in run(*events, title="Destroying (dev)")


def test_a_refresh_lists_what_it_found() -> None:
    diff = {"detailedDiff": {"a": {"diffKind": "update", "inputDiff": True}}}
    lines = run(
        *pre(step("refresh"), step("refresh", name="gone"), step("refresh", name="equal")),
        event("resOutputsEvent", metadata=changed("update", {"a": 1}, {"a": 2}, **diff)),
        event("resOutputsEvent", metadata=step("delete", name="gone", old=state({}))),
        event("resOutputsEvent", metadata=step("same", name="equal")),
        title="Refreshing (dev)",
    )
    assert lines[3:7] == ["Changes:", " ~  aws:ec2:Vpc main update", "        a: 1 => 2", " -  aws:ec2:Vpc gone delete"]


def test_an_update_counts_what_is_done_of_what_was_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.0)
    lines: list[str] = []
    display = Display(lines.append)
    steps = [step("create", name=name) for name in "ab"]
    run(*pre(*steps), display=display)
    run(
        *pre(*steps),
        *(event("resOutputsEvent", metadata=each) for each in steps),
        title="Updating (dev)",
        display=display,
    )
    assert lines[lines.index("Updating (dev):") :][1:3] == ["    1 of 2 resources …", "    2 of 2 resources …"]


def test_only_a_terminal_gets_control_characters() -> None:
    steps, lines = [step("create", name=name) for name in "ab"], list[str]()
    assert not [line for line in run(*pre(*steps)) if "\x1b" in line or "\r" in line]
    terminal = io.StringIO()
    run(*pre(*steps), display=Display(lines.append, terminal))
    assert terminal.getvalue().startswith("\r\x1b[K")
    assert not [line for line in lines if "\x1b" in line]


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("aws:ec2/vpc:Vpc", "aws:ec2:Vpc"),
        ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:Deployment"),
        ("pulumi:providers:aws", "pulumi:providers:aws"),
        ("eks:index:Cluster", "eks:index:Cluster"),
        ("random:index/randomPassword:RandomPassword", "random:index:RandomPassword"),
    ],
)
def test_types_are_written_as_the_engine_writes_them(type_: str, expected: str) -> None:
    assert short(type_) == expected
