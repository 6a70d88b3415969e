"""What schemathesis.py adds to Schemathesis, which loads this file by SCHEMATHESIS_HOOKS.

Many checks send a request without a token or with a wrong one, and want a 401. The server answers so until
such requests come too often from one address, and then 429, with the seconds after which to ask again. That
says nothing about the request, which is therefore sent again then: what is checked is the answer to it.
Sound is sent as bytes.
"""

import time

import schemathesis
from schemathesis.transport.requests import RequestsTransport

LIMIT = b"urn:enact:problem:too-many-requests"
# Times that a request is sent again: another one may have taken its place meanwhile.
AGAIN = 5



@schemathesis.serializer("audio/wav")
def as_sound(_context, value):
    """Sends whatever was drawn as the bytes of a file: none of it is sound."""
    return value if isinstance(value, bytes) else str(value).encode()


send_once = RequestsTransport.send


def wait_of(response):
    """Returns for how many seconds a request is to wait; None if it was answered, whichever way."""
    if response.status_code != 429 or LIMIT not in response.content:
        return None
    # Without this header it is a finding, and stays one.
    seconds = response.headers.get("retry-after")
    return int(seconds[0]) if seconds else None


def send(self, case, **kwargs):
    response = send_once(self, case, **kwargs)
    for _ in range(AGAIN):
        seconds = wait_of(response)
        if seconds is None:
            break
        time.sleep(seconds)
        response = send_once(self, case, **kwargs)
    return response


RequestsTransport.send = send
