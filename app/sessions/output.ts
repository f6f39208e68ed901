import { frameType, packFrame, unpackFrame, type ByteStream, type MarksMessage } from '../contract.ts'
import { Screen } from './screen.ts'

/** Sizes of the flow control between a pty and who reads it. */
export interface FlowLimits {
  pauseAboveBytes: number
  resumeBelowBytes: number
  batchBytes: number
  batchMs: number
}

/**
 * Swept by `npm run bench` (`cat` of 32 MB, DOM renderer, 2 cores; median MB/s): 100,000/5,000 bytes 5.5, 64 KiB 6.3,
 * 128 KiB 10.5, 256 KiB 12.6, 512 KiB 12.8, 1 MiB 14.3, 2 MiB 15.4, no limit 16.6. From Ctrl+C to the last flooded
 * glyph (p95; `interrupt`, with each value built in): 512 KiB 87 ms, 1 MiB 88 ms, 2 MiB 225 ms, which is too late.
 */
export const flowLimits: FlowLimits = {
  pauseAboveBytes: 1024 * 1024,
  resumeBelowBytes: 512 * 1024,
  batchBytes: 64 * 1024,
  batchMs: 5
}

/**
 * How long a flood waits after a key in another session. Glyphs come within 25 ms of their keys, and who types has the
 * next one down 100 ms later; a command in the background loses that much of its printing, and nothing of its work.
 */
export const givingWayMs = 100

/** The pty's side of a session's output. */
export interface Source {
  pause(): void
  resume(): void
  write(data: string | Uint8Array): void
}

/**
 * A session's output: into the screen, and to the window where one is attached, in batches, and never further
 * ahead of the slower of the two than `pauseAboveBytes`. Detached, the screen alone sets the pace.
 */
export class Output {
  readonly screen: Screen
  readonly #limits: FlowLimits
  #source: Source | null = null
  #stream: ByteStream | null = null
  #acknowledged = 0
  #batch: Uint8Array[] = []
  #batchSize = 0
  #timer: NodeJS.Timeout | null = null
  #paused = false
  #givingWay: NodeJS.Timeout | null = null
  #onTyped: () => void = () => {}
  #markNonce: string | null = null

  constructor(cols: number, rows: number, limits: FlowLimits = flowLimits) {
    this.screen = new Screen(cols, rows)
    this.#limits = limits
    this.screen.onReply((reply) => this.#source?.write(reply))
  }

  get attached(): boolean {
    return this.#stream !== null
  }

  /** Takes the pty that output comes from and input goes to. Returns the undo, for when that pty is gone. */
  connect(source: Source): () => void {
    this.#source = source
    this.#paused = false
    return () => {
      if (this.#source === source) this.#source = null
    }
  }

  /** The marks of a shell that starts now count, and nobody else's. */
  setMarkNonce(nonce: string): void {
    this.#markNonce = nonce
    this.screen.marks.setNonce(nonce)
    this.#sendMarks({ nonce })
  }

  /** The shell of this nonce has ended. What it still wrote is parsed first. */
  endMarks(nonce: string): void {
    this.screen.whenParsed(() => {
      if (this.#markNonce !== nonce) return
      this.#markNonce = null
      this.screen.marks.setNonce(null)
      this.#flush()
      this.#sendMarks({ nonce: null })
    })
  }

  /** Tells of each input of the window's. */
  onTyped(listener: () => void): void {
    this.#onTyped = listener
  }

  /** Types a text that comes from elsewhere than an attached window. */
  type(text: string): void {
    this.#source?.write(text)
    this.#onTyped()
  }

  /** Somebody types in another session: what floods here waits a moment, what prints a little goes on. */
  giveWay(): void {
    if (!this.#givingWay && this.#behind() <= this.#limits.batchBytes) return
    if (this.#givingWay) clearTimeout(this.#givingWay)
    this.#givingWay = setTimeout(() => {
      this.#givingWay = null
      this.screen.hold(false)
      this.#regulate()
    }, givingWayMs)
    this.screen.hold(true)
    this.#regulate()
  }

  /** Output of the pty, or a line of the session's own. */
  push(bytes: Uint8Array): void {
    this.screen.write(bytes, () => this.#regulate())
    if (this.#stream) {
      this.#batch.push(bytes)
      this.#batchSize += bytes.length
      if (!this.#timer || this.#batchSize >= this.#limits.batchBytes) this.#flush()
    }
    this.#regulate()
  }

  /** Sends the screen as it is and all that follows to `stream`; whoever was attached before is closed. */
  attach(stream: ByteStream): void {
    this.detach()
    const { text, sequence, later } = this.screen.snapshot()
    this.#stream = stream
    this.#acknowledged = sequence
    stream.onFrame((frame) => this.#receive(stream, frame))
    stream.onClose(() => {
      if (this.#stream === stream) this.#forget()
    })
    stream.send(packFrame(frameType.snapshot, sequence, Buffer.from(text)))
    this.#sendMarks({ nonce: this.#markNonce, table: this.screen.marks.table() }, sequence)
    for (const { bytes, end } of later) stream.send(packFrame(frameType.output, end, bytes))
    this.#regulate()
  }

  detach(): void {
    const stream = this.#stream
    this.#forget()
    stream?.close()
  }

  dispose(): void {
    this.detach()
    if (this.#givingWay) clearTimeout(this.#givingWay)
    this.#givingWay = null
    this.#source = null
    this.screen.dispose()
  }

  #sendMarks(message: MarksMessage, sequence = this.screen.received): void {
    this.#stream?.send(packFrame(frameType.marks, sequence, Buffer.from(JSON.stringify(message))))
  }

  #forget(): void {
    this.#stream = null
    this.#batch = []
    this.#batchSize = 0
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#regulate()
  }

  #receive(stream: ByteStream, frame: Uint8Array): void {
    const unpacked = unpackFrame(frame)
    if (this.#stream !== stream || !unpacked) return
    if (unpacked.type === frameType.input) {
      this.#source?.write(unpacked.bytes)
      this.#onTyped()
    }
    if (unpacked.type === frameType.ack) {
      this.#acknowledged = Math.min(Math.max(this.#acknowledged, unpacked.sequence), this.screen.received)
      this.#regulate()
    }
  }

  /** The first chunk after idle goes at once; what follows within `batchMs` goes together. */
  #flush(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#batchSize === 0 || !this.#stream) return
    const bytes = this.#batch.length === 1 ? this.#batch[0]! : Buffer.concat(this.#batch)
    this.#batch = []
    this.#batchSize = 0
    this.#stream.send(packFrame(frameType.output, this.screen.received, bytes))
    this.#timer = setTimeout(() => this.#flush(), this.#limits.batchMs)
  }

  /** Bytes by which the slower of window and screen is behind the pty. */
  #behind(): number {
    const slowest = this.#stream ? Math.min(this.#acknowledged, this.screen.parsed) : this.screen.parsed
    return this.screen.received - slowest
  }

  #regulate(): void {
    const behind = this.#behind()
    const mustWait = this.#givingWay !== null || behind > this.#limits.pauseAboveBytes
    if (!this.#paused && mustWait) {
      this.#paused = true
      this.#source?.pause()
    } else if (this.#paused && !mustWait && behind < this.#limits.resumeBelowBytes) {
      this.#paused = false
      this.#source?.resume()
    }
  }
}
