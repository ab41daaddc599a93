"""Values judged by AWS's own resource schemas, which cfn-lint carries."""
