"""Screens: offers that a WebRTC stack that is not ours answers, and what it gets."""

import mesh_pb2
import orchestrator_pb2 as pb
from mesh import CONFIG, Agent
from report import check, equal, eventually, refused
from webrtc_viewer import Viewer, decoded, frames_of

alpha = Agent("alpha").open()
beta = Agent("beta")
WIDTH, HEIGHT = CONFIG["width"], CONFIG["height"]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def start(**config):
    return alpha.StartWebRTC(pb.WebRTCConfig(target_fps=30, **config))


def complete(stream_id, sdp):
    return alpha.CompleteWebRTC(pb.WebRTCAnswer(stream_id=stream_id, sdp=sdp))


def stop(stream_id):
    return alpha.StopWebRTC(pb.WebRTCStop(stream_id=stream_id))


def watch(**config):
    """A stream of alpha's screen, and its viewer."""
    offer, viewer = start(**config), Viewer()
    complete(offer.stream_id, viewer.answer(offer.sdp))
    return offer.stream_id, viewer


def running(device_id):
    return [stream.stream_id for stream in alpha.devices()[device_id].screen_streams]


gone_id, gone = watch()


@check("a viewer sees the screen, and is then gone from the network without a word")
def _():
    gone.pictures(2)
    gone.vanish()


@check("an offer holds its candidates, and nobody else is asked for more")
def _():
    offer = start()
    assert "a=candidate:" in offer.sdp, offer.sdp
    assert "typ srflx" not in offer.sdp and "typ relay" not in offer.sdp, offer.sdp
    stop(offer.stream_id)


@check("who does not say hello gets whole JPEGs of a screen that moves, and nothing else")
def _():
    stream_id, viewer = watch()
    jpegs = viewer.pictures(5)
    for jpeg in jpegs:
        picture = decoded(jpeg)
        equal((picture.width, picture.height), (WIDTH, HEIGHT))
    assert len(set(jpegs)) > 1, "the picture does not move"
    equal(viewer.texts(), [])
    stop(stream_id)
    eventually(lambda: viewer.closed, "the channel to close")
    viewer.close()


@check("a lower quality makes smaller pictures")
def _():
    def size(quality):
        stream_id, viewer = watch(jpeg_quality=quality)
        jpegs = viewer.pictures(3)
        stop(stream_id)
        viewer.close()
        return sum(len(jpeg) for jpeg in jpegs) / len(jpegs)

    assert size(10) < size(95)


@check("who says hello gets a key frame, then what changed")
def _():
    stream_id, viewer = watch()
    viewer.say(type="hello", tiles=1)
    welcome = viewer.text("welcome")
    equal((welcome["version"], welcome["device"], welcome["monitor"]), (1, "alpha", 0))
    equal([(m["width"], m["height"]) for m in welcome["monitors"]], [(WIDTH, HEIGHT)])

    def tiles():
        frames = frames_of([message for message in viewer.binary() if message[:1] == b"E"])
        if frames:
            viewer.say(type="ack", frame=frames[-1].head.frame)
        return len(frames) >= 4 and frames

    frames = eventually(tiles, "four frames of tiles")
    assert frames[0].head.is_key, "the first frame is no key frame"
    for number, frame in enumerate(frames, 1):
        equal(frame.head.frame, number)
        equal((frame.head.monitor_width, frame.head.monitor_height), (WIDTH, HEIGHT))
        for x, y, width, height, strip, sx, sy in frame.rectangles:
            assert x + width <= frame.head.width and y + height <= frame.head.height, "outside the picture"
            picture = frame.strips[strip]
            assert sx + width <= picture.width and sy + height <= picture.height, "outside the strip"
        area = sum(width * height for _, _, width, height, *_ in frame.rectangles)
        whole = frame.head.width * frame.head.height
        assert area == whole if frame.head.is_key else 0 < area < whole, f"{area} of {whole} pixels"
    stop(stream_id)
    equal(viewer.text("end")["type"], "end")
    viewer.close()


@check("a viewer may ask for the time and for another rate, and is told what it may not have")
def _():
    stream_id, viewer = watch()
    viewer.say(type="hello", tiles=1)
    viewer.say(type="ping", id=7)
    equal(viewer.text("pong")["id"], 7)
    viewer.say(type="set", fps=5)
    eventually(lambda: [t for t in viewer.texts() if t["type"] == "welcome" and t["fps"] == 5], "the new rate")
    viewer.say(type="set", fps=1000)
    assert "1000" in viewer.text("error")["message"], viewer.text("error")
    stop(stream_id)
    viewer.close()


@check("a viewer that says nonsense still gets its pictures")
def _():
    stream_id, viewer = watch()
    seen = len(viewer.pictures(1))
    for message in [dict(type="hello", tiles="many"), dict(type="ack", frame=-1), dict(type="nothing"), dict()]:
        viewer.say(**message)
    viewer.pictures(seen + 3)
    stop(stream_id)
    viewer.close()


@check("garbage is no answer, and a good answer may follow")
def _():
    offer, viewer = start(), Viewer()
    answer = viewer.answer(offer.sdp)
    for garbage in ["garbage", "v=0\r\n", offer.sdp[:100], answer.replace("a=fingerprint", "a=nothing"), "\0" * 100]:
        refused(lambda: complete(offer.stream_id, garbage), "INVALID_ARGUMENT")
    complete(offer.stream_id, answer)
    viewer.pictures(1)
    stop(offer.stream_id)
    viewer.close()


@check("a second answer is refused, and the stream goes on")
def _():
    offer, viewer, other = start(), Viewer(), Viewer()
    complete(offer.stream_id, viewer.answer(offer.sdp))
    refused(lambda: complete(offer.stream_id, other.answer(offer.sdp)), "FAILED_PRECONDITION", "answer")
    seen = len(viewer.pictures(1))
    viewer.pictures(seen + 2)
    stop(offer.stream_id)
    viewer.close()
    other.close()


@check("an answer after the end, and one to no stream, finds none")
def _():
    offer, viewer = start(), Viewer()
    answer = viewer.answer(offer.sdp)
    stop(offer.stream_id)
    refused(lambda: complete(offer.stream_id, answer), "NOT_FOUND", offer.stream_id)
    refused(lambda: stop(offer.stream_id), "NOT_FOUND", offer.stream_id)
    refused(lambda: complete(UNKNOWN, answer), "NOT_FOUND", UNKNOWN)
    viewer.close()


@check("a viewer that closes its connection ends the stream")
def _():
    stream_id, viewer = watch()
    viewer.pictures(1)
    viewer.close()
    eventually(lambda: stream_id not in running(alpha.device_id), "the end of the stream")


for config, said in [
    (dict(target_fps=61), "61"),
    (dict(target_fps=-1), "-1"),
    (dict(jpeg_quality=101), "101"),
    (dict(jpeg_quality=-1), "-1"),
    (dict(monitor_index=7), f"{WIDTH}"),
    (dict(monitor_index=-1), "monitor"),
]:

    @check(f"{config} is refused")
    def _():
        refused(lambda: alpha.StartWebRTC(pb.WebRTCConfig(**config)), "INVALID_ARGUMENT", said)


@check("without a session nobody looks at a screen")
def _():
    stranger = Agent("alpha")
    for session in ["", UNKNOWN, "wrong"]:
        stranger.session = session
        refused(lambda: stranger.StartWebRTC(pb.WebRTCConfig(session_id=session)), "UNAUTHENTICATED")
        refused(lambda: stranger.StartScreen(mesh_pb2.StartScreenRequest()), "UNAUTHENTICATED")
        refused(lambda: stranger.CompleteWebRTC(pb.WebRTCAnswer(stream_id=UNKNOWN, sdp="v=0")), "UNAUTHENTICATED")
        refused(lambda: stranger.StopWebRTC(pb.WebRTCStop(stream_id=gone_id)), "UNAUTHENTICATED")
        refused(lambda: stranger.ListMonitors(pb.DeviceId()), "UNAUTHENTICATED")


@check("another device's screen is seen by way of the coordinator")
def _():
    monitors = alpha.ListMonitors(pb.DeviceId(device_id=beta.device_id)).monitors
    equal([(m.index, m.primary, m.width, m.height) for m in monitors], [(0, True, WIDTH, HEIGHT)])
    offer = alpha.StartScreen(mesh_pb2.StartScreenRequest(device_id=beta.device_id))
    equal((offer.device_id, offer.device_name), (beta.device_id, "beta"))
    viewer = Viewer()
    alpha.AnswerScreen(mesh_pb2.ScreenAnswer(stream_id=offer.stream_id, sdp=viewer.answer(offer.sdp)))
    decoded(viewer.pictures(3)[-1])
    eventually(lambda: running(beta.device_id) == [offer.stream_id], "the stream in the device's details")
    alpha.StopScreen(mesh_pb2.ScreenStop(stream_id=offer.stream_id))
    eventually(lambda: viewer.closed, "the channel to close")
    eventually(lambda: running(beta.device_id) == [], "the end in the device's details")
    viewer.close()


@check("four look at a screen at once; a fifth is refused, until one leaves")
def _():
    def begin():
        return alpha.StartScreen(mesh_pb2.StartScreenRequest(device_id=beta.device_id)).stream_id

    streams = [begin() for _ in range(4)]
    refused(begin, "RESOURCE_EXHAUSTED", "4")
    alpha.StopScreen(mesh_pb2.ScreenStop(stream_id=streams.pop()))
    streams.append(begin())
    for stream_id in streams:
        alpha.StopScreen(mesh_pb2.ScreenStop(stream_id=stream_id))


@check("a screen that may not be looked at is refused with the reason")
def _():
    refused(lambda: Agent("gamma").open().StartWebRTC(pb.WebRTCConfig()), "FAILED_PRECONDITION", "screen")


if CONFIG["ffmpeg"]:

    @check("who asks for VP8 gets a video of the screen")
    def _():
        request = mesh_pb2.StartScreenRequest(config=mesh_pb2.ScreenConfig(target_fps=15), video="vp8")
        offer, viewer = alpha.StartScreen(request), Viewer()
        assert "VP8/90000" in offer.sdp, offer.sdp
        alpha.AnswerScreen(mesh_pb2.ScreenAnswer(stream_id=offer.stream_id, sdp=viewer.answer(offer.sdp)))
        eventually(lambda: len(viewer.video) >= 3, "three pictures of the video")
        equal((viewer.video[-1].width, viewer.video[-1].height), (WIDTH, HEIGHT))
        alpha.StopScreen(mesh_pb2.ScreenStop(stream_id=offer.stream_id))
        viewer.close()


@check("the stream of the viewer that is gone has ended")
def _():
    eventually(lambda: gone_id not in running(alpha.device_id), "its end", within=60)


@check("nothing is left")
def _():
    eventually(lambda: running(alpha.device_id) == [], "the end of all streams")
