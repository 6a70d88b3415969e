"""The eyes of a world, in a process of their own: MJPEG streams, and perception by truth behind OpenAI's chat protocol."""

import io
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import mujoco
import numpy as np
from PIL import Image

from worlds import HEIGHT, WIDTH

QUALITY = 92
BOUNDARY = b"frame"
ENOUGH = 40  # rays to look for a thing with


class Film:
    """The newest picture of a camera. Pictures are taken only while somebody waits for them."""

    def __init__(self):
        self.changed = threading.Condition()
        self.waiting = 0
        self.picture, self.stamp, self.number = None, 0.0, 0

    def publish(self, picture, stamp):
        with self.changed:
            self.picture, self.stamp = picture, stamp
            self.number += 1
            self.changed.notify_all()

    def next(self, after):
        with self.changed:
            self.waiting += 1
            self.changed.wait_for(lambda: self.number > after, timeout=60)
            self.waiting -= 1
            return self.picture, self.stamp, self.number


class Scene:
    """A copy of the world's model in the state that the world published last."""

    def __init__(self, folder, things, view, state):
        self.model = mujoco.MjModel.from_binary_path(str(folder / "world.mjb"))
        self.model.vis.global_.fovy = view.fov
        # The package's 8192 and 8 take three times as long without a GPU, for the same picture.
        self.model.vis.quality.shadowsize, self.model.vis.quality.offsamples = 2048, 4
        self.things, self.view, self.state = things, view, state
        self.looking = mujoco.MjData(self.model)
        self.judging = mujoco.MjData(self.model)
        self.lock = threading.Lock()

    def follow(self, data):
        """Brings `data` to the newest state; returns when that was, by the clock on the wall."""
        with self.state.get_lock():
            values = np.array(self.state[: self.model.nq + 1])
        data.qpos[:] = values[1:]
        mujoco.mj_forward(self.model, data)
        return float(values[0])

    def visible(self):
        """Returns the label of each thing of which something is seen, and where: column and row of 1000."""
        with self.lock:
            self.follow(self.judging)
            seen = [(thing.label, self.middle(thing.body)) for thing in self.things]
        return [(label, place) for label, place in seen if place is not None]

    def middle(self, body):
        """The pixel of a body nearest to its middle that nothing hides."""
        model, data, view = self.model, self.judging, self.view
        hit = np.zeros(1, dtype=np.int32)
        seen = []
        for point in self.surface(body):
            way = point - view.eye
            away = np.linalg.norm(way)
            found = mujoco.mj_ray(model, data, view.eye, way / away, None, 1, -1, hit)
            if hit[0] >= 0 and model.geom_bodyid[hit[0]] == body and found > 0:
                seen.append(view.project(view.eye + found * way / away)[:2])
        seen = [(x, y) for x, y in seen if 0 <= x < WIDTH and 0 <= y < HEIGHT]
        if not seen:
            return None
        wanted = view.project(data.xpos[body])[:2]
        x, y = min(seen, key=lambda pixel: np.hypot(*(pixel - wanted)))
        return [min(round(1000 * x / WIDTH), 1000), min(round(1000 * y / HEIGHT), 1000)]

    def surface(self, body):
        """Points in and around the middle of a body."""
        rng = np.random.default_rng(0)
        first, count = self.model.body_geomadr[body], self.model.body_geomnum[body]
        center = self.judging.xpos[body]
        reach = max(float(self.model.geom_rbound[geom]) for geom in range(first, first + count))
        spread = rng.normal(0, reach / 2, (ENOUGH, 3))
        spread[:, 2] = 0.0
        return [center, *(self.judging.geom_xpos[first : first + count]), *(center + spread)]


def answer(request, scene):
    """Answers a request for the objects in a picture; None if it asks for something else."""
    schema = (request.get("response_format") or {}).get("json_schema", {}).get("schema", {})
    text = json.dumps(request.get("messages", ""))
    if "point" not in json.dumps(schema) and "point" not in text:
        return None
    found = [{"point": [y, x], "label": label} for label, (x, y) in scene.visible()]
    lists = [name for name, entry in schema.get("properties", {}).items() if entry.get("type") == "array"]
    return json.dumps({lists[0]: found} if lists else found)


class Server:
    """Serves `/overhead` (MJPEG), `/overhead.jpg` (one picture) and `/v1/chat/completions`."""

    def __init__(self):
        self.films = {"overhead": Film(), "wrist": Film()}
        self.scene = None
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                name = self.path.strip("/")
                film = server.films.get(name.removesuffix(".jpg"))
                if name == "v1/models":
                    self.reply(200, "application/json", json.dumps({"data": [{"id": "truth"}]}).encode())
                elif film is None:
                    self.reply(404, "text/plain", b"there is /overhead and /wrist, each also with .jpg")
                elif name.endswith(".jpg"):
                    self.reply(200, "image/jpeg", film.next(film.number)[0])
                else:
                    self.stream(film)

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                content = answer(request, server.scene)
                if content is None:
                    error = {"error": {"message": "this server says what is in a picture, and nothing else"}}
                    return self.reply(400, "application/json", json.dumps(error).encode())
                message = {"role": "assistant", "content": content}
                said = {"model": "truth", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
                return self.reply(200, "application/json", json.dumps(said).encode())

            def reply(self, status, kind, body):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def stream(self, film):
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.send_header("Connection", "close")
                self.end_headers()
                number = film.number
                try:
                    while True:
                        picture, stamp, number = film.next(number)
                        head = f"Content-Type: image/jpeg\r\nX-Timestamp: {stamp:.3f}\r\nContent-Length: {len(picture)}\r\n\r\n"
                        self.wfile.write(b"--" + BOUNDARY + b"\r\n" + head.encode() + picture + b"\r\n")
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


def run(pipe, state, fps, wants_wrist):
    """Renders what is waited for. The pipe brings scenes, and None at the end."""
    server = Server()
    pipe.send(server.http.server_address[1])
    camera, renderer = mujoco.MjvCamera(), None
    takes = []
    while True:
        if pipe.poll(0.0 if renderer is not None and server.films["overhead"].waiting else 0.01):
            message = pipe.recv()
            if message is None:
                break
            if renderer is not None:
                renderer.close()
            server.scene = scene = Scene(*message, state)
            renderer = mujoco.Renderer(scene.model, HEIGHT, WIDTH)
            for key, value in scene.view.free.items():
                setattr(camera, key, value)
            pipe.send(float(np.median(takes)) if takes else 0.0)
        begun, is_idle = time.monotonic(), True
        for name, film in server.films.items():
            if renderer is None or not film.waiting or (name == "wrist" and not wants_wrist):
                continue
            stamp = scene.follow(scene.looking)
            renderer.update_scene(scene.looking, camera if name == "overhead" else "wrist_cam")
            file = io.BytesIO()
            Image.fromarray(renderer.render()).save(file, "JPEG", quality=QUALITY, subsampling=0)
            film.publish(file.getvalue(), stamp)
            takes.append(time.monotonic() - begun)
            is_idle = False
        if not is_idle:
            # At least half of the time is others'.
            took = time.monotonic() - begun
            time.sleep(max(took, 1 / fps - took))
