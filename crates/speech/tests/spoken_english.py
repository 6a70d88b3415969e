#!/usr/bin/env python3
"""Spoken English by espeak-ng through real weights: word errors, stops heard early, noise refused.

usage: spoken_english.py MODEL_FOLDER [TRANSCRIBE]

MODEL_FOLDER is a Whisper model as on Hugging Face; whisper_weights.py makes one. TRANSCRIBE is the
built example (`cargo build -p enact-speech --features whisper --example transcribe`). Needs espeak-ng. A synthetic
voice is harder to understand than a person. The program is told what is on the table, as `enact` does,
unless CONTEXT is set to something else, such as nothing.
"""

import json
import math
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import wave

os.environ.setdefault(
    "CONTEXT",
    "A robot arm at a table. Cube, ball, cylinder, block, bowl, tray, gripper. Red, green, blue, yellow, "
    "orange, purple. Put, pick up, stack, push, move, do not touch, go home, stop.",
)
VOICES = [("en-us", 150, 50), ("en-gb", 140, 60)]
INSTRUCTIONS = """put the red cube in the blue bowl
stack the green cube on the yellow cube
pick up the orange ball
go home
push the blue cylinder to the left
point at the green ball
put all the cubes in the bowl
move the red cube behind the yellow bowl
place the purple cube next to the orange ball
do not touch the blue cube
what can you see
put the yellow ball back on the table
turn the green cube by ninety degrees
where is the red ball
open the gripper
put the small cube in front of the bowl""".splitlines()
STOPS = """stop
stop stop
halt
please stop
no stop now
put the red cube in the, stop, stop
move the blue cylinder, no, stop the arm
pick up the orange ball and, halt, halt""".splitlines()


def say(text, voice, path):
    name, speed, pitch = voice
    subprocess.run(
        ["espeak-ng", "-v", name, "-s", str(speed), "-p", str(pitch), "-w", path, text], check=True
    )


def write(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        whole = (max(-32768, min(32767, round(32767 * x))) for x in samples)
        file.writeframes(b"".join(struct.pack("<h", x) for x in whole))


def noises(folder):
    """Writes what nobody said."""
    draw = random.Random(1)
    count = 3 * 16000
    knocks = [0.0] * count
    for at in range(4000, count - 2000, 9000):
        for i in range(800):
            knocks[at + i] = 0.8 * math.exp(-i / 120) * draw.uniform(-1, 1)
    motor = lambda i: sum(0.08 / k * math.sin(2 * math.pi * 120 * k * i / 16000) for k in (1, 2, 3, 5))
    tune = lambda i: 0.2 * math.sin(2 * math.pi * (330, 392, 440, 523)[i // 6000 % 4] * i / 16000)
    sounds = {
        "silence": [0.0] * count,
        "hiss": [0.02 * draw.gauss(0, 1) for _ in range(count)],
        "loud noise": [0.3 * draw.gauss(0, 1) for _ in range(count)],
        "motor": [motor(i) + 0.01 * draw.gauss(0, 1) for i in range(count)],
        "tune": [tune(i) for i in range(count)],
        "knocks": knocks,
    }
    paths = []
    for name, samples in sounds.items():
        paths.append(folder / f"{name}.wav")
        write(paths[-1], samples)
    return paths


def heard(program, model, paths, *options):
    command = [*program, *options, model, *map(str, paths)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [json.loads(line)["heard"] for line in lines]


def words(text):
    return re.findall(r"[a-z0-9']+", text.lower().replace("90", "ninety").replace("colour", "color"))


def errors(said, got):
    """Edit distance in words."""
    row = list(range(len(got) + 1))
    for i, a in enumerate(said, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(got, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    model = sys.argv[1]
    cargo = "cargo run -q -p enact-speech --features whisper --example transcribe --".split()
    program = [sys.argv[2]] if len(sys.argv) == 3 else cargo
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)

        def spoken(texts):
            paths, said = [], []
            for v, voice in enumerate(VOICES):
                for i, text in enumerate(texts):
                    paths.append(folder / f"{len(texts)}-{v}-{i}.wav")
                    say(text, voice, str(paths[-1]))
                    said.append(text)
            return paths, said

        paths, said = spoken(INSTRUCTIONS)
        answers = heard(program, model, paths)
        wrong = total = exact = taken = 0
        for text, answer in zip(said, answers):
            count = errors(words(text), words(answer["text"]))
            wrong, total = wrong + count, total + len(words(text))
            exact += count == 0
            taken += answer["doubt"] is None
            if count or answer["doubt"]:
                print(f"  {text!r}: {answer['text']!r} {answer['confidence']:.2f}", answer["doubt"] or "")
        print(f"word error rate {wrong / total:.1%}; {exact} of {len(said)} sentences exact; {taken} taken")
        voiced = sum(answer["utterances"] == 1 for answer in answers)
        print(f"heard as one utterance: {voiced} of {len(said)}")

        early = heard(program, model, paths, "--spot")
        false_stops = [s for s, e in zip(said, early) if e["stop_after"] is not None]
        print(f"stops heard in instructions: {len(false_stops)} of {len(said)}", *false_stops)

        paths, said = spoken(STOPS)
        early, late = heard(program, model, paths, "--spot"), heard(program, model, paths)
        found = 0
        for text, spot, whole in zip(said, early, late):
            found += spot["stop_after"] is not None or whole["stop"]
            print(f"  {text!r}: after {spot['stop_after']} s of {whole['seconds']:.1f} s; {whole['text']!r}")
        print(f"stops heard: {found} of {len(said)}")

        paths = noises(folder)
        answers = heard(program, model, paths)
        refused = sum(a["doubt"] is not None or a["utterances"] == 0 for a in answers)
        for path, answer in zip(paths, answers):
            print(f"  {path.stem}: {answer['text']!r}: {answer['doubt']}, {answer['utterances']} utterances")
        print(f"noises refused: {refused} of {len(paths)}")
        assert refused == len(paths), "noise became an instruction"
        assert found >= 0.7 * len(said), "stops are missed"
        assert wrong <= 0.25 * total, "too many words are wrong"


if __name__ == "__main__":
    main()
