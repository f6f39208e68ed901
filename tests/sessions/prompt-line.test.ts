import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aProfile, aSession } from '../renderer/fake-data.ts'
import type { SessionView } from '../../app/contract.ts'
import { Output } from '../../app/sessions/output.ts'
import { PromptLine } from '../../app/sessions/prompt-line.ts'

/* On a real screen; the shell's answers are a test's. tests/sessions/snippets.long.test.ts has real shells. */

const nonce = 'n0nce'
const prompt = `\x1b]633;A;${nonce}\x07PS> \x1b]633;B;${nonce}\x07`
const fails = (code: string) => expect.objectContaining({ code })

describe('a text at a prompt', () => {
  let output: Output
  let line: PromptLine
  let view: SessionView
  let typed: string[]
  let asked: string[]
  let areKeysHeld: boolean
  /** What the shell says of what it is asked; null for nothing. */
  let answer: { line: number; problem: string | null } | null
  const print = (text: string) => output.push(Buffer.from(text))
  beforeEach(() => {
    output = new Output(80, 24)
    output.setMarkNonce(nonce)
    typed = []
    asked = []
    areKeysHeld = false
    answer = { line: 0, problem: null }
    view = { ...aSession(aProfile({ name: 'Contoso' })), phase: 'connected', alive: true, busy: false }
    output.connect({ pause: () => {}, resume: () => {}, write: (data) => void typed.push(String(data)) })
    line = new PromptLine({
      view: () => view,
      output,
      areKeysHeld: () => areKeysHeld,
      parse(text) {
        asked.push(text)
        if (answer) line.parsed({ v: 1, id: 1, type: 'parsed', ...answer })
      }
    })
    print(prompt)
  })
  afterEach(() => {
    vi.useRealTimers()
    output.dispose()
  })

  it('is typed with Enter where it runs, and without where it is inserted', async () => {
    await line.put('Get-Date', { isRun: true })
    await line.put('| Out-Null', { isRun: false })
    expect(typed).toEqual(['Get-Date\r', '| Out-Null'])
    // A part of a line is not PowerShell's to judge.
    expect(asked).toEqual(['Get-Date'])
  })

  it('of several lines is a block, for a line editor to which each line end is Enter and a tab completes', async () => {
    await line.put('one\n\ttwo', { isRun: true })
    expect(asked).toEqual(['. {\none\n\ttwo\n}'])
    expect(typed).toEqual(['. {\rone\r    two\r}\r'])
  })

  it('is one piece where the program takes a paste as one', async () => {
    print('\x1b[?2004h')
    await line.put('one\n\ttwo', { isRun: false })
    expect(asked).toEqual(['one\n\ttwo'])
    expect(typed).toEqual(['\x1b[200~one\r\ttwo\x1b[201~'])
  })

  it('is not typed where PowerShell can’t read it, and says in which of its own lines that is', async () => {
    answer = { line: 3, problem: encodeURIComponent('Unexpected token “)”') }
    await expect(line.put('one\ntwo )', { isRun: true })).rejects.toThrow('nothing was typed in “Contoso”. Line 2: Unexpected token “)”')
    await expect(line.put(')', { isRun: true })).rejects.toThrow('Line 3: ')
    expect(typed).toEqual([])
  })

  it.each([
    ['is not connected', { phase: 'failed' as const }, 'prompt-missing'],
    ['has no shell', { alive: false }, 'prompt-missing'],
    ['runs a command', { busy: true }, 'prompt-busy']
  ])('is refused where the session %s, also where that comes while PowerShell looks at it', async (_, change, code) => {
    view = { ...view, ...change }
    await expect(line.put('Get-Date', { isRun: true })).rejects.toEqual(fails(code))
    view = { ...view, phase: 'connected', alive: true, busy: false }
    answer = null
    const put = line.put('Get-Date', { isRun: true })
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    view = { ...view, ...change }
    line.parsed({ v: 1, id: 1, type: 'parsed', line: 0, problem: null })
    await expect(put).rejects.toEqual(fails(code))
    expect(typed).toEqual([])
  })

  it('does not run behind what is typed already, unless it waits with that for a token', async () => {
    print('Remove-Mailbox ')
    await expect(line.put('anna', { isRun: true })).rejects.toEqual(fails('prompt-not-empty'))
    await line.put('anna', { isRun: false })
    areKeysHeld = true
    await line.put('Get-Date', { isRun: true })
    expect(typed).toEqual(['anna', 'Get-Date\r'])
  })

  it('is given up where the shell does not answer, whose late answer is not the next one’s', async () => {
    await line.put('one', { isRun: true })
    answer = null
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const silent = expect(line.put('two', { isRun: true })).rejects.toEqual(fails('prompt-silent'))
    await vi.advanceTimersByTimeAsync(6000)
    await silent
    vi.useRealTimers()
    const next = line.put('three', { isRun: true })
    await vi.waitFor(() => expect(asked).toHaveLength(3))
    line.parsed({ v: 1, id: 2, type: 'parsed', line: 1, problem: 'late' })
    line.parsed({ v: 1, id: 3, type: 'parsed', line: 0, problem: null })
    await next
    expect(typed).toEqual(['one\r', 'three\r'])
  })
})
