import { Buffer } from "node:buffer";
import { RTCPeerConnection } from "werift";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { sealFaster } from "./werift_fixes_seal.ts";
import { partsOf, socketOf } from "./werift_parts.ts";
import { eventually, WeriftViewer } from "./werift_viewer.ts";

Deno.test("what is sealed faster is the same to the bit, and is numbered on", async () => {
  const connection = new RTCPeerConnection({ iceServers: [], iceAdditionalHostAddresses: ["127.0.0.1"] });
  try {
    connection.createDataChannel("frames");
    const { dtls } = partsOf(connection);
    await connection.setLocalDescription(await connection.createOffer());
    await using viewer = await WeriftViewer.answering(connection.localDescription?.sdp ?? "");
    await connection.setRemoteDescription({ type: "answer", sdp: viewer.answer });
    await eventually(() => connection.connectionState === "connected", "the connection");
    const socket = socketOf(dtls);
    const sent: Buffer[] = [];
    // The channel's own messages would be counted, too.
    Object.assign(dtls, { sendData: () => Promise.resolve() });
    // Nothing of what follows goes out: the viewer would get two records of one number.
    Object.assign(socket.transport, { send: (record: Buffer) => Promise.resolve(void sent.push(record)) });
    const lengths = [0, 1, 15, 16, 1200];
    const sendAll = async (first: number) => {
      socket.dtls.recordSequenceNumber = first;
      for (const length of lengths) await socket.send(Buffer.alloc(length, length));
      assertEquals(socket.dtls.recordSequenceNumber, first + lengths.length);
      return sent.splice(0);
    };
    const slow = [await sendAll(300), await sendAll(2 ** 40 + 70_000)].flat();
    const before = socket.send;
    sealFaster({
      dtls: socket,
      onStateChange: { subscribe: (listener) => (listener("connected"), { unSubscribe: () => {} }) },
    });
    assert(socket.send !== before, "nothing was replaced");
    const fast = [await sendAll(300), await sendAll(2 ** 40 + 70_000)].flat();
    assertEquals(fast.map((record) => record.toString("hex")), slow.map((record) => record.toString("hex")));
  } finally {
    await connection.close();
  }
});
