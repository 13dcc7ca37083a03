// The Docker provider as a Pulumi plugin.
package main

import (
	_ "embed"

	"ha-registry.dev/engine/providers"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
)

//go:embed schema.json
var schema []byte

func main() {
	tfbridge.Main("docker", providers.DockerVersion, providers.Docker(), schema)
}
