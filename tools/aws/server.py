"""moto's server with what the services in use need and moto 5.2.5 has not, or has otherwise than AWS. Takes moto_server's arguments."""

import autoscaling_additions
import cloudfront_additions
import cloudwatch_additions
import ecr_additions
import ecs_additions
import elasticache_additions
import s3_additions
import small_additions

from moto.server import main

for additions in (
    autoscaling_additions,
    cloudfront_additions,
    cloudwatch_additions,
    ecr_additions,
    ecs_additions,
    elasticache_additions,
    s3_additions,
    small_additions,
):
    additions.install()

main()
