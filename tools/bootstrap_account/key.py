"""The KMS key of Pulumi's state: it encrypts the secrets in it, and the objects of the bucket."""

from collections.abc import Sequence
from typing import Any

from tools.bootstrap_account.calls import found
from tools.steps import Part, Step

TAG = {"TagKey": "Environment", "TagValue": "pulumi-state"}
"""A value that is no stage: without the tag, the deploy role of a stage could make the key its own."""


def find_key(kms: Any, alias: str) -> dict[str, Any]:
    """Metadata of the key with this alias; empty without one."""
    return found(kms.describe_key, "NotFoundException", KeyId=alias).get("KeyMetadata", {})


def key_part(kms: Any, alias: str, region: str, stages: Sequence[str]) -> Part:
    """The key, with its alias and yearly rotation. `stages`: values that its tag must not have."""
    title = f"KMS key {alias} in {region}"
    key = find_key(kms, alias)
    if not key:
        return Part(title, [Step("create it, with yearly rotation", lambda: _create(kms, alias))])
    key_id = str(key["KeyId"])
    faults = _unusable(key)
    if faults:
        return Part(title, faults=faults)
    steps: list[Step] = []
    if not kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"]:
        steps.append(Step("turn on yearly rotation", lambda: kms.enable_key_rotation(KeyId=key_id)))
    tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key_id)["Tags"]}
    stage = tags.get(TAG["TagKey"])
    if stage is None:
        words = f"tag it {TAG['TagKey']}={TAG['TagValue']}, so that no deploy role can make it its own"
        steps.append(Step(words, lambda: kms.tag_resource(KeyId=key_id, Tags=[TAG])))
    elif stage in stages:
        faults.append(
            f"is tagged {TAG['TagKey']}={stage}, so the deploy role of {stage} may change it. Change the tag: "
            f"aws kms tag-resource --key-id {key_id} --tags TagKey={TAG['TagKey']},TagValue={TAG['TagValue']}"
        )
    return Part(title, steps, faults)


def _unusable(key: dict[str, Any]) -> list[str]:
    """Why the key cannot encrypt the state, with the remedy; empty if it can."""
    key_id, state, spec = key["KeyId"], key["KeyState"], key["KeySpec"]
    enable = f"aws kms enable-key --key-id {key_id}"
    if spec != "SYMMETRIC_DEFAULT":
        return [f"is a key of type {spec}, which cannot encrypt the state. Write another ci.stateKeyAlias."]
    if state == "PendingDeletion":
        return [
            f"will be deleted on {key['DeletionDate']:%Y-%m-%d}, and then the state cannot be read. "
            f"Keep it: aws kms cancel-key-deletion --key-id {key_id}; {enable}"
        ]
    if state != "Enabled":
        return [f"is {state}, so the state cannot be read. Enable it: {enable}"]
    return []


def _create(kms: Any, alias: str) -> None:
    key_id = kms.create_key(Description="Pulumi's state and the secrets in it", Tags=[TAG])["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=alias, TargetKeyId=key_id)
    kms.enable_key_rotation(KeyId=key_id)
