"""IAM documents in the inputs of aws resources."""
