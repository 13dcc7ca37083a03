// Package providers describes the upstream providers to the bridge such that tokens and property names equal those of
// the npm SDKs. test/engine/schema.test.ts compares the two for every resource that the library uses.
package providers

import (
	framework "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"

	tls "github.com/hashicorp/terraform-provider-tls/shim"
	docker "github.com/terraform-providers/terraform-provider-docker/shim"
	random "github.com/terraform-providers/terraform-provider-random/shim"
)

// Versions of the npm SDKs that the providers stand behind; the plugins are installed under them.
const (
	DockerVersion = "5.2.0"
	RandomVersion = "4.21.2"
	TLSVersion    = "5.6.1"
)

// noMetadata lets tfgen run before bridge-metadata.json exists.
func noMetadata() *tfbridge.MetadataInfo {
	return tfbridge.NewProviderMetadata([]byte("{}"))
}

// Docker describes kreuzwerker's provider.
func Docker() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:                sdkv2.NewProvider(docker.New(DockerVersion)),
		Name:             "docker",
		Version:          DockerVersion,
		GitHubOrg:        "kreuzwerker",
		UpstreamRepoPath: ".",
		MetadataInfo:     noMetadata(),
		Config:           map[string]*tfbridge.SchemaInfo{"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()}},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_image":  {Tok: "docker:index/remoteImage:RemoteImage", Fields: map[string]*tfbridge.SchemaInfo{"name": {Name: "name"}}},
			"docker_config": {Tok: "docker:index/serviceConfig:ServiceConfig"},
			// Two containers cannot hold one name or one published port.
			"docker_container": {
				Tok:                 "docker:index/container:Container",
				DeleteBeforeReplace: true,
				Fields: map[string]*tfbridge.SchemaInfo{
					"command":           {Name: "command"},
					"networks_advanced": {Name: "networksAdvanced"},
				},
			},
		},
	}
	info.MustComputeTokens(tokens.SingleModule("docker_", "index", tokens.MakeStandard("docker")))
	info.SetAutonaming(255, "-")
	return info
}

// Random describes HashiCorp's random provider.
func Random() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:                           framework.ShimProvider(random.New()),
		Name:                        "random",
		Version:                     RandomVersion,
		UpstreamRepoPath:            ".",
		MetadataInfo:                noMetadata(),
		EnableAccurateBridgePreview: true,
	}
	standard := tokens.MakeStandard("random")
	info.MustComputeTokens(tokens.SingleModule("random_", "index", func(module, name string) (string, error) {
		return standard(module, "Random"+name)
	}))
	return info
}

// TLS describes HashiCorp's tls provider.
func TLS() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:                           framework.ShimProvider(tls.New()),
		Name:                        "tls",
		Version:                     TLSVersion,
		UpstreamRepoPath:            ".",
		MetadataInfo:                noMetadata(),
		EnableAccurateBridgePreview: true,
	}
	info.MustComputeTokens(tokens.SingleModule("tls_", "index", tokens.MakeStandard("tls")))
	return info
}
