package provider

import (
	"context"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// No component resources: they alone need the half a million lines of the Go SDK, most of what there is to compile.
var resourceProviders map[string]resource.ResourceProviderFactory

// Construct refuses the component resources that the official plugin has.
func (k *kubeProvider) Construct(_ context.Context, req *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	return nil, status.Errorf(codes.Unimplemented,
		"%s is not in this build of the kubernetes provider, which leaves out Chart, ConfigFile, ConfigGroup and Directory; "+
			"use the official plugin for it", req.GetType())
}
