// The provider that the program's Kubernetes objects and Helm releases are sent to, as Pulumi releases it: its plugins
// are downloaded from a place that these tests do not reach, so it is built from the same sources.
package main

import "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

// Set by the linker: the version of the SDK, which the engine asks for.
var version string

func main() {
	// The schema and the mapping serve code generators, not operations.
	provider.Serve("kubernetes", version, []byte("{}"), []byte("{}"))
}
