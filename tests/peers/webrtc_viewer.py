"""A viewer of screens by a WebRTC stack that is not ours: aiortc."""

import asyncio
import json
import struct
import threading

import av
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from report import PATIENCE_S, eventually

LOOP = asyncio.new_event_loop()
threading.Thread(target=LOOP.run_forever, daemon=True).start()


def wait_for(coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, LOOP).result(PATIENCE_S)


class Viewer:
    """One connection. What comes over the channel `frames` is in `messages`, texts and bytes in the order in which they came."""

    def __init__(self):
        self.messages = []
        self.video = []
        self.channel = None
        self.closed = False
        self.connection = None

    def answer(self, offer):
        """The answer to an offer, with all its candidates."""
        return wait_for(self.answered(offer))

    async def answered(self, offer):
        # Without a configuration aiortc asks a server of Google's where it is.
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connection.on("datachannel", self.take)
        self.connection.on("track", lambda track: asyncio.ensure_future(self.look(track)))
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return self.connection.localDescription.sdp

    def take(self, channel):
        self.channel = channel
        channel.on("message", self.messages.append)
        channel.on("close", lambda: setattr(self, "closed", True))

    async def look(self, track):
        while True:
            self.video.append(await track.recv())

    def say(self, **message):
        async def send():
            self.channel.send(json.dumps(message))

        eventually(lambda: self.channel, "the channel")
        wait_for(send())

    def binary(self):
        return [message for message in list(self.messages) if isinstance(message, bytes)]

    def texts(self):
        return [json.loads(message) for message in list(self.messages) if isinstance(message, str)]

    def text(self, kind):
        """The first text of this type, once it has come."""
        return eventually(lambda: next((text for text in self.texts() if text["type"] == kind), None), f"a {kind}")

    def pictures(self, count):
        """So many binary messages, once they have come."""
        return eventually(lambda: len(self.binary()) >= count and self.binary(), f"{count} binary messages")

    def close(self):
        """Goes away in an orderly way."""
        if self.connection:
            wait_for(self.connection.close())

    def vanish(self):
        """Is gone from the network without a word."""

        async def end():
            await self.connection.sctp.transport.transport._connection.close()

        wait_for(end())


def decoded(jpeg):
    """The picture in a JPEG, as another library reads it."""
    assert jpeg[:2] == b"\xff\xd8" and jpeg[-2:] == b"\xff\xd9", f"no JPEG: {jpeg[:4].hex()} … {jpeg[-4:].hex()}"
    frames = av.CodecContext.create("mjpeg", "r").decode(av.Packet(jpeg))
    assert len(frames) == 1, f"{len(frames)} pictures in a JPEG"
    return frames[0]


class Part:
    """A message of kind 1, as docs/screen.md lays it out."""

    def __init__(self, message):
        assert len(message) <= 65536, f"{len(message)} bytes in a message"
        magic, version, self.kind, flags = message[:4]
        assert (magic, version) == (0x45, 1), f"a message begins with {message[:4].hex()}"
        self.is_key = flags & 1 == 1
        self.frame, self.part, self.parts, self.bytes = struct.unpack(">IHHI", message[4:16])
        self.width, self.height, self.captured, self.monitor_width, self.monitor_height = struct.unpack(
            ">HHdHH", message[16:32]
        )
        self.payload = message[32:]


class Frame:
    """A frame of tiles: its rectangles, and the picture of each strip."""

    def __init__(self, parts):
        body = b"".join(part.payload for part in parts)
        assert len(body) == parts[0].bytes, f"{len(body)} bytes came of {parts[0].bytes}"
        self.head = parts[0]
        rectangles, strips = struct.unpack(">HH", body[:4])
        at = 4 + rectangles * 14
        self.rectangles = [struct.unpack(">7H", body[4 + n * 14 : 18 + n * 14]) for n in range(rectangles)]
        sizes = struct.unpack(f">{strips}I", body[at : at + 4 * strips])
        at += 4 * strips
        self.strips = []
        for size in sizes:
            self.strips.append(decoded(body[at : at + size]))
            at += size
        assert at == len(body), f"{len(body) - at} bytes are left"


def frames_of(messages):
    """All whole frames of tiles in these messages."""
    frames, parts = [], []
    for message in messages:
        part = Part(message)
        if part.kind != 1:
            continue
        assert part.part == len(parts), f"part {part.part} came where {len(parts)} was to come"
        parts.append(part)
        if len(parts) == part.parts:
            frames.append(Frame(parts))
            parts = []
    return frames
