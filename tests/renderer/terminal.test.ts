import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { images, widths } from '../character-widths.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

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

  it('answers for its colours alone what a program asks of its terminal: the core does the rest', async () => {
    const { core, connect } = await browser.openWindow()
    await connect('Contoso demo')
    core.sessionOf('Contoso demo').print('\x1b[c\x1b[>c\x1b[5n\x1b[6n\x1b[?6n\x1b[?2004$p\x1b[>q\x1bP$qm\x1b\\\x1b]11;?\x07')
    await eventually(() => core.sessionOf('Contoso demo').typed, (typed) => /^\x1b\]11;rgb:[\da-f/]+\x1b\\$/.test(typed))
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

  it('opens a web address only by Ctrl+click and a yes, and apart from this window', async () => {
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
    await page.getByRole('tooltip').filter({ hasText: 'https://example.com/about' }).waitFor()
    await page.mouse.click(link.x + 4, link.y)
    expect(await page.getByRole('alertdialog').count()).toBe(0)
    await page.keyboard.down('Control')
    await page.mouse.click(link.x + 8, link.y)
    await page.keyboard.up('Control')
    const question = page.getByRole('alertdialog', { name: 'Open a link' })
    await question.getByText('https://example.com/about').waitFor()
    expect(await page.title()).not.toContain('_blank')
    await question.getByRole('button', { name: 'Open', exact: true }).click()
    const opened = await eventually(() => page.title(), (title) => title.includes('https://example.com/about'))
    expect(opened).toContain('_blank')
    expect(opened).toContain('noopener')
  })

  it('gives each text as many cells as the core’s screen, and draws no image', async () => {
    const { core, connect, screen } = await browser.openWindow()
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    /** How many cells of a row of dots a text covers. */
    let shownTexts = 0
    const cellsOf = async (text: string) => {
      const name = `text ${++shownTexts}:`
      session.print(`\x1b[2J\x1b[1;1H${name}\x1b[3;1H${'.'.repeat(20)}\r${text}`)
      return 20 - (await eventually(() => screen('Contoso demo'), (shown) => shown.includes(name))).split('.').length + 1
    }
    for (const [name, text, cells] of widths) expect(await cellsOf(text), name).toBe(cells)
    for (const [name, sequence] of images) expect(await cellsOf(`image${sequence}`), name).toBe('image'.length)
    expect((await screen('Contoso demo')).trim().split('\n').at(-1)!.trim()).toMatch(/^image\.+$/)
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

  it('brackets a paste where the program asks for that, and says that it is one piece', async () => {
    const { core, page, connect } = await browser.openWindow()
    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    session.print('\x1b[?2004h')
    await eventually(() => session.acknowledged, (bytes) => bytes === session.received)
    await page.evaluate(() => navigator.clipboard.writeText('a\tb\n\x1b[201~c\n'))
    await page.keyboard.press('Control+Shift+KeyV')
    const dialog = page.getByRole('dialog', { name: 'Paste 2 lines into Contoso demo?' })
    await dialog.getByText('It goes in as one piece: nothing runs before you press Enter.').waitFor()
    await dialog.getByRole('button', { name: 'Paste', exact: true }).click()
    await eventually(() => session.typed, (typed) => typed === '\x1b[200~a\tb\rc\x1b[201~')
  })

  it('has a search without a problem of accessibility, of which Escape gives the keyboard back', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await page.keyboard.press('Control+Shift+KeyF')
    await page.keyboard.type('demo PS')
    const bar = page.getByRole('search', { name: 'Find in the terminal of Contoso demo' })
    await bar.getByText('1 of 1').waitFor()
    await bar.getByRole('button', { name: 'Regular expression' }).click()
    await bar.getByRole('textbox', { name: 'Find' }).fill('(')
    await bar.getByRole('alert').waitFor()
    await bar.getByRole('textbox', { name: 'Find' }).press('Escape')
    await page.keyboard.type('z')
    await eventually(() => core.sessionOf('Contoso demo').typed, (typed) => typed === 'z')
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

describe('a terminal that is hidden while its size is being found', () => {
  it('is never measured as what is not seen', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const contoso = core.sessionOf('Contoso demo').view.id
    const sizes = () => (core.inputsOf('sessions.resize') as Array<{ id: string; cols: number }>).filter(({ id }) => id === contoso).map(({ cols }) => cols)
    await eventually(() => sizes().length, (count) => count > 0)
    await connect('Fabrikam demo')
    const tab = (name: string) => page.getByRole('tab', { name, exact: true })
    await tab('Contoso demo').click()
    await tab('Contoso demo').and(page.locator('[aria-selected=true]')).waitFor()
    for (const size of [19, 22, 25]) {
      // Another text size asks for another fit, and another session comes to the front before that is made.
      core.settings.change('terminal.fontSize', size)
      await tab('Fabrikam demo').click({ noWaitAfter: true })
      // Long enough for a fit of what is hidden, if one were made.
      await page.waitForTimeout(300)
      await tab('Contoso demo').click()
    }
    expect(Math.min(...sizes())).toBeGreaterThan(40)
  })
})
