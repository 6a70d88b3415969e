"""Compares `enact camera calibrate` with OpenCV on folders of calibration pictures.

    python compare.py ENACT LABELS [LABELS …]

ENACT is the program. LABELS is a JSON list of pictures beside it, each with `file`, `setup` (pictures of one
camera and board) and `board`: `{"type": "chessboard", "inner_corners": [9, 6], "square_m": 0.025}` or
`{"type": "charuco", "squares": [5, 7], "dictionary": "DICT_6X6_250", "square_m": 0.04, "marker_m": 0.02}`; pictures without a board
are passed over. Requires `numpy` and `opencv-python-headless`.

Both see the same pictures. A set passes when it is refused because its boards lean alike by OpenCV's fit, too, or when the board is found in as many views (± 1), the RMS error is at most 5 % above
OpenCV's, and focal lengths and principal point differ by at most 0.5 %, where OpenCV fits the views that both found.
"""

import collections
import json
import os
import subprocess
import sys
import tempfile

import cv2
import numpy as np


def spec(board):
    if board["type"] == "chessboard":
        return "chessboard:{}x{}:{}".format(*board["inner_corners"], board["square_m"])
    legacy = ":legacy" if board.get("legacy") else ""
    return "charuco:{}x{}:{}:{}:{}{}".format(
        *board["squares"], board["square_m"], board["marker_m"], board["dictionary"], legacy
    )


def seen(board, picture):
    """Returns (points on the board, points in the picture), or None."""
    if board["type"] == "chessboard":
        columns, rows = board["inner_corners"]
        found, corners = cv2.findChessboardCorners(picture, (columns, rows))
        if not found:
            return None
        stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 100, 1e-4)
        corners = cv2.cornerSubPix(picture, corners, (5, 5), (-1, -1), stop)
        grid = np.zeros((columns * rows, 3), np.float32)
        grid[:, :2] = np.mgrid[:columns, :rows].T.reshape(-1, 2) * board["square_m"]
        return grid, corners.reshape(-1, 1, 2).astype(np.float32)
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, board["dictionary"]))
    charuco = cv2.aruco.CharucoBoard(tuple(board["squares"]), board["square_m"], board["marker_m"], dictionary)
    if board.get("legacy"):
        charuco.setLegacyPattern(True)
    corners, ids, _, _ = cv2.aruco.CharucoDetector(charuco).detectBoard(picture)
    if ids is None or len(ids) < 6:
        return None
    points, pixels = charuco.matchImagePoints(corners, ids)
    return points.astype(np.float32), pixels.astype(np.float32)


def opencv(views, size):
    if len(views) < 3:
        return None
    points, pixels = zip(*views)
    rms, camera, lens, turns, _, std, _, _ = cv2.calibrateCameraExtended(points, pixels, size, None, None)
    normals = [cv2.Rodrigues(turn)[0][:, 2] for turn in turns]
    return {
        "tilt_deg": max(np.degrees(np.arccos(np.clip(a @ b, -1, 1))) for a in normals for b in normals),
        "rms_px": rms,
        "fx": camera[0, 0],
        "fy": camera[1, 1],
        "cx": camera[0, 2],
        "cy": camera[1, 2],
        "distortion": lens.ravel()[:5].tolist(),
        "std": std.ravel()[:9].tolist(),
    }


def enact(program, folder, board):
    command = [program, "camera", "calibrate", "--images", folder, "--board", spec(board), "--json"]
    answer = subprocess.run(command, capture_output=True, text=True)
    if not answer.stdout.strip():
        sys.exit(f"{' '.join(command)}: {answer.stderr}")
    return json.loads(answer.stdout)


def compare(program, name, board, files):
    with tempfile.TemporaryDirectory() as folder:
        views = {}
        for file in files:
            os.symlink(os.path.abspath(file), os.path.join(folder, os.path.basename(file)))
            picture = cv2.imread(file, cv2.IMREAD_GRAYSCALE)
            size = picture.shape[::-1]
            view = seen(board, picture)
            if view is not None:
                views[os.path.basename(file)] = view
        ours = enact(program, folder, board)
    used = {picture["name"] for picture in ours["pictures"] if picture["used"]}
    theirs = opencv([view for file, view in views.items() if file in used], size)
    print(f"{name}: {len(files)} pictures, found by OpenCV {len(views)}, by enact {len(used)}")
    faults = [] if len(used) >= len(views) - 1 else ["views"]
    if theirs is None:
        print("  OpenCV has too few views")
        return faults
    tilt, focal = theirs["tilt_deg"], theirs["std"][0] / theirs["fx"]
    if ours["refused"]:
        print("  refused:", "; ".join(ours["refused"]))
        print(f"  OpenCV: rms {theirs['rms_px']:.3f} px, focal length ± {100 * focal:.1f} %, boards within {tilt:.1f}°")
        # A board that only slid fits any focal length.
        return faults if tilt < 10 else faults + ["refused"]
    print(f"  boards within {tilt:.1f}° by OpenCV, {ours['tilt_spread_deg']:.1f}° by enact")
    for key in ["rms_px", "fx", "fy", "cx", "cy"]:
        change = ours[key] / theirs[key] - 1
        print(f"  {key:6} enact {ours[key]:10.4f}  OpenCV {theirs[key]:10.4f}  {100 * change:+7.3f} %")
        if change > 0.05 if key == "rms_px" else abs(change) > 0.005:
            faults.append(key)
    print("  std    enact", {key: round(value, 4) for key, value in ours["std"].items()})
    print("         OpenCV", [round(value, 4) for value in theirs["std"]])
    print("  distortion enact", [round(value, 4) for value in ours["distortion"]])
    print("             OpenCV", [round(value, 4) for value in theirs["distortion"]])
    return faults


def main():
    program, *labels = sys.argv[1:]
    failed = 0
    for path in labels:
        sets = collections.defaultdict(list)
        with open(path) as file:
            for entry in json.load(file):
                if entry.get("board"):
                    sets[entry["setup"]].append(entry)
        for name, entries in sets.items():
            folder = os.path.dirname(os.path.abspath(path))
            files = [os.path.join(folder, entry["file"]) for entry in entries]
            faults = compare(program, name, entries[0]["board"], files)
            print("  " + ("pass" if not faults else "FAIL: " + ", ".join(faults)))
            failed += bool(faults)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
