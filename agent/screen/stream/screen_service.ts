import { MeshError } from "../../core/errors.ts";
import type { JpegEncoder, Monitor, ScreenSource } from "../types.ts";
import { ScreenStream } from "./screen_stream.ts";
import { SharedScreen } from "./shared_screen.ts";
import type { StreamFigures } from "./stream_options.ts";
import type { FindFfmpeg } from "./video_encoder.ts";
import { failureOf, type WorkerEvent, type WorkerReply, type WorkerRequest } from "./worker_messages.ts";

/** How long a stream waits for its answer, and then for its viewer, in ms. */
const ANSWER_MS = 30_000;

export interface ServiceParts {
  readonly device: string;
  readonly openScreen: (signal: AbortSignal) => Promise<ScreenSource>;
  readonly openEncoder: () => Promise<JpegEncoder>;
  readonly ffmpeg: FindFfmpeg;
  readonly answerMs?: number;
}

interface Running {
  readonly stream: ScreenStream;
  /** Ends a stream whose answer, or whose viewer, does not come. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** All streams of this device's screen, as the screen worker serves them. */
export class ScreenService {
  readonly #running = new Map<string, Running>();
  readonly #closing = new AbortController();
  #screen: Promise<SharedScreen> | undefined;
  #encoder: Promise<JpegEncoder> | undefined;

  constructor(private readonly parts: ServiceParts, private readonly tell: (event: WorkerEvent) => void) {}

  /** Never rejects: what goes wrong is the reply's `failure`. */
  async answer(request: WorkerRequest): Promise<WorkerReply> {
    try {
      return await this.#answer(request);
    } catch (error) {
      return { failure: failureOf(error) };
    }
  }

  /** What all streams do now. */
  get figures(): Record<string, StreamFigures> {
    return Object.fromEntries([...this.#running].map(([id, { stream }]) => [id, stream.figures]));
  }

  async #answer(request: WorkerRequest): Promise<WorkerReply> {
    if (this.#closing.signal.aborted) throw new MeshError("UNAVAILABLE", "the screen is being closed");
    switch (request.op) {
      case "start":
        return { sdp: await this.#start(request) };
      case "answer":
        await this.#take(request.streamId, request.sdp);
        return {};
      case "stop":
        await this.#running.get(request.streamId)?.stream.stop(request.reason);
        return {};
      case "monitors":
        return { monitors: await this.#monitors() };
      case "probe": {
        const monitors = await this.#monitors();
        return { backend: (await this.#open()).backend, monitors };
      }
      case "close":
        await this.#close(request.reason);
        return {};
    }
  }

  async #start({ streamId, config, video, iceServers }: WorkerRequest & { op: "start" }): Promise<string> {
    const [screen, encoder] = [await this.#open(), await (this.#encoder ??= this.parts.openEncoder())];
    const { device, ffmpeg } = this.parts;
    const stream = await ScreenStream.offer({
      ...{ config, device, video, iceServers, screen, encoder, ffmpeg },
      onChange: () => this.#changed(streamId),
      onEnded: (reason) => this.#ended(streamId, reason),
    });
    if (this.#closing.signal.aborted) {
      await stream.stop("the screen is being closed");
      throw new MeshError("UNAVAILABLE", "the screen is being closed");
    }
    const running: Running = { stream, timer: undefined };
    this.#running.set(streamId, running);
    this.#limit(running, "nobody answered the offer");
    return stream.sdp;
  }

  async #take(streamId: string, sdp: string): Promise<void> {
    const running = this.#running.get(streamId);
    if (!running) throw new MeshError("NOT_FOUND", `no stream ${streamId}: it has ended, or never was`);
    clearTimeout(running.timer);
    try {
      await running.stream.answer(sdp);
    } catch (error) {
      if (!running.stream.answered) this.#limit(running, "nobody answered the offer");
      throw error;
    }
    if (!running.stream.figures.connected) this.#limit(running, "the viewer did not connect");
  }

  #limit(running: Running, reason: string): void {
    clearTimeout(running.timer);
    if (running.stream.ended) return;
    const ms = this.parts.answerMs ?? ANSWER_MS;
    running.timer = setTimeout(() => running.stream.stop(`${reason} within ${ms / 1000} s`), ms);
  }

  #changed(streamId: string): void {
    const running = this.#running.get(streamId);
    if (running?.stream.figures.connected) clearTimeout(running.timer);
    this.report();
  }

  #ended(streamId: string, reason: string): void {
    clearTimeout(this.#running.get(streamId)?.timer);
    if (this.#running.delete(streamId)) this.tell({ type: "ended", streamId, reason });
  }

  /** Tells what all streams do now. */
  report(): void {
    this.tell({ type: "figures", figures: this.figures });
  }

  async #monitors(): Promise<readonly Monitor[]> {
    const screen = await this.#open();
    if (screen.lost !== undefined) throw new MeshError("UNAVAILABLE", `The screen is gone (${screen.lost})`);
    return screen.monitors;
  }

  /** It stays open, until `close`. */
  #open(): Promise<SharedScreen> {
    const opening = this.#screen ??= SharedScreen.open(this.parts.openScreen, this.#closing.signal);
    opening.catch(() => {
      if (this.#screen === opening) this.#screen = undefined;
    });
    return opening;
  }

  async #close(reason: string): Promise<void> {
    this.#closing.abort(new MeshError("UNAVAILABLE", "the screen is being closed"));
    await Promise.all([...this.#running.values()].map(({ stream }) => stream.stop(reason)));
    // What could not be opened needs no closing.
    const [screen, encoder] = await Promise.allSettled([this.#screen, this.#encoder]);
    if (screen.status === "fulfilled") await screen.value?.close();
    if (encoder.status === "fulfilled") encoder.value?.close();
  }
}
