import { beforeEach, describe, expect, it } from 'vitest'
import { HeldKeys } from '../../app/sessions/held-keys.ts'

describe('keys before the first prompt', () => {
  let written: string
  let keys: HeldKeys
  const type = (text: string) => keys.write(Buffer.from(text))
  beforeEach(() => {
    written = ''
    keys = new HeldKeys((data) => (written += Buffer.from(data as Uint8Array).toString()))
    keys.hold()
  })

  it('wait, and come in their order', () => {
    type('one\r')
    type('two\r')
    keys.hold()
    expect(written).toBe('')
    keys.release()
    type('three\r')
    expect(written).toBe('one\rtwo\rthree\r')
  })

  it('come after what the shell had read of them already', () => {
    type('two\r')
    keys.release('one\r')
    type('three\r')
    expect(written).toBe('one\rtwo\rthree\r')
  })

  it('are thrown away by Ctrl+C, which goes at once', () => {
    type('one\r')
    type('\x03')
    expect(written).toBe('\x03')
    type('two\r')
    keys.release()
    expect(written).toBe('\x03two\r')
  })

  it.each([
    ['device attributes', '\x1b[?62;4c'],
    ['secondary device attributes', '\x1b[>0;276;0c'],
    ['the cursor’s position', '\x1b[12;40R'],
    ['the status', '\x1b[0n'],
    ['the focus', '\x1b[I'],
    ['a mode', '\x1b[?2026;2$y'],
    ['a colour', '\x1b]11;rgb:1010/1010/1010\x1b\\'],
    ['a setting', '\x1bP1$r0m\x1b\\']
  ])('let what the terminal answers by itself through: %s', (_, answer) => {
    type('one')
    type(answer)
    expect(written).toBe(answer)
  })

  it.each(['\x1b', '\x1b[A', '\x1bOP', '\x1b[3~', '\x1b[200~pasted\x1b[201~'])('hold a key that begins like an answer: %j', (key) => {
    type(key)
    expect(written).toBe('')
    keys.release()
    expect(written).toBe(key)
  })
})
