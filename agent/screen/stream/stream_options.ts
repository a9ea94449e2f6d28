import type { IceServer } from "../../config/config.ts";
import type { PictureOptions } from "./stream_pictures.ts";
import type { FindFfmpeg } from "./video_encoder.ts";

/** What a stream needs. */
export interface StreamOptions extends PictureOptions {
  /** This device's name, for the viewer. */
  readonly device: string;
  readonly iceServers: readonly IceServer[];
  /** Where the encoder of video is. */
  readonly ffmpeg: FindFfmpeg;
  /** The channel is open, or another monitor is shown. */
  readonly onChange: () => void;
  /** Once. Everything that was the stream's has been given back. */
  readonly onEnded: (reason: string) => void;
}

/** What a stream does now. */
export interface StreamFigures {
  readonly connected: boolean;
  readonly monitor: number;
  readonly monitorName: string;
  /** Frames in a second as asked, and as sent in the last two seconds. */
  readonly fps: number;
  readonly realFps: number;
  /** Of pictures, since the start. */
  readonly bytes: number;
  readonly frames: number;
  /** How the screen is captured. */
  readonly backend: string;
}
