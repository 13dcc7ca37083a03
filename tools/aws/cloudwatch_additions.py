"""CloudWatch in CBOR (Smithy's RPC v2), which Amazon's clients speak, and moto does not: translated to and from the JSON that it does."""

import io
import json

from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer
from botocore.session import get_session
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

TARGET = "GraniteServiceVersion20100801"
PREFIX = f"/service/{TARGET}/operation/"


class Buffer(io.BufferedReader):
    """Bytes as botocore's parser reads them."""

    def __init__(self, content):
        super().__init__(io.BytesIO(content))


def decoded(content):
    return RpcV2CBORParser().parse_data_item(Buffer(content)) if content else {}


def encoded(answer, shape):
    serialized = bytearray()
    RpcV2CBORSerializer()._serialize_data_item(serialized, answer, shape)
    return bytes(serialized)


def text(key, value):
    """A map of texts, as an error is, in CBOR."""
    serialized = bytearray([0xA0 | len(key)])
    for part in (word for pair in zip(key, value) for word in pair):
        content = part.encode()
        serialized += bytes([0x79]) + len(content).to_bytes(2, "big") + content
    return bytes(serialized)


def install():
    model = get_session().get_service_model("cloudwatch")
    inner = DomainDispatcherApplication.__call__

    def call(self, environ, start_response):
        if not environ.get("PATH_INFO", "").startswith(PREFIX):
            return inner(self, environ, start_response)
        operation = environ["PATH_INFO"][len(PREFIX) :]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = json.dumps(decoded(environ["wsgi.input"].read(length)), default=lambda value: value.timestamp()).encode()
        environ = {
            **environ,
            "PATH_INFO": "/",
            "REQUEST_URI": "/",
            "RAW_URI": "/",
            "CONTENT_TYPE": "application/x-amz-json-1.0",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_X_AMZ_TARGET": f"{TARGET}.{operation}",
            "wsgi.input": io.BytesIO(body),
        }
        told = {}

        def started(status, headers, *rest):
            told["status"] = status

        content = b"".join(inner(self, environ, started))
        answer = json.loads(content) if content.strip() else {}
        shape = model.operation_model(operation).output_shape
        if not told["status"].startswith("2"):
            result = text(("__type", "message"), (answer.get("__type", "InternalFailure"), answer.get("message", answer.get("Message", ""))))
        elif shape is None:
            result = text((), ())
        else:
            result = encoded(answer, shape)
        start_response(
            told["status"],
            [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"), ("Content-Length", str(len(result)))],
        )
        return [result]

    DomainDispatcherApplication.__call__ = call
