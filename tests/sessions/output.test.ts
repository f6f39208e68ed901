import { afterEach, describe, expect, it, vi } from 'vitest'
import { frameType, packFrame, unpackFrame, type ByteStream } from '../../app/contract.ts'
import { flowLimits, givingWayMs, Output } from '../../app/sessions/output.ts'

/** A window's end of a stream that keeps what it gets and acknowledges when told. */
class RecordingStream implements ByteStream {
  frames: Array<NonNullable<ReturnType<typeof unpackFrame>>> = []
  closed = false
  #onFrame: (frame: Uint8Array) => void = () => {}
  #onClose: () => void = () => {}

  send(frame: Uint8Array) {
    this.frames.push(unpackFrame(frame)!)
  }
  onFrame(listener: (frame: Uint8Array) => void) {
    this.#onFrame = listener
  }
  onClose(listener: () => void) {
    this.#onClose = listener
  }
  close() {
    this.closed = true
    this.#onClose()
  }
  say(frame: Uint8Array) {
    this.#onFrame(frame)
  }
  acknowledgeAll() {
    this.say(packFrame(frameType.ack, this.frames.at(-1)!.sequence, new Uint8Array()))
  }
  get text() {
    return this.frames.filter(({ type }) => type !== frameType.marks).map(({ bytes }) => Buffer.from(bytes).toString()).join('')
  }
}

class RecordingSource {
  paused = false
  pauses = 0
  typed = ''
  pause() {
    this.paused = true
    this.pauses++
  }
  resume() {
    this.paused = false
  }
  write(data: string | Uint8Array) {
    this.typed += Buffer.from(data as Uint8Array).toString()
  }
}

let output: Output
afterEach(() => output.dispose())

function open() {
  output = new Output(80, 24)
  const source = new RecordingSource()
  output.connect(source)
  return source
}

const settled = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('output of a session', () => {
  it('gives whoever attaches the screen as it is, then what follows', async () => {
    open()
    output.push(Buffer.from('before\r\n'))
    await settled(() => output.screen.parsed === 8)
    const stream = new RecordingStream()
    output.attach(stream)
    output.push(Buffer.from('after'))
    expect(stream.frames.map(({ type }) => type)).toEqual([frameType.snapshot, frameType.marks, frameType.output])
    expect(stream.frames[0]!.sequence).toBe(8)
    expect(stream.frames[2]!.sequence).toBe(13)
    expect(stream.text).toMatch(/before[^]*after/)
  })

  it('loses nothing of what came in but was not parsed when a window attached', () => {
    open()
    output.push(Buffer.from('one '))
    output.push(Buffer.from('two '))
    const stream = new RecordingStream()
    output.attach(stream)
    output.push(Buffer.from('three'))
    expect(stream.text).toBe('one two three')
  })

  it('sends the first chunk at once, small ones after it together, and a big one without waiting', () => {
    vi.useFakeTimers()
    try {
      open()
      const stream = new RecordingStream()
      output.attach(stream)
      const sent = () => stream.frames.filter(({ type }) => type === frameType.output).map(({ bytes }) => Buffer.from(bytes).toString())
      output.push(Buffer.from('first'))
      expect(sent()).toEqual(['first'])
      for (const chunk of ['one ', 'two ', 'three']) output.push(Buffer.from(chunk))
      vi.advanceTimersByTime(flowLimits.batchMs - 1)
      expect(sent()).toEqual(['first'])
      vi.advanceTimersByTime(1)
      expect(sent()).toEqual(['first', 'one two three'])
      expect(stream.frames.at(-1)!.sequence).toBe('firstone two three'.length)
      const half = 'x'.repeat(flowLimits.batchBytes / 2)
      output.push(Buffer.from(half))
      expect(sent()).toHaveLength(2)
      output.push(Buffer.from(half))
      expect(sent().slice(2)).toEqual([half + half])
      // Idle again, and the next chunk is a first one.
      vi.advanceTimersByTime(flowLimits.batchMs)
      output.push(Buffer.from('y'))
      expect(sent().slice(3)).toEqual(['y'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('pauses the pty when the window falls behind and resumes it when it catches up', async () => {
    const source = open()
    const stream = new RecordingStream()
    output.attach(stream)
    output.push(Buffer.alloc(flowLimits.pauseAboveBytes + 1, 'x'))
    expect(source.paused).toBe(true)
    await settled(() => output.screen.parsed === output.screen.received)
    expect(source.paused).toBe(true)
    stream.acknowledgeAll()
    expect(source.paused).toBe(false)
  })

  it('lets a flood wait while somebody types in another session, and go on after', async () => {
    vi.useFakeTimers()
    try {
      const source = open()
      output.attach(new RecordingStream())
      output.push(Buffer.alloc(flowLimits.batchBytes + 1, 'x'))
      output.giveWay()
      expect(source.paused).toBe(true)
      vi.advanceTimersByTime(givingWayMs - 1)
      output.giveWay()
      vi.advanceTimersByTime(givingWayMs - 1)
      expect(source.paused).toBe(true)
      vi.advanceTimersByTime(1)
      expect(source.paused).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })

  it('does not let a session wait that prints a little', () => {
    const source = open()
    output.attach(new RecordingStream())
    output.push(Buffer.alloc(flowLimits.batchBytes, 'x'))
    output.giveWay()
    expect(source.paused).toBe(false)
  })

  it('tells of each input, and of no acknowledgement', () => {
    open()
    const stream = new RecordingStream()
    let typed = 0
    output.onTyped(() => typed++)
    output.attach(stream)
    output.push(Buffer.from('x'))
    stream.acknowledgeAll()
    expect(typed).toBe(0)
    stream.say(packFrame(frameType.input, 0, Buffer.from('y')))
    expect(typed).toBe(1)
  })

  it('sets its own pace while nobody is attached', async () => {
    const source = open()
    output.push(Buffer.alloc(flowLimits.pauseAboveBytes + 1, 'x'))
    expect(source.paused).toBe(true)
    await settled(() => !source.paused)
    expect(output.screen.parsed).toBeGreaterThan(flowLimits.pauseAboveBytes - flowLimits.resumeBelowBytes)
  })

  it('goes on when a window that had fallen behind disappears', async () => {
    const source = open()
    const stream = new RecordingStream()
    output.attach(stream)
    output.push(Buffer.alloc(flowLimits.pauseAboveBytes + 1, 'x'))
    stream.close()
    await settled(() => !source.paused)
    expect(output.attached).toBe(false)
  })

  it('closes the stream of the window that was attached before', () => {
    open()
    const first = new RecordingStream()
    const second = new RecordingStream()
    output.attach(first)
    output.attach(second)
    output.push(Buffer.from('x'))
    expect(first.closed).toBe(true)
    expect(first.text).not.toContain('x')
    expect(second.text).toContain('x')
  })

  it('answers device queries itself, also beside a window, which may go before it answers', async () => {
    const source = open()
    output.push(Buffer.from('\x1b[5n'))
    await settled(() => source.typed !== '')
    output.attach(new RecordingStream())
    output.push(Buffer.from('\x1b[6n'))
    await settled(() => output.screen.parsed === output.screen.received)
    expect(source.typed).toBe('\x1b[0n\x1b[1;1R')
  })

  it('takes input and ignores frames that are none, and acknowledgements of what was never sent', () => {
    const source = open()
    const stream = new RecordingStream()
    output.attach(stream)
    stream.say(packFrame(frameType.input, 0, Buffer.from('Get-Mailbox\r')))
    stream.say(new Uint8Array([9, 9]))
    stream.say(packFrame(frameType.ack, Number.MAX_SAFE_INTEGER, new Uint8Array()))
    output.push(Buffer.alloc(flowLimits.pauseAboveBytes + 1, 'x'))
    expect(source.typed).toBe('Get-Mailbox\r')
    expect(source.paused).toBe(true)
  })
})
