"""Opens a recording with the official `mcap` package and decodes what is in it.

    pip install mcap jsonschema pillow numpy
    python crates/recording/tests/official_reader.py runs/FILE.mcap

Exits with an error if a message does not follow its schema, a picture does not
decode, or something that every run has is missing.
"""

import base64
import io
import json
import sys
from collections import Counter

import numpy
from jsonschema import Draft202012Validator
from mcap.reader import make_reader
from PIL import Image


def picture(message):
    image = Image.open(io.BytesIO(base64.b64decode(message["data"])))
    image.load()
    assert image.format.lower() == message["format"] and image.mode == "RGB", image
    return image.size


def depth(message):
    metres = numpy.frombuffer(base64.b64decode(message["data"]), dtype="<f4")
    metres = metres.reshape(message["height"], message["step"] // 4)
    assert message["encoding"] == "32FC1" and numpy.isfinite(metres).all()
    return metres.shape[::-1]


def joint_states(message):
    for joint in message["joints"]:
        assert {"name", "position", "velocity", "effort"} <= joint.keys(), message
    return len(message["joints"])


CHECKS = {
    "/camera/image": picture,
    "/camera/depth": depth,
    "/joint_states": joint_states,
    "/log": lambda message: message["level"] in (2, 3, 4) and message["name"],
}


def main(path):
    counts, sizes, validators = Counter(), {}, {}
    with open(path, "rb") as file:
        reader = make_reader(file, validate_crcs=True)
        summary = reader.get_summary()
        for schema, channel, message in reader.iter_messages(log_time_order=False):
            assert channel.message_encoding == "json" and schema.encoding == "jsonschema"
            content = json.loads(message.data)
            if schema.name not in validators:
                text = json.loads(schema.data)
                Draft202012Validator.check_schema(text)
                validators[schema.name] = Draft202012Validator(text)
            # What has no value is null, whatever its type.
            content = {key: value for key, value in content.items() if value is not None}
            validators[schema.name].validate(content)
            counts[f"{channel.topic} ({schema.name})"] += 1
            if channel.topic in CHECKS:
                sizes[channel.topic] = CHECKS[channel.topic](content)
    if summary is None:
        print("no summary: the recording was cut off")
    else:
        assert summary.statistics.message_count == sum(counts.values())
        print(f"{len(summary.chunk_indexes)} chunks")
    for topic, count in sorted(counts.items()):
        print(f"{count:7} {topic}")
    missing = set(CHECKS) - set(sizes)
    assert not missing, f"nothing on {missing}"
    assert sizes["/camera/image"] == sizes["/camera/depth"], sizes
    print(f"pictures of {sizes['/camera/image']}, {sizes['/joint_states']} joints: all is well")


if __name__ == "__main__":
    main(sys.argv[1])
