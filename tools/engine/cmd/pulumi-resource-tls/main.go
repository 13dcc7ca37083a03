// The tls provider as a Pulumi plugin.
package main

import (
	"context"
	_ "embed"

	"ha-registry.dev/engine/providers"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
)

//go:embed schema.json
var schema []byte

//go:embed bridge-metadata.json
var metadata []byte

func main() {
	tfbridge.Main(context.Background(), "tls", providers.TLS(), tfbridge.ProviderMetadata{
		PackageSchema:  schema,
		BridgeMetadata: metadata,
	})
}
