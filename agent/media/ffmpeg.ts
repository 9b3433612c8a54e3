// The one door to ffmpeg and ffprobe: where they are, and how they are run. Callers give arguments and get a
// result or a Failure; nobody else spawns them.
export interface FfmpegTools {
  /** Absolute paths. */
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** "5.1.9". */
  readonly version: string;
}
