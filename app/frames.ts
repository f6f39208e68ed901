import type { CommandTable } from './command-marks.ts'

/** A session's stream of frames; each `Uint8Array` is one whole frame. */
export interface ByteStream {
  send(frame: Uint8Array): void
  onFrame(listener: (frame: Uint8Array) => void): void
  onClose(listener: () => void): void
  close(): void
}

/**
 * Kinds of frame. `snapshot` replaces the whole screen; `output` follows it; `input` is what was typed;
 * `ack` tells how far the window has parsed the output; `marks` is a `MarksMessage` as JSON, which counts from where the
 * output is then.
 */
export const frameType = { snapshot: 1, output: 2, input: 3, ack: 4, marks: 5 } as const
export type FrameType = (typeof frameType)[keyof typeof frameType]

/** The nonce of the shell that runs now, null where none does, and after a snapshot the commands that are on it. */
export interface MarksMessage {
  nonce: string | null
  table?: CommandTable
}

const frameHeaderBytes = 9

/**
 * Packs a frame `[type: 1 byte, sequence: float64 big endian, bytes]`. For output and snapshot the sequence is
 * the number of the session's output bytes up to the frame's end; for an ack the one that was parsed.
 */
export function packFrame(type: FrameType, sequence: number, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(frameHeaderBytes + bytes.length)
  frame[0] = type
  new DataView(frame.buffer).setFloat64(1, sequence)
  frame.set(bytes, frameHeaderBytes)
  return frame
}

/** Unpacks a frame; null where it is shorter than its header or of no known type. */
export function unpackFrame(frame: Uint8Array): { type: FrameType; sequence: number; bytes: Uint8Array } | null {
  const type = frame[0]
  if (frame.length < frameHeaderBytes || type === undefined || type < 1 || type > 5) return null
  const sequence = new DataView(frame.buffer, frame.byteOffset).getFloat64(1)
  return { type: type as FrameType, sequence, bytes: frame.subarray(frameHeaderBytes) }
}

/** Streams carry at most this much in one frame from the window: a paste, not a flood. */
export const maxInputFrameBytes = 1024 * 1024
