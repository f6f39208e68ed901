import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frameType, packFrame } from '../../app/contract.ts'
import { fuzzSeed, garbage, harmlessAnswers, seeded, tricks } from '../sessions/tricks.ts'
import type { FakeSession } from './fake-session.ts'
import { eventually, startBrowser, type Browser, type TestWindow } from './window-in-chromium.ts'

/* The window's own terminal beside the core's screen of tests/sessions: the same tricks, in a real Chromium. */

describe('a terminal in the window', () => {
  let browser: Browser
  let window: TestWindow
  let session: FakeSession
  beforeAll(async () => {
    browser = await startBrowser()
    window = await browser.openWindow()
    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await window.connect('Contoso demo')
    session = window.core.sessionOf('Contoso demo')
    await window.page.evaluate(() => {
      Object.assign(globalThis, { opened: [] as string[] })
      globalThis.open = (address) => void (globalThis as unknown as { opened: unknown[] }).opened.push(String(address)) as never
      globalThis.confirm = () => true
    })
    await window.page.evaluate(() => navigator.clipboard.writeText('what the person copied'))
  })
  afterAll(() => browser?.close())

  const bytesOf = (trick: string) => (/[^\x00-\xff]/.test(trick) ? Buffer.from(trick) : Buffer.from(trick, 'latin1'))
  let count = 0
  /** Prints, then a line that must be seen; answers what the terminal typed. */
  async function printed(bytes: Uint8Array): Promise<string> {
    session.typed = ''
    session.printBytes(bytes)
    const sentence = `what follows ${++count}`
    session.print(`\x18\x1b[?47l\x1b[!p\x1b[?1000l\x1b[?1003l\x1b[?1004l\x1b[r\x0f\x1b(B\x1b[2J\x1b[H${sentence}\r\n`)
    await eventually(() => window.screen('Contoso demo'), (text) => text.includes(sentence))
    await eventually(() => session.acknowledged, (parsed) => parsed === session.received)
    return session.typed
  }

  it('types no line for any trick, and shows what follows each', async () => {
    const answers: Record<string, string> = {}
    for (const [name, trick] of Object.entries(tricks)) answers[name] = await printed(bytesOf(trick))
    for (const [name, typed] of Object.entries(answers)) expect(typed, name).toMatch(harmlessAnswers)
    expect(answers['a title that is asked for']).toBe('')
    expect(answers['OSC 52 that reads the clipboard']).toBe('')
    expect(answers['colours that are asked for']).toMatch(/rgb:/)
  })

  it('left the clipboard, the title and the page as they were, opened nothing, and has no mark', async () => {
    const { page } = window
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('what the person copied')
    expect(await page.title()).toBe('Contoso demo – Tenantry')
    expect(await page.evaluate(() => (globalThis as unknown as { opened: unknown[] }).opened)).toEqual([])
    expect(await page.locator('.mark, .sticky').count()).toBe(0)
    expect(window.problems).toEqual([])
  })

  it('has marks by the nonce that the core told, and none by the one of before', async () => {
    const told = (nonce: string | null) => session.sendFrame(packFrame(frameType.marks, session.received, Buffer.from(JSON.stringify({ nonce }))))
    const command = (line: string, nonce: string) => session.print(`\x1b]633;A;${nonce}\x07PS> ${line}\r\n\x1b]633;E;${line};whole;${nonce}\x07\x1b]633;C;1;${nonce}\x07out\r\n\x1b]633;D;0;1;${nonce}\x07`)
    const marks = () => window.page.locator('.mark').evaluateAll((all) => all.map((mark) => mark.getAttribute('aria-label')!.split(':')[0]))
    session.print('\x1bc')
    told('first')
    command('mine', 'first')
    await eventually(marks, (names) => names.join() === 'mine')
    told('second')
    command('stale', 'first')
    command('new', 'second')
    await eventually(marks, (names) => names.join() === 'mine,new')
    told(null)
    command('nobody', 'second')
    await printed(Buffer.from('\r\n'))
    session.print('\x1bc')
  })

  it('has colours that no program changes', async () => {
    const background = () => window.page.locator('.xterm-scrollable-element, .xterm-viewport').first().evaluate((element) => getComputedStyle(element).backgroundColor)
    const before = await background()
    await printed(bytesOf(tricks['colours that hide the text']!))
    expect(await background()).toBe(before)
  })

  it(`goes on after garbage, and types no line of it (seed ${fuzzSeed})`, async () => {
    console.log(`TENANTRY_FUZZ_SEED=${fuzzSeed}`)
    const random = seeded(fuzzSeed)
    for (let run = 0; run < 15; run++) expect(await printed(garbage(random, 300)), `run ${run} of seed ${fuzzSeed}`).toMatch(harmlessAnswers)
    expect(await window.page.evaluate(() => navigator.clipboard.readText())).toBe('what the person copied')
    expect(await window.page.title()).toBe('Contoso demo – Tenantry')
    expect(window.problems).toEqual([])
  })
})
