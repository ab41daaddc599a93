"""What the comment on a pull request says of a plan: tools/review. Of real plans: tests/engine/test_review.py."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.harness.harness import ROOT
from tests.tooling.preview_events import BUCKET, DATABASE, POLICY, message, outputs, preview, step
from tools.review.__main__ import main
from tools.review.comment import LIMIT, Stack, comment, verdict
from tools.review.losses import HOLDERS
from tools.review.markdown import size
from tools.review.preview import relevant
from tools.review.problems import Problem

RUN = "https://github.com/shop/platform/actions/runs/1"
JOB = "kubernetes:batch/v1:Job"
HOSTILE = "` | <img src=x onerror=alert(1)> [a](http://b) **@octocat** #1\n```\n# h --> <!--"


def review(*events: str, limit: int = LIMIT) -> str:
    """The comment on one stack."""
    return comment([Stack(name="live", preview=preview(*events))], run=RUN, commit="0123456789", limit=limit)


def judged(*events: str) -> str:
    return verdict(Stack(name="live", preview=preview(*events)))


def lost(type_: str, inputs: dict[str, Any], **state: Any) -> str:
    """The item about a deleted resource."""
    (line,) = re.findall(r"^- \*\*1 .*$", review(step("delete", type_, "it", inputs, **state)), re.MULTILINE)
    return line


def replaced(name: str = "shop-live-database", **old: Any) -> str:
    """A database whose user is renamed."""
    return step("replace", DATABASE, name, {"username": "a", **old}, {"username": "b", **old}, forced_by="username")


def updated(type_: str, old: dict[str, Any], new: dict[str, Any], **more: Any) -> str:
    return review(step("update", type_, "it", old, new, **more))


# The verdict


def test_nothing_to_do_is_one_line() -> None:
    assert judged(step("same", DATABASE, "db", {}, {})) == "nothing changes"
    assert review().splitlines()[-1] == "- **live**: nothing changes"


def test_harmless_changes_are_counted() -> None:
    policy = step("create", POLICY, "p", new={"a": 1})
    changed = step("update", POLICY, "q", {"a": 1}, {"a": 2})
    assert judged(policy) == "1 resource is created, nothing is replaced or deleted"
    assert judged(changed) == "1 resource changes, nothing is replaced or deleted"
    assert judged(policy, changed) == "1 resource is created, 1 changes, nothing is replaced or deleted"


def test_lost_data_is_in_the_verdict() -> None:
    assert judged(replaced(skipFinalSnapshot=True)) == "**1 database is replaced, data is lost**"
    assert judged(replaced()) == "**1 database is replaced, after a final snapshot**"


def test_data_comes_before_the_rest_in_the_verdict() -> None:
    policies = [step("delete", POLICY, name, {}) for name in "pq"]
    buckets = [step("delete", BUCKET, name, {"forceDestroy": True}) for name in "ab"]
    secret = step("delete", "aws:secretsmanager/secret:Secret", "s", {"recoveryWindowInDays": 7})
    assert judged(*policies, *buckets, secret, step("create", POLICY, "n", new={})) == (
        "**2 buckets and 1 secret are deleted, data is lost; 2 other resources are deleted**; 1 resource is created"
    )


def test_a_components_own_entry_is_no_resource() -> None:
    assert judged(step("delete", "platform:storage:Storage", "web-storage", {}, custom=False)) == "nothing changes"


def test_a_failed_preview_says_so_and_shows_the_errors_once() -> None:
    events = (
        message("error", "db: cannot be deleted"),
        message("error", "an unhandled error occurred: db: cannot be deleted"),
        message("error", "preview failed"),
    )
    assert judged(*events) == "**the preview failed** with 1 error"
    assert review(*events).count("db: cannot be deleted") == 1


def test_a_stack_without_a_preview_is_not_passed_over() -> None:
    assert verdict(Stack(name="live", preview=None)) == "**no preview**: the run says why"


# Replacements and deletions


@pytest.mark.parametrize(
    ("type_", "inputs", "words"),
    [
        (DATABASE, {"skipFinalSnapshot": True}, "1 database is deleted, data is lost"),
        (DATABASE, {}, "1 database is deleted, after a final snapshot"),
        ("aws:elasticache/replicationGroup:ReplicationGroup", {}, "1 cache is deleted, data is lost"),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"finalSnapshotIdentifier": "last"},
            "1 cache is deleted, after a final snapshot",
        ),
        (BUCKET, {"forceDestroy": True}, "1 bucket is deleted, including all objects"),
        (BUCKET, {}, "1 bucket is deleted, which AWS refuses unless empty"),
        ("aws:kms/key:Key", {"deletionWindowInDays": 7}, "1 key is deleted, after 7 days, with all that it encrypts"),
        ("aws:ecr/repository:Repository", {"forceDelete": True}, "1 repository is deleted, including all images"),
        ("aws:ecr/repository:Repository", {}, "1 repository is deleted, which AWS refuses unless empty"),
        (
            "aws:secretsmanager/secret:Secret",
            {"recoveryWindowInDays": 0},
            "1 secret is deleted, without a recovery window",
        ),
        ("aws:secretsmanager/secret:Secret", {}, "1 secret is deleted, recoverable for 30 days"),
        ("aws:ebs/volume:Volume", {}, "1 volume is deleted, data is lost"),
        ("aws:eks/cluster:Cluster", {}, "1 cluster is deleted, including everything inside"),
        ("kubernetes:core/v1:Namespace", {}, "1 namespace is deleted, including everything inside"),
        ("tls:index/privateKey:PrivateKey", {}, "1 private key is deleted, its old value becomes useless"),
    ],
)
def test_what_becomes_of_data(type_: str, inputs: dict[str, Any], words: str) -> None:
    assert lost(type_, inputs) == f"- **{words}**: `it`"


def test_what_is_retained_is_not_lost() -> None:
    assert lost(BUCKET, {"forceDestroy": True}, retainOnDelete=True) == (
        "- **1 bucket is deleted, but kept in the account**: `it`"
    )
    assert "data is lost" not in judged(step("delete", BUCKET, "b", {"forceDestroy": True}, retainOnDelete=True))


def test_the_worst_loss_comes_first() -> None:
    events = [step("delete", type_, "it", {}) for type_ in reversed(HOLDERS)]
    events.append(step("delete", POLICY, "it", {}, owner="alarms:Alarms::shop-live-alarms"))
    items = re.findall(r"^- \*\*1 (.*) is", review(*events), re.MULTILINE)
    assert items[0].startswith("database")
    assert "```diff\n- delete aws:rds:Instance it\n" in review(*events)
    assert items[-1] == "resource of alarms"


def test_a_replacement_names_the_property_that_forces_it() -> None:
    both = step("replace", DATABASE, "db", {"username": "a", "port": 1}, {"username": "b", "port": 2}, forced_by="port")
    assert "`db`, because of `port` `1` → `2`\n" in review(both)


def test_the_steps_of_one_replacement_are_one_item() -> None:
    first = step("delete-replaced", DATABASE, "db", {"username": "a"})
    last = step("create-replacement", DATABASE, "db", {"username": "a"}, {"username": "b"}, forced_by="username")
    assert review(first, replaced("db"), last).count("1 database is replaced") == 2  # the verdict, and the item
    assert "because of `username` `a` → `b`" in review(first, replaced("db"), last)


def test_a_replacement_for_the_sake_of_another_says_so() -> None:
    assert "because something it depends on is replaced" in review(step("replace", JOB, "job", {"a": 1}, {"a": 1}))


def test_deletions_without_data_are_one_item_for_each_component() -> None:
    policies = [step("delete", POLICY, name, {}) for name in "pq"]
    role = step("delete", "aws:iam/role:Role", "r", {})
    assert "- **3 resources of environment web are deleted**: 2 NetworkPolicy, Role\n" in review(*policies, role)


# Changes in words


def test_changed_nodes_are_rolling_unless_only_their_number_changes() -> None:
    nodes, owner = "aws:eks/nodeGroup:NodeGroup", "nodes:NodeGroup::shop-live-nodes"
    template = "aws:ec2/launchTemplate:LaunchTemplate"
    larger = updated(template, {"instanceType": "t3.large"}, {"instanceType": "t3.xlarge"}, owner=owner)
    assert "- **nodes**: `instanceType` `t3.large` → `t3.xlarge`, rolling\n" in larger
    more = updated(nodes, {"scalingConfig": {"desiredSize": 3}}, {"scalingConfig": {"desiredSize": 4}}, owner=owner)
    assert "- **nodes**: `scalingConfig.desiredSize` `3` → `4`\n" in more


@pytest.mark.parametrize(
    ("at_once", "words"), [(False, ", in the maintenance window"), (True, ", at once, with an interruption")]
)
def test_an_interruption_of_the_database_says_when(at_once: bool, words: str) -> None:
    old, new = ({"instanceClass": size, "applyImmediately": at_once} for size in ("db.a", "db.b"))
    assert f"- **database**: `instanceClass` `db.a` → `db.b`{words}\n" in updated(DATABASE, old, new)
    assert "window" not in updated(DATABASE, {"storage": 1}, {"storage": 2})


def test_a_component_of_each_environment_has_its_name() -> None:
    assert "- **storage web**: `a` `1` → `2`\n" in updated(BUCKET, {"a": 1}, {"a": 2})
    assert "- **environment web**: `a` `1` → `2`\n" in updated(POLICY, {"a": 1}, {"a": 2})


def test_new_resources_are_counted_by_kind() -> None:
    events = [step("create", POLICY, name, new={}) for name in "pq"]
    assert "- **environment web**: 2 created (2 NetworkPolicy)\n" in review(*events)


def test_several_changed_resources_of_a_component_are_told_apart() -> None:
    events = [step("update", POLICY, name, {"a": 1}, {"a": 2}) for name in "qp"]
    assert "- **environment web**: 2 changed\n  - NetworkPolicy `p`: `a` `1` → `2`\n  - NetworkPolicy `q`: " in review(
        *events
    )


def test_an_item_added_to_a_list_is_one_item() -> None:
    spec = [{"ports": [1, 2, 3]}]
    paths = [f"spec[0].ports[{number}]" for number in range(4)]  # the engine compares them by position
    changed = updated(POLICY, {"spec": spec}, {"spec": [{"ports": [9, 1, 2, 3]}]}, paths=paths)
    assert "**environment web**: `spec[0].ports` gains `9`\n" in changed
    arns = [f"arn:aws:ecr:ap-northeast-1:025434362120:repository/shop/{name}" for name in ("api", "billing")]
    assert "`r` gains `…:aws:ecr:ap-northeast-1:025434362120:repository/shop/billing`" in updated(
        POLICY, {"r": arns[:1]}, {"r": arns}
    )
    named = [{"value": "x" * 90, "name": name} for name in "ab"]
    nameless = [{"ref": {"key": name}} for name in "abc"]
    assert "`data` gains 2 items\n" in updated(POLICY, {"data": nameless[:1]}, {"data": nameless})
    assert "`env` loses `b`" in updated(POLICY, {"env": named}, {"env": named[:1]})


def test_what_a_refresh_found_is_the_old_value() -> None:
    assert "`port` `5433` → `5432`" in updated(DATABASE, {"port": 5433}, {"port": 5432}, drift=True)


def test_what_only_follows_from_another_change_is_counted() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    changed = updated(POLICY, {"a": 1}, {"a": unknown})
    assert "- **environment web**: 1 changed (NetworkPolicy), to values known after the update\n" in changed
    both = updated(POLICY, {"a": 1, "b": 1}, {"a": unknown, "b": 2})
    assert "- **environment web**: `b` `1` → `2`\n" in both
    assert unknown not in changed + both


def test_a_secret_stays_masked() -> None:
    mark = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": "hunter2"}
    assert "hunter2" not in updated(POLICY, {"password": mark}, {"password": "other"})
    masked = step("replace", JOB, "job", {"env": "[secret]"}, {"env": "[secret]"}, forced_by="env")
    assert "because of `env`\n" in review(masked)
    assert "env: changes (replaces it)" in review(masked)


# Quota, capacity, warnings


def test_quota_and_capacity_show_what_changes_before_and_after() -> None:
    def of(pods: str, nodes: str, needed: int) -> dict[str, Any]:
        rows = [
            {"what": what, "pods": needed, "cpu": "1.00", "memory": "2.0 GiB"}
            for what in ("needed at the peak", f"{nodes} hold")
        ]
        capacity = {"nodes": nodes, "rows": rows, "connections": {"needed": needed, "held": 400, "fits": True}}
        return {"quotas": {"web": {"hard": {"pods": pods, "limits.cpu": "4"}}}, "capacity": capacity}

    created = step("create", POLICY, "p", new={})
    table = review(outputs(of("18", "4 x t3.large", 10), of("20", "5 x t3.large", 12)), created)
    assert "| quota of web: pods | 18 | 20 |\n| nodes | 4 x t3.large | 5 x t3.large |\n" in table
    assert "| nodes hold | 10 pods, 1.00 CPU, 2.0 GiB | 12 pods, 1.00 CPU, 2.0 GiB |\n" in table
    assert "| connections | 10 of 400 | 12 of 400 |\n" in table
    assert "limits.cpu" not in table
    assert "before" not in review(outputs(of("18", "n", 1), of("18", "n", 1)), created)


def test_cost_shows_the_components_that_change_before_and_after() -> None:
    def of(*, nodes: float, total: float, **more: Any) -> dict[str, Any]:
        sums = {"nodes": nodes, "cluster": 73}
        return {"monthlyCost": {"usd": total, "estimate": False, "byComponent": sums, "withoutPrice": [], **more}}

    created = step("create", POLICY, "p", new={})
    before = of(nodes=1000.5, total=1073.5)
    table = review(outputs(before, of(nodes=1250.75, total=1323.75)), created)
    assert "**Cost, without what is charged by use**\n\n| | before | after |\n|---|---|---|\n" in table
    assert "| nodes | $1,000.50 | $1,250.75 |\n| a month | $1,073.50 | $1,323.75 |\n" in table
    assert "cluster" not in table
    assert "Cost" not in review(outputs(before, before), created)
    unsure = review(
        outputs(before, of(nodes=0, total=73, estimate=True, withoutPrice=["4 x m9g.large (nodes)"])), created
    )
    assert "| a month | $1,073.50 | about $73.00, 1 without a price |\n" in unsure
    assert "| nodes | none | $1,000.50 |\n" in review(outputs({}, before), created)


def test_a_warning_is_shown_once_even_if_nothing_changes() -> None:
    shown = review(*[message("warning", "cluster.publicAccess is an exception to protect: a demo")] * 2)
    assert shown.count("- cluster.publicAccess is an exception to protect: a demo") == 1


# Text that has not been vetted


def test_hostile_values_stay_text() -> None:
    markdown = comment(
        [
            Stack(
                name="live",
                preview=preview(
                    outputs(
                        {},
                        {
                            "quotas": {HOSTILE: {"hard": {HOSTILE: HOSTILE}}},
                            "monthlyCost": {"usd": HOSTILE, "byComponent": {HOSTILE: HOSTILE}},
                        },
                    ),
                    step("update", POLICY, HOSTILE, {"a": "a"}, {"a": HOSTILE, HOSTILE: 1}),
                    step("update", f"x:y:{HOSTILE}", "it", {"a": 1}, {"a": 2}, owner=f"z:Z::{HOSTILE}"),
                    step("create", f"x:y:{HOSTILE}", "made", new={}, owner=f"z:Z::{HOSTILE}"),
                    step("replace", f"x:y:{HOSTILE}", "them", {"a": 1}, {"a": 2}, forced_by="a"),
                    step("delete", f"x:y:{HOSTILE}", "that", {}, owner=f"z:Z::{HOSTILE}"),
                    step("delete", BUCKET, HOSTILE, {"forceDestroy": True}),
                    message("warning", HOSTILE),
                ),
            ),
            Stack(
                name="other",
                preview=None,
                problems=[Problem(file="Pulumi.yaml", line=1, path=HOSTILE, message=HOSTILE)],
            ),
        ],
        run=RUN,
        commit="0123456",
    )
    (plan,) = re.findall(r"```diff\n(.*?)\n```\n", markdown, re.DOTALL)
    assert {line[0] for line in plan.splitlines()} == set("+-! ")
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    bare = re.sub(r"<code.*?</code>", "", html, flags=re.DOTALL)
    assert re.findall(r"@\w|#\d|<img|<h1", bare) == []
    assert set(re.findall(r"<a [^>]*>", html)) == {f'<a href="{RUN}">'}
    assert html.count("<table>") == 2
    assert {row.count("<td>") for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL)} <= {0, 3}
    assert html.count("<details>") == html.count("</details>") == 1


# The limit


def test_what_does_not_fit_is_said_and_linked() -> None:
    events = [step("update", POLICY, f"policy-{n}", {"a": 1}, {"a": "x" * 50 + str(n)}) for n in range(2000)]
    markdown = review(replaced(skipFinalSnapshot=True), *events)
    assert LIMIT * 0.9 < size(markdown) <= LIMIT
    assert "1 database is replaced, data is lost" in markdown
    assert re.search(rf"\d+ more do not fit here: \[the run\]\({re.escape(RUN)}\) has them", markdown)


def test_every_stack_gets_its_share() -> None:
    events = [step("create", POLICY, f"policy-{n}", new={}) for n in range(2000)]
    markdown = comment(
        [Stack(name=name, preview=preview(*events)) for name in ("staging", "prod")], run=RUN, commit="0123456"
    )
    assert size(markdown) <= LIMIT
    first, second = markdown.split("### prod")
    assert abs(size(first) - size(second)) < LIMIT / 10
    assert markdown.count("more lines do not fit here") == 2


# The commands


def test_events_that_a_review_does_not_read_are_dropped() -> None:
    change = step("update", POLICY, "p", {"a": 1}, {"a": 2})
    unchanged = step("same", DATABASE, "db", {"password": "x"}, {"password": "x"})
    end = outputs({"a": 1}, {"a": 1})
    events = [json.dumps({"preludeEvent": {"config": {}}}), unchanged, message("debug", "d"), change, end]
    assert list(relevant(events)) == [change, end]


def test_the_commands_need_no_package(tmp_path: Path) -> None:
    events = "\n".join([replaced(skipFinalSnapshot=True), message("warning", "w")]) + "\n"
    command = [sys.executable, "-S", "-m", "tools.review"]  # without site-packages
    kept = subprocess.run([*command, "keep"], input=events, cwd=ROOT, capture_output=True, text=True, check=True)
    (tmp_path / "plan-live.jsonl").write_text(kept.stdout)
    options = ["--run", RUN, "--commit", "0123456"]
    rendered = subprocess.run(
        [*command, "render", tmp_path, "live", "other", *options], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "- **live**: **1 database is replaced, data is lost**" in rendered.stdout
    assert "- **other**: **no preview**: the run says why" in rendered.stdout


def test_problems_are_annotations_on_their_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "problems-live.json"
    file.write_text(
        json.dumps(
            [
                {"place": "Pulumi.live.yaml:18", "path": "a.b, c", "message": "is 100% wrong.\nWrite b."},
                {"place": "Pulumi.live.yaml", "path": "", "message": "does not exist."},
            ]
        )
    )
    assert main(["annotate", str(file)]) == 0
    assert capsys.readouterr().out == (
        "::error file=Pulumi.live.yaml,line=18,title=a.b%2C c::is 100%25 wrong.%0AWrite b.\n"
        "::error file=Pulumi.live.yaml::does not exist.\n"
    )
    assert main(["render", str(tmp_path), "live", "--run", RUN, "--commit", "0123456"]) == 0
    shown = capsys.readouterr().out
    assert "- **live**: **refused**, 2 problems in the stack's files" in shown
    assert "- `Pulumi.live.yaml:18` `a.b, c`: is 100% wrong. Write b." in shown
