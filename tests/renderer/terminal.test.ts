import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually, startBrowser, type Browser } from './window-in-chromium.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterEach(() => browser.closeWindows())
afterAll(() => browser?.close())

/** The middle of a text's first 20 pixels on a terminal; xterm's own layer takes the mouse above its rows. */
async function placeOf(page: Page, text: string): Promise<{ x: number; y: number }> {
  const box = await page.locator('.xterm-rows span', { hasText: text }).first().boundingBox()
  return { x: box!.x + 20, y: box!.y + box!.height / 2 }
}

describe('a terminal', () => {
  it('shows what the session prints, and says how far it parsed it', async () => {
    const { core, connect, screen } = await browser.openWindow()
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    session.print('\x1b[31mAdele Vance\x1b[0m \u{1f600} 日本語\r\n')
    await eventually(() => screen('Contoso demo'), (text) => /Adele Vance .*日本語/.test(text))
    await eventually(() => session.acknowledged, (bytes) => bytes === session.received)
  })

  it('acknowledges a flood to its last byte, in far fewer messages than frames', async () => {
    const { core, connect, screen } = await browser.openWindow()
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    for (let line = 0; line < 4000; line++) session.print(`line ${line} ${'x'.repeat(100)}\r\n`)
    await eventually(() => session.acknowledged, (bytes) => bytes === session.received)
    expect(await screen('Contoso demo')).toContain('line 3999')
    expect(session.acknowledgements).toBeLessThan(1000)
  })

  it('sends what is typed as UTF-8, Ctrl+C among it', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await page.keyboard.type('"Zoë"')
    await page.keyboard.press('Control+c')
    await eventually(() => core.sessionOf('Contoso demo').typed, (typed) => typed === '"Zoë"\x03')
  })

  it('answers what a program asks of its terminal', async () => {
    const { core, connect } = await browser.openWindow()
    await connect('Contoso demo')
    core.sessionOf('Contoso demo').print('\x1b[c')
    await eventually(() => core.sessionOf('Contoso demo').typed, (typed) => /^\x1b\[\?[\d;]+c$/.test(typed))
  })

  it('takes the size of its pane, and a new one when the window changes', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    const wide = await eventually(() => session.sizes.at(-1), Boolean)
    await page.setViewportSize({ width: 900, height: 500 })
    const small = await eventually(() => session.sizes.at(-1)!, (size) => size.cols < wide!.cols)
    expect(small.rows).toBeLessThan(wide!.rows)
    expect(small.cols).toBeGreaterThan(40)
  })

  it('is told the size that its pane has when it is opened', async () => {
    const { core, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const [asked] = core.inputsOf('sessions.open') as Array<{ cols: number; rows: number }>
    const got = await eventually(() => core.sessionOf('Contoso demo').sizes.at(-1), Boolean)
    expect(Math.abs(asked!.cols - got!.cols)).toBeLessThanOrEqual(4)
    expect(Math.abs(asked!.rows - got!.rows)).toBeLessThanOrEqual(4)
  })

  it('attaches again when its stream breaks, without losing or repeating a line', async () => {
    const { core, connect, screen } = await browser.openWindow()
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    session.print('before\r\n')
    await eventually(() => session.acknowledged, (bytes) => bytes === session.received)
    session.breakStream()
    session.print('meanwhile\r\n')
    const text = await eventually(() => screen('Contoso demo'), (shown) => shown.includes('meanwhile'))
    expect(text.match(/before/g)).toHaveLength(1)
    expect(session.attachments).toBe(2)
  })

  it('keeps what a hidden tab’s session prints', async () => {
    const { core, page, connect, screen } = await browser.openWindow()
    await connect('Contoso demo')
    await connect('Fabrikam demo')
    core.sessionOf('Contoso demo').print('printed in the background\r\n')
    await page.getByRole('tab', { name: 'Contoso demo', exact: true }).click()
    await eventually(() => screen('Contoso demo'), (text) => text.includes('printed in the background'))
    await page.keyboard.type('x')
    await eventually(() => core.sessionOf('Contoso demo').typed, (typed) => typed === 'x')
    expect(core.sessionOf('Fabrikam demo').typed).toBe('')
  })

  it('opens a web address only by Ctrl+click, and apart from this window', async () => {
    const { core, page, connect, screen } = await browser.openWindow()
    await page.evaluate(() => {
      window.open = (...args: unknown[]) => {
        document.title = JSON.stringify(args)
        return null
      }
    })
    await connect('Contoso demo')
    core.sessionOf('Contoso demo').print('\r\nhttps://example.com/about\r\n')
    await eventually(() => screen('Contoso demo'), (text) => text.includes('example.com'))
    const link = await placeOf(page, 'https://example.com/about')
    await page.mouse.move(link.x, link.y)
    await page.mouse.click(link.x + 4, link.y)
    expect(await page.title()).not.toContain('example.com')
    await page.keyboard.down('Control')
    await page.mouse.click(link.x + 8, link.y)
    await page.keyboard.up('Control')
    const opened = await eventually(() => page.title(), (title) => title.includes('https://example.com/about'))
    expect(opened).toContain('_blank')
    expect(opened).toContain('noopener')
  })

  it('copies the selection by Ctrl+Shift+C and pastes by Ctrl+Shift+V', async () => {
    const { core, page, connect, screen } = await browser.openWindow()
    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await connect('Contoso demo')
    core.sessionOf('Contoso demo').print('\r\nAdeleVance\r\n')
    await eventually(() => screen('Contoso demo'), (text) => text.includes('AdeleVance'))
    const { x, y } = await placeOf(page, 'AdeleVance')
    await page.mouse.dblclick(x, y)
    await page.keyboard.press('Control+Shift+KeyC')
    await eventually(() => page.evaluate(() => navigator.clipboard.readText()), (text) => text === 'AdeleVance')
    await page.keyboard.press('Control+Shift+KeyV')
    await eventually(() => core.sessionOf('Contoso demo').typed, (typed) => typed.includes('AdeleVance'))
    expect(core.sessionOf('Contoso demo').typed).toBe('AdeleVance')
  })

  it('lets a screen reader read its lines once that is switched on, also after a reload', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const lines = page.getByRole('region', { name: 'Terminal Contoso demo' }).getByRole('listitem').filter({ hasText: 'Contoso demo PS>' })
    expect(await lines.count()).toBe(0)
    await page.getByRole('button', { name: 'Screen reader off' }).click()
    await lines.first().waitFor()
    await page.reload()
    await lines.first().waitFor()
    await page.getByRole('button', { name: 'Screen reader on' }).click()
    await lines.first().waitFor({ state: 'detached' })
    expect(core.sessions.size).toBe(1)
  })

  it('also runs without ?renderer=dom, where WebGL may be missing', async () => {
    const { core, page, connect } = await browser.openWindow(undefined, { query: '' })
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    session.print('hello\r\n')
    await eventually(() => session.acknowledged, (bytes) => bytes === session.received)
    await page.keyboard.type('y')
    await eventually(() => session.typed, (typed) => typed === 'y')
  })
})
