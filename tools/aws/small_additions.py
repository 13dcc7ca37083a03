"""Single operations that moto has not, or has otherwise than AWS."""


def install():
    pass
