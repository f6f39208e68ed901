import type { Terminal } from '@xterm/xterm'
import { frameType, maxInputFrameBytes, packFrame, unpackFrame, type ByteStream, type MarksMessage } from '../../app/frames.ts'
import type { Bridge } from '../bridge.ts'

/** Acknowledging each small frame would double the traffic; the core pauses at 512 KiB, far above this. */
const acknowledgeEveryBytes = 32 * 1024
/** What is parsed within this time after the queue ran empty is acknowledged together. */
const acknowledgeDelayMs = 5
const firstRetryMs = 100
const slowestRetryMs = 3000
/** Keys typed while a stream is being opened go with it; older ones would surprise who typed them. */
const keptInputMs = 2000

/** Keeps a terminal attached to its session: the screen and what follows it in, what is typed out. */
export class SessionLink {
  readonly #bridge: Bridge
  readonly #sessionId: string
  readonly #terminal: Terminal
  readonly #onMarks: (message: MarksMessage) => void
  #stream: ByteStream | null = null
  #attempt = 0
  #isAlive = true
  #isDisposed = false
  #retryMs = firstRetryMs
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #unparsedFrames = 0
  #unacknowledgedBytes = 0
  #parsedUpTo = 0
  #acknowledgeTimer: ReturnType<typeof setTimeout> | undefined
  #kept: Array<{ bytes: Uint8Array; at: number }> = []

  /** @param onMarks told what the core says of the session's commands, once all output of before is parsed */
  constructor(bridge: Bridge, sessionId: string, terminal: Terminal, onMarks: (message: MarksMessage) => void) {
    this.#bridge = bridge
    this.#sessionId = sessionId
    this.#terminal = terminal
    this.#onMarks = onMarks
    const encoder = new TextEncoder()
    terminal.onData((text) => this.#type(encoder.encode(text)))
    terminal.onBinary((text) => this.#type(Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff)))
  }

  setAlive(isAlive: boolean): void {
    const cameBack = isAlive && !this.#isAlive
    this.#isAlive = isAlive
    if (cameBack && !this.#stream && this.#attempt > 0) void this.start()
  }

  /** Attaches, in the place of a stream that is open. */
  async start(): Promise<void> {
    if (this.#isDisposed) return
    const attempt = ++this.#attempt
    clearTimeout(this.#retryTimer)
    this.#drop()
    try {
      const { ticket } = await this.#bridge.call('sessions.attach', { id: this.#sessionId })
      if (attempt === this.#attempt && !this.#isDisposed) this.#use(this.#bridge.openStream(ticket))
    } catch {
      if (attempt === this.#attempt) this.#retryLater()
    }
  }

  dispose(): void {
    this.#isDisposed = true
    clearTimeout(this.#retryTimer)
    this.#drop()
  }

  #use(stream: ByteStream): void {
    this.#stream = stream
    this.#unparsedFrames = 0
    this.#unacknowledgedBytes = 0
    clearTimeout(this.#acknowledgeTimer)
    this.#acknowledgeTimer = undefined
    stream.onFrame((frame) => {
      if (this.#stream === stream) this.#receive(stream, frame)
    })
    for (const { bytes, at } of this.#kept.splice(0)) if (performance.now() - at < keptInputMs) this.#type(bytes)
    stream.onClose(() => {
      if (this.#stream !== stream) return
      this.#stream = null
      this.#retryLater()
    })
  }

  #receive(stream: ByteStream, frame: Uint8Array): void {
    const unpacked = unpackFrame(frame)
    if (!unpacked) return
    this.#retryMs = firstRetryMs
    const { type, sequence, bytes } = unpacked
    if (type === frameType.marks) {
      const message = JSON.parse(new TextDecoder().decode(bytes)) as MarksMessage
      return this.#terminal.write('', () => {
        if (this.#stream === stream) this.#onMarks(message)
      })
    }
    // Not Terminal.reset(): output that xterm has queued would come after it. This goes through the same queue.
    if (type === frameType.snapshot) this.#terminal.write(resetSequence)
    else if (type !== frameType.output) return
    this.#unparsedFrames++
    this.#terminal.write(bytes, () => this.#noteParsed(stream, sequence, bytes.length))
  }

  #noteParsed(stream: ByteStream, sequence: number, length: number): void {
    if (this.#stream !== stream) return
    this.#unparsedFrames--
    this.#parsedUpTo = sequence
    this.#unacknowledgedBytes += length
    if (this.#unacknowledgedBytes >= acknowledgeEveryBytes) this.#acknowledge()
    else if (this.#unparsedFrames === 0) this.#acknowledgeTimer ??= setTimeout(() => this.#acknowledge(), acknowledgeDelayMs)
  }

  #acknowledge(): void {
    clearTimeout(this.#acknowledgeTimer)
    this.#acknowledgeTimer = undefined
    this.#unacknowledgedBytes = 0
    this.#stream?.send(packFrame(frameType.ack, this.#parsedUpTo, new Uint8Array()))
  }

  #type(bytes: Uint8Array): void {
    if (!this.#stream) {
      this.#kept = [...this.#kept.slice(-99), { bytes, at: performance.now() }]
      return
    }
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      this.#stream.send(packFrame(frameType.input, 0, bytes.subarray(start, start + pieceBytes)))
    }
  }

  #retryLater(): void {
    if (!this.#isAlive || this.#isDisposed) return
    clearTimeout(this.#retryTimer)
    this.#retryTimer = setTimeout(() => void this.start(), this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, slowestRetryMs)
  }

  #drop(): void {
    clearTimeout(this.#acknowledgeTimer)
    this.#acknowledgeTimer = undefined
    const stream = this.#stream
    this.#stream = null
    stream?.close()
  }
}

/** A paste goes in pieces well below the largest frame that the core takes. */
const pieceBytes = maxInputFrameBytes / 4
/** RIS: the terminal as it was made, without its scrollback. */
const resetSequence = '\x1bc'
