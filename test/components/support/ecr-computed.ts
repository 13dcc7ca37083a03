/** Account that mocked resources of AWS are in. */
export const mockedAccount = "111122223333";

type Compute = (name: string, inputs: Record<string, unknown>) => Record<string, unknown>;

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const regional =
  (service: string, kind: string): Compute =>
  (name, { region }) => ({ arn: `arn:aws:${service}:${text(region)}:${mockedAccount}:${kind}/${name}` });

const nothing: Compute = () => ({});

/** What AWS would compute for the resources of an `EcrRegistry`. */
export const ecrComputed: Record<string, Compute> = {
  "aws:ec2/securityGroup:SecurityGroup": nothing,
  "aws:ec2/vpcEndpoint:VpcEndpoint": nothing,
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": nothing,
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": nothing,
  "aws:ecr/registryPolicy:RegistryPolicy": nothing,
  "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": nothing,
  "aws:ecr/replicationConfiguration:ReplicationConfiguration": nothing,
  "aws:ecr/repository:Repository": (_, { name, region }) => ({
    registryId: mockedAccount,
    repositoryUrl: `${mockedAccount}.dkr.ecr.${text(region)}.amazonaws.com/${text(name)}`,
  }),
  "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": nothing,
  "aws:ecr/repositoryPolicy:RepositoryPolicy": nothing,
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (_, { url }) => ({
    arn: `arn:aws:iam::${mockedAccount}:oidc-provider/${text(url).replace("https://", "")}`,
  }),
  "aws:iam/role:Role": (name) => ({ name: `${name}-0a1b2c3`, arn: `arn:aws:iam::${mockedAccount}:role/${name}-0a1b2c3` }),
  "aws:iam/rolePolicy:RolePolicy": nothing,
  "aws:kms/key:Key": regional("kms", "key"),
  "aws:secretsmanager/secret:Secret": regional("secretsmanager", "secret"),
  "aws:secretsmanager/secretVersion:SecretVersion": nothing,
  "aws:signer/signingProfile:SigningProfile": regional("signer", "/signing-profiles"),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": nothing,
};
