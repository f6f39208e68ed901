import headless from '@xterm/headless'
import serialize from '@xterm/addon-serialize'
import unicode11 from '@xterm/addon-unicode11'
import { describe, expect, it } from 'vitest'
import { frameType, unpackFrame, type ByteStream } from '../../app/contract.ts'
import { Output } from '../../app/sessions/output.ts'
import { unfinishedEnd } from '../../app/sessions/unfinished.ts'

const size = { cols: 40, rows: 10, allowProposedApi: true }

/** As wide as the window's own, character by character. */
function newTerminal(): headless.Terminal {
  const terminal = new headless.Terminal(size)
  terminal.loadAddon(new unicode11.Unicode11Addon())
  terminal.unicode.activeVersion = '11'
  return terminal
}

/** A window's real terminal at a stream that never closes. */
class JoiningTerminal implements ByteStream {
  readonly terminal = newTerminal()
  send(frame: Uint8Array) {
    const { type, bytes } = unpackFrame(frame)!
    if (type !== frameType.marks) this.terminal.write(bytes)
  }
  onFrame() {}
  onClose() {}
  close() {}
}

async function screenOf(terminal: headless.Terminal): Promise<string> {
  const serializer = new serialize.SerializeAddon()
  terminal.loadAddon(serializer)
  await new Promise<void>((resolve) => terminal.write('', resolve))
  const { buffer } = terminal
  return `${serializer.serialize()} at ${buffer.active.cursorX},${buffer.active.cursorY}`
}

describe('a window that joins a session', () => {
  const output = Buffer.from('a\x1b[31mred\x1b[0m \x1b[38;2;90;169;255mblue\x1b[0m\x1b]0;Zoë’s title\x07 é€😀株 \x1b(B\x1b[5;3Hthere\x1b]8;;\x1b\\ \x1bP1$r0m\x1b\\end\r\n')

  it.each(Array.from({ length: output.length - 1 }, (_, index) => index + 1))('after byte %i, in the middle of whatever it is, shows the same as one that saw it all', async (cut) => {
    const whole = newTerminal()
    whole.write(output)
    const session = new Output(size.cols, size.rows)
    const parsed = new Promise<void>((resolve) => session.screen.write(output.subarray(0, cut), resolve))
    await parsed
    const window = new JoiningTerminal()
    session.attach(window)
    session.push(output.subarray(cut))
    expect(await screenOf(window.terminal)).toBe(await screenOf(whole))
    session.dispose()
  })

  it('after single bytes, each parsed by itself, shows it too', async () => {
    const [session, whole] = [new Output(size.cols, size.rows), newTerminal()]
    const text = Buffer.from('one \x1b[1;38;5;208mtwo 😀')
    whole.write(text)
    for (const byte of text.subarray(0, -2)) await new Promise<void>((resolve) => session.screen.write(Uint8Array.of(byte), resolve))
    const window = new JoiningTerminal()
    session.attach(window)
    session.push(text.subarray(-2))
    expect(await screenOf(window.terminal)).toBe(await screenOf(whole))
    session.dispose()
  })
})

describe('the unfinished end of an output', () => {
  const end = (text: string | Buffer) => Buffer.from(unfinishedEnd(Buffer.from(text as string))).toString('latin1')

  it.each(['', 'text', 'é€😀', '\x1b[0m', 'x\x1b[?25l', '\x1b]0;t\x07', '\x1b]0;t\x1b\\', '\x1bM', '\x1b(B', '\x1b[31\x18', 'a\x80'])('is nothing where all of it is whole: %j', (text) => {
    expect(end(Buffer.from(text))).toBe('')
  })

  it.each([['ab\x1b', '\x1b'], ['ab\x1b[', '\x1b['], ['\x1b[0mab\x1b[38;2;1', '\x1b[38;2;1'], ['ab\x1b(', '\x1b('], ['ab\x1b]0;ti', '\x1b]0;ti'], ['\x1bP1$', '\x1bP1$'], ['a\x1b]0;t\x1b', '\x1b]0;t\x1b'], ['\x1b]0;t\x07a\x1b', '\x1b']])('begins at the sequence: %j', (text, expected) => {
    expect(end(text)).toBe(expected)
  })

  it.each(['é', '€', '😀'])('begins at the character: %s', (character) => {
    const bytes = Buffer.from(character)
    for (let cut = 1; cut < bytes.length; cut++) expect(end(Buffer.concat([Buffer.from('ab'), bytes.subarray(0, cut)]))).toBe(bytes.subarray(0, cut).toString('latin1'))
  })

  it('is not kept where a string goes on for too long', () => {
    expect(end(`\x1b]0;${'x'.repeat(70_000)}`)).toBe('')
  })
})
