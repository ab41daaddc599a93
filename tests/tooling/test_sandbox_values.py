"""Values in the provider process: the wire format, differences, generated names, the SDK's schemas."""

from __future__ import annotations

from pathlib import Path

from sandbox.providers.account import Account, Record
from sandbox.providers.diffing import Kind, compare
from sandbox.providers.naming import NameRule, generated, named, was_generated
from sandbox.providers.schema import Schemas, introspect
from sandbox.providers.tokens import Token
from sandbox.providers.wire import UNKNOWN, Json, dig, from_struct, has_unknown, reveal, rewrap, secret, to_struct

URN = "urn:pulumi:dev::project::aws:ec2/vpc:Vpc::net"
RULE = NameRule("name", 20, instead="namePrefix")


def test_a_secret_keeps_its_wrapper_on_the_wire() -> None:
    values: Json = {"password": secret("hush"), "port": 5432, "ratio": 0.5, "list": [True, None]}
    assert from_struct(to_struct(values)) == values


def test_a_secret_is_opened_for_rules_only() -> None:
    assert reveal({"a": [secret({"b": secret(1)})]}) == {"a": [{"b": 1}]}
    assert dig({"a": secret({"b": "c"})}, "a.b") == "c"


def test_read_values_are_wrapped_as_in_the_engines_state() -> None:
    held: Json = {"result": secret("old"), "nested": {"key": secret("x")}, "list": [secret(1)]}
    assert rewrap(held, {"result": "new", "nested": {"key": "y"}, "list": [2], "more": 1}) == {
        "result": secret("new"),
        "nested": {"key": secret("y")},
        "list": [secret(2)],
        "more": 1,
    }


def test_an_unknown_is_found_at_any_depth() -> None:
    assert has_unknown({"a": [{"b": UNKNOWN}]})
    assert not has_unknown({"a": [{"b": "known"}]})


def test_equal_inputs_do_not_differ_whether_secret_or_not() -> None:
    assert compare({"a": secret("x"), "b": None}, {"a": "x"}, ["a"]) == []


def test_differences_have_their_paths() -> None:
    old: Json = {"tags": {"k/x": "1", "gone": "1"}, "ports": [1, 2]}
    new: Json = {"tags": {"k/x": "2"}, "ports": [1, 3, 4], "added": True}
    assert {change.key: change.kind for change in compare(old, new, [])} == {
        'tags["k/x"]': Kind.UPDATE,
        "tags.gone": Kind.DELETE,
        "ports[1]": Kind.UPDATE,
        "ports[2]": Kind.ADD,
        "added": Kind.ADD,
    }


def test_a_forced_property_includes_nested_ones_but_not_its_siblings() -> None:
    old: Json = {"vpc": {"ids": ["a"], "open": True}}
    new: Json = {"vpc": {"ids": ["b"], "open": False}}
    assert {change.key: change.replaces for change in compare(old, new, ["vpc.ids"])} == {
        "vpc.ids[0]": True,
        "vpc.open": False,
    }


def test_an_object_that_is_unknown_as_a_whole_may_replace() -> None:
    assert [change.replaces for change in compare({"vpc": {"ids": ["a"]}}, {"vpc": UNKNOWN}, ["vpc.ids"])] == [True]


def test_a_generated_name_is_kept() -> None:
    first, failures = named(RULE, "net", Token(URN, 1), {}, {})
    again, _ = named(RULE, "net", Token(URN, 2), first, {})
    assert failures == []
    assert was_generated(RULE, "net", first)
    assert again == first


def test_a_given_name_or_prefix_is_unchanged() -> None:
    assert named(RULE, "net", Token(URN, 1), {"name": "old"}, {"name": "mine"})[0] == {"name": "mine"}
    assert named(RULE, "net", Token(URN, 1), {}, {"namePrefix": "p-"})[0] == {"namePrefix": "p-"}
    assert not was_generated(RULE, "net", {"name": "net"})


def test_a_name_over_the_limit_is_refused_with_both_lengths() -> None:
    _, failures = named(RULE, "net", Token(URN, 1), {}, {"name": "x" * 21})
    assert [(item.property, "21" in item.reason, "20" in item.reason) for item in failures] == [("name", True, True)]


def test_a_name_inside_an_unknown_object_is_not_generated() -> None:
    assert named(NameRule("metadata.name"), "net", Token(URN, 1), {}, {"metadata": UNKNOWN})[0] == {"metadata": UNKNOWN}


def test_generated_values_are_stable_in_a_life_and_differ_in_the_next() -> None:
    assert generated(RULE, "net", Token(URN, 1)) == generated(RULE, "net", Token(URN, 1))
    assert generated(RULE, "net", Token(URN, 1)) != generated(RULE, "net", Token(URN, 2))
    assert Token(URN, 1).hex(8, "a") != Token(URN, 1).hex(8, "b")


def test_the_sdks_class_distinguishes_inputs_and_computed_outputs() -> None:
    schema = introspect("aws:ec2/subnet:Subnet")
    assert {"vpcId", "cidrBlock", "availabilityZone"} <= schema.inputs
    computed = schema.computed({"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"})
    assert {"arn", "ownerId", "availabilityZone", "tagsAll"} <= set(computed)
    assert "cidrBlock" not in computed
    assert "tags" not in computed
    assert (computed["arn"].kind, computed["tagsAll"].kind) == ("str", "map")


def test_a_type_without_a_class_has_an_empty_schema() -> None:
    assert introspect("aws:no/such:Thing").outputs == {}


def test_schemas_are_cached_in_a_file(tmp_path: Path) -> None:
    type_ = "random:index/randomId:RandomId"
    first = Schemas("random", tmp_path).of(type_)
    (file,) = tmp_path.glob("schema-random-*.json")
    file.write_text(file.read_text().replace('"hex"', '"fromTheFile"'))
    assert "hex" in first.outputs
    assert "fromTheFile" in Schemas("random", tmp_path).of(type_).outputs


def test_a_broken_cache_file_is_replaced(tmp_path: Path) -> None:
    type_ = "random:index/randomId:RandomId"
    Schemas("random", tmp_path).of(type_)
    (file,) = tmp_path.glob("schema-random-*.json")
    file.write_text("{")
    assert "hex" in Schemas("random", tmp_path).of(type_).outputs


def test_a_refused_transaction_leaves_nothing_behind(tmp_path: Path) -> None:
    account = Account(tmp_path / "account.db")
    try:
        with account.transaction():
            account.put(_record("a"))
            raise LookupError
    except LookupError:
        pass
    assert account.all("t") == []


def test_the_account_persists(tmp_path: Path) -> None:
    first = Account(tmp_path / "account.db")
    first.put(_record("a"))
    assert Account(tmp_path / "account.db").get("s", "t", "a") == _record("a")


def _record(id_: str) -> Record:
    inputs: Json = {"password": secret("hush")}
    return Record(
        package="aws", scope="s", type="t", id=id_, identity="", urn=URN, life=1, version=1, inputs=inputs, outputs={}
    )
