"""ECS lists no cluster that was deleted; moto does."""

from moto.ecs.models import EC2ContainerServiceBackend


def install():
    def list_clusters(self):
        return [cluster.arn for cluster in self.clusters.values() if cluster.status != "INACTIVE"]

    EC2ContainerServiceBackend.list_clusters = list_clusters
