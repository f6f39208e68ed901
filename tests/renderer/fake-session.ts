import { frameType, packFrame, unpackFrame, type ByteStream, type SessionView } from '../../app/contract.ts'

/** A fake session: it has a view and a screen's worth of text, and no shell. What is typed is written down. */
export class FakeSession {
  view: SessionView
  /** All bytes that the window sent as typed. */
  typed = ''
  /** The sizes the window asked for. */
  readonly sizes: Array<{ cols: number; rows: number }> = []
  /** The highest count of output bytes that the window said it parsed. */
  acknowledged = 0
  /** How many messages said so. */
  acknowledgements = 0
  attachments = 0
  #output: Uint8Array = new Uint8Array()
  #stream: ByteStream | null = null

  constructor(view: SessionView) {
    this.view = view
  }

  get isAttached(): boolean {
    return this.#stream !== null
  }

  get received(): number {
    return this.#output.length
  }

  attach(stream: ByteStream): void {
    this.#stream?.close()
    this.#stream = stream
    this.attachments++
    stream.onClose(() => {
      if (this.#stream === stream) this.#stream = null
    })
    stream.onFrame((frame) => {
      const unpacked = unpackFrame(frame)
      if (unpacked?.type === frameType.input) this.typed += Buffer.from(unpacked.bytes).toString()
      if (unpacked?.type !== frameType.ack) return
      this.acknowledgements++
      this.acknowledged = Math.max(this.acknowledged, unpacked.sequence)
    })
    stream.send(packFrame(frameType.snapshot, this.#output.length, this.#output))
  }

  print(text: string): void {
    this.printBytes(new TextEncoder().encode(text))
  }

  printBytes(bytes: Uint8Array): void {
    this.#output = Buffer.concat([this.#output, bytes])
    this.#stream?.send(packFrame(frameType.output, this.#output.length, bytes))
  }

  /** A frame as the core might send it. */
  sendFrame(frame: Uint8Array): void {
    this.#stream?.send(frame)
  }

  /** The stream breaks, as on a network's hiccup. */
  breakStream(): void {
    const stream = this.#stream
    this.#stream = null
    stream?.close()
  }
}
