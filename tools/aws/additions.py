"""What the additions to moto share."""

from collections import defaultdict

from moto.core.exceptions import ServiceException


class Region:
    """Objects of a service in one region of one account, by kind and name."""

    def __init__(self, account, name):
        self.account = account
        self.name = name
        self.objects = defaultdict(dict)

    def arn(self, service, kind, name):
        return f"arn:aws:{service}:{self.name}:{self.account}:{kind}:{name}"


_regions = {}


def region_of(response, service):
    """The objects of a service for the request that a response of moto is for."""
    key = (service, response.current_account, response.region)
    if key not in _regions:
        _regions[key] = Region(response.current_account, response.region)
    return _regions[key]


def refusals_of(service):
    """What ends a request with an error of a service: moto knows whose it is by the module that declares its class."""
    error_class = type("Refusal", (ServiceException,), {"__module__": f"moto.{service}.exceptions"})

    def refuse(code, message):
        raise error_class(code, message)

    return refuse


def extend(response_class, additions_class):
    """Gives a class of responses the operations of another, which take the place of its own."""
    for name, member in vars(additions_class).items():
        if not name.startswith("__"):
            setattr(response_class, name, member)
