// Writes the Pulumi schema of the Docker provider.
package main

import (
	"ha-registry.dev/engine/providers"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
)

func main() {
	tfgen.Main("docker", providers.DockerVersion, providers.Docker())
}
