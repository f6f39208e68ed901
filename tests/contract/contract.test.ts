import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  calls, events, failureSchema, frameType, maxInputFrameBytes, packFrame, unpackFrame, type ByteStream, type CallName, type EventData,
  type EventName, type Failure
} from '../../app/contract.ts'
import { failure } from '../../app/failures.ts'
import { flowLimits } from '../../app/sessions/output.ts'
import { CallFailed } from '../../renderer/bridge.ts'
import { ContractCore } from './contract-core.ts'
import { overElectron } from './over-electron.ts'
import { overMessageChannel } from './over-message-channel.ts'
import { overWebSocket } from './over-websocket.ts'
import { callSamples, eventSamples } from './samples.ts'
import { until, type OpenWindow } from './transports.ts'

const callNames = Object.keys(calls) as CallName[]
const eventNames = Object.keys(events) as EventName[]
const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const mebibyte = 1024 * 1024

describe.each([overWebSocket, overMessageChannel, overElectron])('the contract over $name', ({ open }) => {
  let core: ContractCore
  let window: OpenWindow
  beforeEach(async () => {
    core = new ContractCore()
    window = await open(core, (line) => core.log.push(line))
  })
  afterEach(async () => {
    await window.close()
    vi.restoreAllMocks()
  })

  const call = (name: string, input: unknown): Promise<unknown> => window.transport.call(name as CallName, input as never)
  const failureOf = async (name: string, input: unknown): Promise<Failure> => {
    const error = await call(name, input).then(() => expect.unreachable(`${name} was answered`), (thrown: unknown) => thrown as CallFailed)
    return failureSchema.strict().parse(error.failure)
  }

  describe('a call', () => {
    it.each(callNames)('%s reaches its handler with what its schema makes of the input, and its output comes back', async (name) => {
      const { input, output } = callSamples[name]
      const answer = await call(name, input)
      expect(core.handled).toEqual([{ call: name, input: calls[name].input.parse(input) ?? core.handled[0]!.input }])
      expect(answer ?? undefined).toEqual(calls[name].output.parse(output))
      expect(core.log).toEqual([])
    })

    it.each(callNames)('%s with input that breaks its schema reaches no handler and is answered with a failure', async (name) => {
      for (const input of [{ nonsense: true }, 42, ['x']]) expect(await failureOf(name, input)).toMatchObject({ code: 'bad-input', retryable: false })
      expect(core.handled).toEqual([])
    })

    it.each(['no.such', '', '__proto__', 'constructor', 'toString', 'x'.repeat(10_000)])('that does not exist is answered with a failure: %.20s', async (name) => {
      const { code, message } = await failureOf(name, null)
      expect(code).toBe('bad-input')
      expect(message.length).toBeLessThan(300)
    })

    it('whose handler fails is answered with the failure of the table', async () => {
      const thrown = failure('tenant-changed', { domain: 'contoso.example', actual: 'a', expected: 'b' }, { field: 'domain' })
      core.answer('profiles.save', () => Promise.reject(thrown))
      expect(await failureOf('profiles.save', callSamples['profiles.save'].input)).toEqual(thrown.toFailure())
    })

    it('whose handler throws anything else is answered in the same shape, without the error’s text, which is logged', async () => {
      core.answer('profiles.list', () => {
        throw new RangeError('canary of an error')
      })
      const answer = await failureOf('profiles.list', null)
      expect(answer.code).toBe('internal')
      expect(JSON.stringify(answer)).not.toContain('canary')
      expect(core.log.join('\n')).toContain('canary of an error')
    })

    it.each(callNames)('%s: an output that breaks its schema is a failure and never passed on', async (name) => {
      core.answer(name, () => ({ broken: 'canary of an output' }))
      const answer = await failureOf(name, callSamples[name].input)
      expect(answer.code).toBe('internal')
      expect(answer.message).toContain(name)
      expect([JSON.stringify(answer), ...core.log].join('\n')).not.toContain('canary')
      expect(core.log).toHaveLength(1)
    })

    it('passes on no field that the contract does not name', async () => {
      core.answer('profiles.list', () => {
        const { profiles, signIns } = callSamples['profiles.list'].output
        return { profiles, signIns: signIns.map((signIn) => ({ ...signIn, secret: 'canary' })), secret: 'canary' }
      })
      expect(await call('profiles.list', null)).toEqual(callSamples['profiles.list'].output)
    })

    it('is answered by itself, whichever is done first', async () => {
      let release = (_output: unknown) => {}
      core.answer('profiles.export', () => new Promise((resolve) => (release = resolve)))
      const slow = call('profiles.export', callSamples['profiles.export'].input)
      expect(await call('sessions.attach', callSamples['sessions.attach'].input)).toEqual(callSamples['sessions.attach'].output)
      release({ fileName: 'late', text: '' })
      expect(await slow).toEqual({ fileName: 'late', text: '' })
    })
  })

  it('refuses strangers, and says so in the log', async () => {
    const ticket = await ticketOf(core.openTerminal())
    const handled = core.handled.length
    for (const stranger of window.strangers) {
      core.log.length = 0
      expect(['nobody listens', 'wrong-sender'], stranger.name).toContain(await stranger.call('profiles.list', null))
      expect(core.log, stranger.name).toEqual([expect.stringMatching(/^rejected /)])
      expect(await stranger.openStream(ticket), stranger.name).toBe(false)
      expect(core.log, stranger.name).toHaveLength(2)
    }
    expect(core.handled).toHaveLength(handled)
    // Nobody used the ticket up.
    expect((await attached(ticket)).frames.map((frame) => unpackFrame(frame)!.type)).toEqual([frameType.snapshot, frameType.marks])
  })

  it('greets a window that is loaded again', async () => {
    await call('app.state', null)
    expect(core.greetings).toBe(1)
    await window.reload()
    await until(() => core.greetings === 2)
  })

  describe('an event', () => {
    // A window that was answered is there to hear.
    beforeEach(() => call('app.state', null))

    it.each(eventNames)('%s arrives as its schema has it', async (name) => {
      const seen = listen(name)
      core.emit(name, { ...eventSamples[name], secret: 'canary' } as never)
      await until(() => seen.length > 0)
      expect(seen).toEqual([eventSamples[name]])
    })

    it('that breaks its schema arrives nowhere and is logged without its data', async () => {
      const seen = listen('session.removed')
      core.emit('session.removed', { id: 'canary' })
      core.emit('session.removed', eventSamples['session.removed'])
      await until(() => seen.length > 0)
      expect(seen).toEqual([eventSamples['session.removed']])
      expect(core.log).toEqual([expect.stringMatching(/^session\.removed: .*\bid$/)])
    })

    function listen<N extends EventName>(name: N): Array<EventData<N>> {
      const seen: Array<EventData<N>> = []
      window.transport.on(name, (data) => seen.push(data))
      return seen
    }
  })

  describe('a session’s stream', () => {
    let id: string
    beforeEach(() => {
      // The core's screen complains of the noise that is printed here.
      vi.spyOn(console, 'error').mockImplementation((text) => expect(text).toContain('xterm.js'))
      id = core.openTerminal()
      core.pty.print(Buffer.from('here before the window\r\n'))
    })

    it('begins with the snapshot and carries output byte for byte, in order', async () => {
      const { frames } = await attached(await ticketOf(id))
      const chunks = Array.from({ length: 200 }, (_, index) => Buffer.concat([everyByte, randomBytes(index * 7)]))
      for (const chunk of chunks) core.pty.print(chunk)
      const printed = Buffer.concat(chunks).toString('latin1')
      await until(() => outputOf(frames).endsWith(printed))
      expect(unpackFrame(frames[0]!)!.type).toBe(frameType.snapshot)
      expectSame(frames, core.sent)
    })

    it('carries input and acknowledgements byte for byte, in order', async () => {
      const { stream } = await attached(await ticketOf(id))
      const typed = Array.from({ length: 200 }, (_, index) => Buffer.concat([everyByte, randomBytes(index * 7)]))
      const frames = typed.map((bytes) => packFrame(frameType.input, 0, bytes)).concat(packFrame(frameType.ack, 2 ** 40 + 1, new Uint8Array()))
      const before = core.pty.typed.length
      for (const frame of frames) stream.send(frame)
      await until(() => core.taken.length >= frames.length)
      expectSame(core.taken, frames)
      expect(Buffer.concat(core.pty.typed.slice(before)).equals(Buffer.concat(typed))).toBe(true)
    })

    it('is paced by what the window acknowledges', async () => {
      const { stream, frames } = await attached(await ticketOf(id))
      core.pty.print(Buffer.alloc(flowLimits.pauseAboveBytes + 1, 'x'))
      expect(core.pty.isPaused).toBe(true)
      await until(() => frames.length >= core.sent.length)
      expect(core.pty.isPaused).toBe(true)
      stream.send(packFrame(frameType.ack, unpackFrame(frames.at(-1)!)!.sequence, new Uint8Array()))
      await until(() => !core.pty.isPaused)
    })

    it('carries a frame of 1 MiB either way, and takes none above it from the window', async () => {
      const { stream, frames } = await attached(await ticketOf(id))
      core.pty.print(randomBytes(mebibyte))
      await until(() => frames.length >= core.sent.length)
      expectSame(frames, core.sent)
      expect(Math.max(...frames.map(({ length }) => length))).toBeGreaterThan(mebibyte)
      const header = packFrame(frameType.input, 0, new Uint8Array()).length
      const sent = [maxInputFrameBytes - header, maxInputFrameBytes - header + 1, 1].map((length) => packFrame(frameType.input, 0, randomBytes(length)))
      for (const frame of sent) stream.send(frame)
      await until(() => core.taken.at(-1)?.length === sent[2]!.length)
      expectSame(core.taken, [sent[0]!, sent[2]!])
    })

    it.each(['', 'guessed', '../control', '__proto__'])('opens by no ticket that is none: “%s”', async (ticket) => {
      const { frames, closed } = use(window.transport.openStream(ticket))
      await closed
      expect(frames).toEqual([])
    })

    it('opens by a ticket once', async () => {
      const ticket = await ticketOf(id)
      const first = await attached(ticket)
      const second = use(window.transport.openStream(ticket))
      await second.closed
      expect(second.frames).toEqual([])
      core.pty.print(everyByte)
      await until(() => first.frames.length >= core.sent.length)
      expectSame(first.frames, core.sent)
    })

    it('ends here when the window closes it', async () => {
      const { stream } = await attached(await ticketOf(id))
      stream.close()
      await until(() => core.streamsClosed === 1)
      const sent = core.sent.length
      core.pty.print(everyByte)
      expect(core.sent).toHaveLength(sent)
    })

    it('ends in the window when it is closed here', async () => {
      const { closed } = await attached(await ticketOf(id))
      await call('sessions.detach', { id })
      await closed
    })

    it('is taken over by who attaches again', async () => {
      const first = await attached(await ticketOf(id))
      const second = await attached(await ticketOf(id))
      await first.closed
      const before = second.frames.length
      core.pty.print(everyByte)
      await until(() => second.frames.length > before)
    })
  })

  const ticketOf = async (id: string) => (await window.transport.call('sessions.attach', { id })).ticket

  function use(stream: ByteStream) {
    const frames: Uint8Array[] = []
    stream.onFrame((frame) => frames.push(frame))
    return { stream, frames, closed: new Promise<void>((resolve) => stream.onClose(resolve)) }
  }

  async function attached(ticket: string) {
    const opened = use(window.transport.openStream(ticket))
    await until(() => opened.frames.length > 0)
    return opened
  }
})

/** What output frames carry, a character per byte. */
function outputOf(frames: Uint8Array[]): string {
  const output = frames.map((frame) => unpackFrame(frame)!).filter(({ type }) => type === frameType.output)
  return Buffer.concat(output.map(({ bytes }) => bytes)).toString('latin1')
}

function expectSame(actual: Uint8Array[], expected: Uint8Array[]): void {
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length))
  expect(Buffer.concat(actual).equals(Buffer.concat(expected))).toBe(true)
}
