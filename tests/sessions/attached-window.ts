import headless from '@xterm/headless'
import { frameType, packFrame, unpackFrame, type ByteStream } from '../../app/contract.ts'
import { refuseTricks } from '../../app/untrusted-output.ts'

/** How long a text may take before a test gives up on it; no figure of the product's. */
const patienceMs = 45_000

/** A window's end of a stream: a real terminal that answers what a window answers and acknowledges what it parsed. */
export class AttachedWindow implements ByteStream {
  text = ''
  /** Bytes of the session's output up to the newest frame. */
  sequence = 0
  readonly #terminal = new headless.Terminal({ cols: 120, rows: 30, allowProposedApi: true, logLevel: 'off' })
  #onFrame: (frame: Uint8Array) => void = () => {}

  constructor() {
    refuseTricks(this.#terminal, 'window')
    this.#terminal.onData((reply) => this.type(reply))
  }

  send(frame: Uint8Array) {
    const { type, sequence, bytes } = unpackFrame(frame)!
    if (type === frameType.marks) return
    this.sequence = sequence
    this.text += Buffer.from(bytes).toString()
    this.#terminal.write(bytes, () => this.#onFrame(packFrame(frameType.ack, sequence, new Uint8Array())))
  }

  onFrame(listener: (frame: Uint8Array) => void) {
    this.#onFrame = listener
  }

  onClose() {}
  close() {}

  type(text: string) {
    this.#onFrame(packFrame(frameType.input, 0, Buffer.from(text)))
  }

  async shows(pattern: RegExp) {
    for (let waited = 0; !pattern.test(this.text); waited += 20) {
      if (waited > patienceMs) throw new Error(`Never showed ${pattern}; it shows ${this.text.slice(-1000)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
