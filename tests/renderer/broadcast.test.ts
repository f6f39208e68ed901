import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SessionView } from '../../app/contract.ts'
import { Broadcast, type Receiver } from '../../renderer/broadcast/broadcast.svelte.ts'
import { TypedInput } from '../../renderer/terminal/typed-input.ts'
import { aProfile, aSession, firstStart } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually, type TestWindow } from './window-in-chromium.ts'

describe('who gets what is typed', () => {
  let sessions: SessionView[]
  let ended: string[]
  let broadcast: Broadcast
  const got: Record<string, string> = {}
  const a = 'a', b = 'b', c = 'c'
  const session = (id: string, environment: SessionView['environment'] = 'test'): SessionView => ({ ...aSession(aProfile({ name: id.toUpperCase() })), id, phase: 'connected', alive: true, environment })
  /** A fake terminal: it writes down what it takes. */
  const terminal = (id: string): Receiver => ({ start: () => {}, receive: (data) => void (got[id] += data), receivePaste: () => {}, isBracketed: false })
  const type = (id: string, data: string) => broadcast.othersOf(id).forEach((other) => other.receive(data))
  const change = (id: string, news: Partial<SessionView>) => {
    sessions = sessions.map((one) => (one.id === id ? { ...one, ...news } : one))
    broadcast.look()
  }
  beforeEach(() => {
    sessions = [session(a), session(b), session(c)]
    ended = []
    const about = { byId: (id: string) => sessions.find((one) => one.id === id), title: ({ name }: SessionView) => name, isProduction: ({ environment }: SessionView) => environment === 'production' }
    broadcast = new Broadcast(about, (sentence) => ended.push(sentence))
    for (const id of [a, b, c]) {
      got[id] = ''
      broadcast.join(id, terminal(id))
    }
  })

  it('is nobody else before it is on, all others while it is, and nobody after', () => {
    type(a, '1')
    broadcast.begin([a, b, c])
    type(a, '2')
    type(c, '3')
    broadcast.stop()
    type(a, '4')
    expect(got).toEqual({ a: '3', b: '23', c: '2' })
  })

  it('is none that was not chosen, and nobody gets what is typed there', () => {
    broadcast.begin([a, b])
    type(c, 'c')
    type(a, 'a')
    expect(got).toEqual({ a: '', b: 'a', c: '' })
  })

  it('takes two connected sessions', () => {
    change(b, { phase: 'failed' })
    broadcast.begin([a, b])
    broadcast.begin([a])
    expect(broadcast.isOn).toBe(false)
  })

  it('is asked for where one is of production, by its name', () => {
    change(b, { environment: 'production' })
    broadcast.begin([a, b])
    expect(broadcast.isOn).toBe(false)
    expect(broadcast.productionOf(broadcast.asked!)).toEqual(['B'])
    broadcast.answer(false)
    expect(broadcast.isOn).toBe(false)
    broadcast.begin([a, b])
    broadcast.answer(true)
    expect(broadcast.receivers).toEqual([a, b])
  })

  it.each([
    ['connects anew', { phase: 'starting' as const }],
    ['has failed', { phase: 'failed' as const }],
    ['has no shell any more', { alive: false, phase: 'closed' as const }]
  ])('leaves a session out that %s, for good', (_, news) => {
    broadcast.begin([a, b, c])
    change(b, news)
    expect([broadcast.receivers, broadcast.leftOut]).toEqual([[a, c], [b]])
    change(b, { phase: 'connected', alive: true })
    type(a, 'x')
    type(b, 'y')
    expect(got).toEqual({ a: '', b: '', c: 'x' })
    expect(ended).toEqual([])
  })

  it('ends with fewer than two, and says who is left', () => {
    broadcast.begin([a, b, c])
    sessions = sessions.filter(({ id }) => id !== a)
    broadcast.look()
    expect(broadcast.receivers).toEqual([b, c])
    change(c, { phase: 'failed' })
    expect(ended).toEqual(['Broadcasting has ended: “B” alone is left.'])
    expect([broadcast.isOn, broadcast.leftOut]).toEqual([false, []])
  })

  it('ends where a session becomes one of production without a question', () => {
    broadcast.begin([a, b])
    change(b, { environment: 'production' })
    expect(ended).toEqual(['Broadcasting has ended: “B” is of production now.'])
  })
})

describe('what a person typed', () => {
  /** A fake of xterm.js: it tells of a key, then of what that types. */
  function terminal() {
    let onKey = (_: { key: string; domEvent: KeyboardEvent }) => {}
    let onData = (_: string) => {}
    const nothing = { dispose: () => {} }
    const typed: string[] = []
    const input = new TypedInput({ onKey: (listener) => ((onKey = listener), nothing), onData: (listener) => ((onData = listener), nothing) }, (data) => typed.push(data))
    const say = (data: string) => onData(data)
    return { typed, input, say, press: (key: string) => (onKey({ key, domEvent: {} as KeyboardEvent }), say(key)) }
  }

  it('is letters, keys that begin with an escape, and what an input method writes', () => {
    const { typed, press, say } = terminal()
    for (const key of ['a', '\r', '\x03', '\x1b', '\x1b[A', '\x1b[1;2R', '\x1bf']) press(key)
    say('日本')
    expect(typed).toEqual(['a', '\r', '\x03', '\x1b', '\x1b[A', '\x1b[1;2R', '\x1bf', '日本'])
  })

  it.each([
    ['a colour', '\x1b]11;rgb:0f0f/1212/1616\x1b\\'],
    ['device attributes', '\x1b[?1;2c'],
    ['the cursor’s place', '\x1b[1;2R'],
    ['a focus that came', '\x1b[I'],
    ['a focus that went', '\x1b[O'],
    ['the mouse', '\x1b[<0;12;5M'],
    ['arrows of a wheel', '\x1bOA\x1bOA'],
    ['a bracketed paste, which is told by whoever pastes', '\x1b[200~x\x1b[201~']
  ])('is not %s', (_, data) => {
    const { typed, say, press } = terminal()
    press('a')
    say(data)
    expect(typed).toEqual(['a'])
  })

  it('is not what is given to the terminal from elsewhere', () => {
    const { typed, input, say } = terminal()
    input.give(() => say('text'))
    expect(typed).toEqual([])
  })
})

describe('in the window', () => {
  const browser = browserForTests({ hasClipboard: true })

  const [contoso, fabrikam] = ['Contoso demo', 'Fabrikam demo']
  const bar = (page: Page) => page.getByRole('status').filter({ hasText: 'Broadcasting to' })
  const mark = (page: Page, name: string) => page.getByRole('region', { name: `Terminal ${name}`, exact: true }).locator('[data-broadcast]')
  const press = (page: Page) => page.keyboard.press('Control+Shift+B')
  const typedIn = ({ core }: TestWindow) => [contoso, fabrikam].map((name) => core.sessionOf(name).typed)

  /** Both demo tenants side by side, Fabrikam with the keyboard. */
  async function sideBySide(core = new FakeMainProcess()): Promise<TestWindow> {
    const window = await browser.openWindow(core)
    const { page, connect, tenant } = window
    await connect(contoso)
    await tenant(fabrikam).click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Open in a split right' }).click()
    await page.locator(`textarea[aria-label="Terminal input of ${fabrikam}"]:focus`).waitFor()
    await eventually(() => window.screen(fabrikam), (text) => text.includes('PS>'))
    return window
  }

  it('keys go to all panes of the tab while it is on, with a border on each, and to one again once it is stopped', async () => {
    const window = await sideBySide()
    const { page } = window
    await press(page)
    await bar(page).getByText(`to ${contoso} and ${fabrikam}: what you type`).waitFor()
    for (const name of [contoso, fabrikam]) await mark(page, name).getByText('BROADCAST to this and 1 other').waitFor()
    await page.keyboard.type('Get')
    await page.keyboard.press('Shift+F3')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    const keys = 'Get\x1b[1;2R\x1b[A\r'
    await eventually(() => typedIn(window), (typed) => typed.every((text) => text === keys))
    await page.getByRole('button', { name: 'Stop broadcasting' }).click()
    await bar(page).waitFor({ state: 'detached' })
    expect(await mark(page, contoso).count()).toBe(0)
    await page.locator(`textarea[aria-label="Terminal input of ${fabrikam}"]:focus`).waitFor()
    await page.keyboard.type('x')
    await eventually(() => typedIn(window), ([, text]) => text === `${keys}x`)
    expect(typedIn(window)[0]).toBe(keys)
    await press(page)
    await bar(page).waitFor()
    await press(page)
    await bar(page).waitFor({ state: 'detached' })
  })

  it('what a terminal says of itself goes to its own session alone', async () => {
    const window = await sideBySide()
    const { page, core } = window
    await press(page)
    await bar(page).waitFor()
    const session = core.sessionOf(fabrikam)
    session.print('\x1b]11;?\x07\x1b[?1004h\x1b[?1000h\x1b[?1006h')
    await eventually(() => session.typed, (typed) => typed.includes('rgb:'))
    await page.getByRole('region', { name: `Terminal ${fabrikam}`, exact: true }).locator('.xterm-screen').click({ position: { x: 100, y: 100 } })
    await eventually(() => session.typed, (typed) => /\x1b\[<0;\d+;\d+M/.test(typed))
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await eventually(() => session.typed, (typed) => typed.includes('\x1b[O'))
    session.print('\x1b[?1000l\x1b[?1049h')
    await page.getByRole('region', { name: `Terminal ${fabrikam}`, exact: true }).locator('.xterm-screen').hover()
    await page.mouse.wheel(0, -300)
    await eventually(() => session.typed, (typed) => /\x1b[[O]A/.test(typed))
    await page.locator(`textarea[aria-label="Terminal input of ${fabrikam}"]`).focus()
    await page.keyboard.type('z')
    await eventually(() => typedIn(window)[0], (typed) => typed === 'z')
  })

  it('a paste is looked at once, with the strictest rule of all that get it, and goes in as each takes it', async () => {
    const start = firstStart()
    start.profiles[0]!.environment = 'production'
    const core = new FakeMainProcess(start)
    core.settings.change('terminal.pastePreview', false)
    const window = await sideBySide(core)
    const { page } = window
    await press(page)
    const question = page.getByRole('alertdialog', { name: 'Broadcast into production?' })
    await question.getByText(`PRODUCTION: ${contoso}.`).waitFor()
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    expect(await bar(page).count()).toBe(0)
    await press(page)
    await question.getByRole('button', { name: 'Broadcast', exact: true }).click()
    await bar(page).getByText(`PRODUCTION: ${contoso}`).waitFor()

    core.sessionOf(contoso).print('\x1b[?2004h')
    await page.evaluate(() => navigator.clipboard.writeText('one\ntwo'))
    await page.locator(`textarea[aria-label="Terminal input of ${fabrikam}"]`).focus()
    await page.keyboard.press('Control+Shift+KeyV')
    const look = page.getByRole('dialog', { name: `Paste 2 lines into ${contoso} and ${fabrikam}?` })
    await look.getByText('What you paste runs in a tenant that people work with.').waitFor()
    await look.getByText('Each line runs as soon as the next one comes.').waitFor()
    await look.getByRole('button', { name: 'Paste', exact: true }).click()
    await eventually(() => typedIn(window), (typed) => typed.every((text) => text.includes('two')))
    expect(typedIn(window)).toEqual(['\x1b[200~one\rtwo\x1b[201~', 'one\rtwo'])
    await page.waitForTimeout(100)
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  it('a session that is lost is left out and says so; one that is closed goes; the lock ends it', async () => {
    const start = firstStart()
    start.profiles.push(aProfile({ name: 'Third', signInId: start.signIns[0]!.id }))
    const window = await sideBySide(new FakeMainProcess(start))
    const { page, core, tenant } = window
    await tenant('Third').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Open in a split down' }).click()
    await eventually(() => window.screen('Third'), (text) => text.includes('PS>'))
    await press(page)
    await bar(page).getByText(`${contoso}, ${fabrikam}, and Third`).waitFor()
    core.changeSession(core.sessionOf('Third'), { phase: 'failed', detail: 'It failed.' })
    await bar(page).getByText('Left out, not connected any more: Third.').waitFor()
    await mark(page, 'Third').getByText('Left out of the broadcast').waitFor()
    await page.locator(`textarea[aria-label="Terminal input of ${fabrikam}"]`).focus()
    await page.keyboard.type('k')
    await eventually(() => typedIn(window), (typed) => typed.every((text) => text === 'k'))
    expect(core.sessionOf('Third').typed).toBe('')
    core.lock()
    await page.getByRole('heading', { name: 'Tenantry is locked' }).waitFor()
    await page.getByRole('button', { name: 'Unlock' }).click()
    await page.getByRole('tab').first().waitFor()
    expect(await bar(page).count()).toBe(0)
    await page.locator(`textarea[aria-label="Terminal input of ${fabrikam}"]`).focus()
    await press(page)
    await bar(page).waitFor()
    await page.getByRole('button', { name: `Close the pane ${contoso}` }).click()
    await page.getByRole('alert').getByText(`Broadcasting has ended: “${fabrikam}” alone is left.`).waitFor()
    await bar(page).waitFor({ state: 'detached' })
  })

  it('goes to chosen sessions of other tabs too, also to one that nobody has looked at', async () => {
    const window = await browser.openWindow()
    const { page, core, connect } = window
    await connect(contoso)
    const { id } = core.profiles.find(({ name }) => name === fabrikam)!
    await core.dispatch({ trusted: true, description: 'test' }, 'sessions.open', { profileId: id, cols: 80, rows: 24 })
    await page.getByRole('tab', { name: fabrikam }).waitFor()
    expect(core.sessionOf(fabrikam).isAttached).toBe(false)
    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('combobox').fill('broadcast input to chosen')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Broadcast input' })
    await dialog.getByRole('checkbox', { name: contoso }).waitFor()
    expect(await dialog.getByRole('button', { name: 'Broadcast' }).isDisabled()).toBe(true)
    await dialog.getByRole('checkbox', { name: fabrikam }).check()
    await dialog.getByRole('button', { name: 'Broadcast' }).click()
    await bar(page).waitFor()
    for (const name of [contoso, fabrikam]) await page.getByRole('tab', { name }).getByText('⇉').waitFor()
    await page.locator(`textarea[aria-label="Terminal input of ${contoso}"]`).focus()
    await page.keyboard.type('both')
    await eventually(() => typedIn(window), (typed) => typed.every((text) => text === 'both'))
  })
})
