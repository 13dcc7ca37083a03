// Package provider describes the upstream provider to the bridge such that tokens and property names equal those of the
// npm SDK. test/engine/aws-schema.test.ts compares the two for every resource that the library uses.
package provider

import (
	"context"

	aws "github.com/hashicorp/terraform-provider-aws/shim"
	framework "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

// Version is that of the npm SDK; the build sets it.
var Version string

// AWS describes the provider; metadata is what the generator of the schema wrote.
func AWS(metadata []byte) tfbridge.ProviderInfo {
	ctx := context.Background()
	older, newer, err := aws.New(ctx)
	if err != nil {
		panic(err)
	}
	upstream := framework.MuxShimWithPF(ctx, sdkv2.NewProvider(older), newer)
	info := tfbridge.ProviderInfo{
		P:                           upstream,
		Name:                        "aws",
		Version:                     Version,
		UpstreamRepoPath:            ".",
		MetadataInfo:                tfbridge.NewProviderMetadata(metadata),
		EnableAccurateBridgePreview: true,
		Resources:                   resources(),
	}
	info.IgnoreMappings = unused(upstream, info.Resources)
	info.SetAutonaming(255, "-")
	return info
}

// unused names everything upstream that has no place in the schema: no data source has one.
func unused(upstream shim.Provider, used map[string]*tfbridge.ResourceInfo) []string {
	var names []string
	upstream.ResourcesMap().Range(func(name string, _ shim.Resource) bool {
		if _, ok := used[name]; !ok {
			names = append(names, name)
		}
		return true
	})
	upstream.DataSourcesMap().Range(func(name string, _ shim.Resource) bool {
		names = append(names, name)
		return true
	})
	return names
}
