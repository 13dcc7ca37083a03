// The aws provider as a Pulumi plugin.
package main

import (
	"context"
	_ "embed"

	"ha-registry.dev/aws-provider/provider"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
)

//go:embed schema.json
var schema []byte

//go:embed bridge-metadata.json
var metadata []byte

func main() {
	tfbridge.MainWithMuxer(context.Background(), "aws", provider.AWS(metadata), schema)
}
