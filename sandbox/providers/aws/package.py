"""The aws package: any type of the SDK, with AWS's shapes, names and refusals from the tables in this folder.

As with the real provider, Check merges the provider's default tags into `tags`, so plans and policies see them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Sequence

from sandbox.providers.account import Account, Record
from sandbox.providers.aws.edge import refuse_log, refuse_record, refuse_unvalidated
from sandbox.providers.aws.iam.documents import IamDocuments
from sandbox.providers.aws.invokes import VPCS, answer
from sandbox.providers.aws.names import name_rule
from sandbox.providers.aws.render import Context, blank, fill, plausible
from sandbox.providers.aws.replacements import ALWAYS, REPLACES
from sandbox.providers.aws.rules import (
    DELETED_WITH,
    IN_USE,
    gets_late_logs,
    refuse_detachment,
    refuse_node_numbers,
    refuse_protected,
    refuse_subnet,
    refuse_unschedulable,
    users_of,
)
from sandbox.providers.aws.schemas.judge import Judge
from sandbox.providers.aws.shapes import SHAPES, Shape
from sandbox.providers.aws.unique import UNIQUE
from sandbox.providers.client import ApiServer
from sandbox.providers.naming import Failure, NameRule
from sandbox.providers.package import Birth, Call, Package, Refused, overlay
from sandbox.providers.schema import Schema, Schemas
from sandbox.providers.tokens import Token
from sandbox.providers.wire import UNKNOWN, Json, Value, dig, mapping, put, revealed, text

_GLOBAL = ("iam/", "route53/", "budgets/", "cloudfront/", "s3/bucket:")
_DEFAULT_ACCOUNT = "123456789012"
_NODE_GROUP = "eks/nodeGroup:NodeGroup"
_EMPTIED = {"iam/role:Role": "forceDetachPolicies", "s3/bucket:Bucket": "forceDestroy"}
"""The input with which the provider removes everything that uses a resource, and then deletes it."""


class Aws(Package):
    """aws:*."""

    def __init__(
        self,
        account: Account,
        schemas: Schemas,
        judge: Judge | None = None,
        api_server: ApiServer | None = None,
        address: str | None = None,
    ) -> None:
        """Without a judge values are accepted as they are; without an API server EKS clusters invent one.

        `address`: of the machine that runs Pulumi; without one it is inside the VPC, even before the VPC exists.
        """
        super().__init__("aws", account)
        self._schemas = schemas
        self._documents = IamDocuments(schemas.cache)
        self._judge = judge
        self._address = address
        self._clusters: Json = {} if api_server is None else _outputs_of(api_server)

    def configure(self, settings: Json) -> str:
        """A region is required, credentials are not."""
        return "" if text(settings, "region") else "Missing region information: set `region` on the aws provider"

    def forced_settings(self, settings: Json) -> Collection[str]:
        """The region: resources cannot move to another one."""
        del settings
        return ("region",)

    def check(self, call: Call, olds: Json, news: Json) -> tuple[Json, list[Failure]]:
        """Add default tags and a generated name, and judge values and IAM documents."""
        inputs, failures = super().check(call, olds, news)
        defaults = mapping(dig(call.settings, "defaultTags.tags"))
        if defaults and "tagsAll" in self._schema(call.type).outputs and inputs.get("tags") != UNKNOWN:
            inputs = put(inputs, "tags", {**defaults, **mapping(inputs.get("tags"))})
        documents = self._documents.failures(_short(call.type), inputs)
        failures += documents
        if self._judge:
            region = text(inputs, "region") or _region(call.settings)
            judged = self._judge.failures(_short(call.type), region, inputs, self._schema(call.type).inputs)
            known = {failure.property for failure in failures}
            faulty = tuple(failure.reason.partition(":")[0] for failure in documents)  # one message for each document
            failures += [each for each in judged if each.property not in known and not each.property.startswith(faulty)]
        return inputs, failures

    def naming(self, type_: str) -> NameRule | None:
        """From the table of names, or the class."""
        return name_rule(_short(type_), self._schema(type_))

    def forced(self, call: Call) -> Collection[str]:
        """From the table of replacements."""
        return (*ALWAYS, *REPLACES.get(_short(call.type), ()))

    def identity_fields(self, type_: str) -> Sequence[str]:
        """From the table of unique properties."""
        unique = UNIQUE.get(_short(type_))
        return unique.fields if unique else ()

    def taken(self, call: Call, inputs: Json) -> Refused:
        """With AWS's own code and message."""
        unique = UNIQUE[_short(call.type)]
        context = Context(Token(call.urn, 0), inputs, self._known(call, "", inputs), lambda _: "")
        return Refused(unique.code, str(fill(unique.message, context)))

    def scope(self, call: Call) -> str:
        """The region in the account, or the account for global types."""
        account = _account(call.settings)
        return account if _short(call.type).startswith(_GLOBAL) else f"{account}/{_region(call.settings)}"

    def make_id(self, call: Call, inputs: Json, token: Token) -> str:
        """From the table of shapes; without an entry the name, or a generated id."""
        shape = SHAPES.get(_short(call.type), Shape())
        rule = self.naming(call.type)
        bucket = text(inputs, "bucket") if _short(call.type).startswith("s3/bucket") else ""
        template = (
            shape.id or bucket or ("{name}" if rule else f"{_short(call.type).rpartition(':')[2].lower()}-{{hex16}}")
        )
        context = self._context(call, token, "", inputs)
        if template == "{arn}":
            template = shape.arn
        return str(fill(template, context))

    def outputs(self, birth: Birth, inputs: Json) -> Json:
        """The inputs, the shapes of the table, and a plausible value for every other output that AWS sets."""
        call = birth.call
        schema, shape = self._schema(call.type), SHAPES.get(_short(call.type), Shape())
        first_preview = birth.preview and not birth.id
        context = self._context(call, birth.token, birth.id, inputs)
        context["version"] = UNKNOWN if birth.preview else birth.version
        extra: dict[str, Value] = dict(shape.out)
        if "arn" in schema.outputs:
            extra["arn"] = shape.arn or _arn(call.type)
        if _short(call.type) == "eks/cluster:Cluster":
            extra |= self._clusters
        if "masterUserSecrets" in extra and dig(inputs, "manageMasterUserPassword") is not True:
            extra["masterUserSecrets"] = []
        extra = {name: blank(value) if first_preview else fill(value, context) for name, value in extra.items()}
        rule = self.naming(call.type)
        for name, output in schema.computed(inputs).items():
            if name not in extra:
                value = "" if name in schema.inputs and output.kind == "str" else None
                value = plausible(name, output, birth, _account(call.settings)) if value is None else value
                extra[name] = UNKNOWN if first_preview else value
        if rule and rule.instead and text(inputs, rule.instead) and not text(inputs, rule.path):
            extra[rule.path] = (
                UNKNOWN if first_preview else f"{text(inputs, rule.instead)}{birth.token.hex(26, 'name')}"
            )
        outputs = overlay(inputs, _provided(call, schema, inputs))
        return overlay(outputs, extra)

    def guard_create(self, call: Call, inputs: Json) -> None:
        """Check subnets, DNS records, certificates, add-ons without nodes, and secrets still scheduled for deletion."""
        opened = revealed(inputs)
        kind = _short(call.type)
        if kind == "ec2/subnet:Subnet":
            refuse_subnet(self.account, self.scope(call), _region(call.settings), opened)
        if kind == "eks/addon:Addon":
            refuse_unschedulable(self.account, self.scope(call), opened)
        if kind == _NODE_GROUP:
            refuse_node_numbers(opened)
        if kind == "route53/record:Record":
            refuse_record(self.account, self.scope(call), opened)
        if kind == "acm/certificateValidation:CertificateValidation":
            refuse_unvalidated(self.account, self.scope(call), _account(call.settings), opened)
        if kind == "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration":
            refuse_log(opened)
        if self.account.marked("secret-scheduled", self.scope(call), text(opened, "name")) and _is_secret(call.type):
            raise Refused(
                "InvalidRequestException",
                "You can't create this secret because a secret with this name is already scheduled for deletion.",
            )

    def updated(self, record: Record, olds: Json, news: Json) -> Json:
        """What the provider sends: a property that did not change keeps the value that it has in the account."""
        kept = {name: value for name, value in record.inputs.items() if name in news and olds.get(name) == news[name]}
        return {**news, **kept}

    def guard_update(self, call: Call, record: Record, inputs: Json) -> None:
        """Check the numbers of a node group."""
        del record
        if _short(call.type) == _NODE_GROUP:
            refuse_node_numbers(revealed(inputs))

    def guard_delete(self, call: Call, record: Record) -> None:
        """Refuse to delete a resource that is protected or in use."""
        scope = self.scope(call)
        refuse_protected(self.account, scope, record)
        refuse_detachment(self.account, scope, record)
        kind = _short(call.type)
        rule = IN_USE.get(kind)
        emptied = _EMPTIED.get(kind)
        if rule is None or (emptied and dig(record.inputs, emptied) is True):
            return
        scopes = self._scopes(call)
        parts = {(part.type, part.id) for part in users_of(self.account, scopes, DELETED_WITH.get(kind, ()), record.id)}
        users = users_of(self.account, scopes, rule.users, record.id)
        if any((user.type, user.id) not in parts for user in users):
            raise Refused(rule.code, rule.message.format(id=record.id))

    def after_delete(self, call: Call, record: Record) -> None:
        """Remove the resource's parts, and everything inside a cluster; late logs make its log group again."""
        scope = self.scope(call)
        kind = _short(call.type)
        parts = (*DELETED_WITH.get(kind, ()), *(IN_USE[kind].users if kind == "s3/bucket:Bucket" else ()))
        for part in users_of(self.account, self._scopes(call), parts, record.id):
            self.account.remove(part)
        if kind == "eks/cluster:Cluster":
            for item in self.account.within(text(record.outputs, "endpoint")):
                self.account.remove(item)
        if kind == "cloudwatch/logGroup:LogGroup" and gets_late_logs(self.account, scope, record.id):
            self.put(Call("", call.type, call.name, call.settings), {"name": record.id})
        if _is_secret(call.type) and dig(record.inputs, "recoveryWindowInDays") != 0:
            self.account.mark("secret-scheduled", scope, text(record.inputs, "name"))

    def invoke(self, token: str, args: Json, settings: Json) -> Json:
        """From the table of invokes."""
        found = answer(self.account, token, args, _account(settings), text(args, "region") or _region(settings))
        inside = token == VPCS and self._address is None and not found["ids"]
        return {**found, "ids": ["vpc-of-this-machine"]} if inside else found

    def _scopes(self, call: Call) -> Sequence[str]:
        """The scopes of a resource's users and parts: its own, and the region if it is global."""
        return sorted({self.scope(call), f"{_account(call.settings)}/{_region(call.settings)}"})

    def _schema(self, type_: str) -> Schema:
        return self._schemas.of(type_)

    def _known(self, call: Call, id_: str, inputs: Json) -> Json:
        rule = self.naming(call.type)
        name = dig(inputs, rule.path) if rule else dig(inputs, "name")
        return {
            "account": _account(call.settings),
            "region": text(inputs, "region") or _region(call.settings),
            "id": id_,
            "name": name if isinstance(name, str) and name else call.name,
        }

    def _context(self, call: Call, token: Token, id_: str, inputs: Json) -> Context:
        def look(key: str) -> str:
            return self._look(self.scope(call), key, inputs)

        return Context(token, inputs, self._known(call, id_, inputs), look)

    def _look(self, scope: str, key: str, inputs: Json) -> str:
        if key == "default_group":
            vpc = self.account.get(scope, "aws:ec2/vpc:Vpc", text(inputs, "vpcId"))
            return text(vpc.outputs, "defaultSecurityGroupId") if vpc else f"sg-default-{text(inputs, 'vpcId')}"
        subnets = dig(inputs, "subnetIds") or dig(inputs, "vpcConfig.subnetIds")
        first = subnets[0] if isinstance(subnets, list) and subnets else ""
        subnet = self.account.get(scope, "aws:ec2/subnet:Subnet", str(first))
        return text(subnet.inputs, "vpcId") if subnet else ""


def _short(type_: str) -> str:
    return type_.removeprefix("aws:")


def _is_secret(type_: str) -> bool:
    return type_ == "aws:secretsmanager/secret:Secret"


def _outputs_of(api_server: ApiServer) -> Json:
    authority = base64.b64encode(api_server.certificate_authority.read_bytes()).decode()
    return {"endpoint": api_server.url, "certificateAuthority": {"data": authority}}


def _region(settings: Json) -> str:
    return text(settings, "region")


def _account(settings: Json) -> str:
    allowed = dig(settings, "allowedAccountIds")
    if isinstance(allowed, list) and allowed:
        return str(allowed[0])
    roles = dig(settings, "assumeRoles")
    role = text(roles[0], "roleArn") if isinstance(roles, list) and roles else ""
    match = re.search(r":iam::(\d{12}):", role)
    return match[1] if match else _DEFAULT_ACCOUNT


def _arn(type_: str) -> str:
    module, _, name = _short(type_).partition("/")
    return f"arn:aws:{module}:{{region}}:{{account}}:{name.partition(':')[0].lower()}/{{id}}"


def _provided(call: Call, schema: Schema, inputs: Json) -> Json:
    """The outputs that the provider itself sets, known even in a preview."""
    provided: Json = {}
    if "region" in schema.outputs:
        provided["region"] = _region(call.settings)
    if "tagsAll" in schema.outputs:
        provided["tagsAll"] = inputs.get("tags") or {}
    return provided
