/** What of a screen is shown, and how. */
export interface ScreenOptions {
  /** Pictures a second, 1 to 60. Default 8. */
  readonly fps?: number;
  /** Of JPEGs, 1 to 100. Default 60. */
  readonly quality?: number;
  /** As in `Mesh.monitors`. Default 0, the primary one. */
  readonly monitor?: number;
  /** `vp8`: a video track, where the device has ffmpeg. Default: pictures over the data channel `frames`. */
  readonly video?: "vp8";
}
