import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { eventually } from '../renderer/window-in-chromium.ts'
import { connect, openPreview, patienceMs, picture, screenText, type RunningPreview } from './preview-in-chromium.ts'

/** What is shown of a session's commands, on the real engine. */
describeOnMainEngine('the commands of a session in the window', ({ name, env }) => {
  let running: RunningPreview
  let page: Page
  const tenant = 'Contoso demo'
  const pane = (): Locator => page.getByRole('region', { name: `Terminal ${tenant}`, exact: true })
  const markOf = (label: RegExp): Locator => pane().locator('.mark').and(page.getByRole('button', { name: label }))
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
  const said = () => pane().locator('.said').innerText()
  const sticky = (): Locator => pane().getByRole('button', { name: /^Go to the command/ })

  beforeAll(async () => {
    running = await openPreview({ env })
    page = running.page
    await running.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await connect(page, tenant)
  }, patienceMs * 2)
  afterAll(() => running?.close())

  /** Runs a command and waits for its mark; what it is called begins with its line. */
  async function run(line: string, ends: string) {
    await pane().locator('.xterm-helper-textarea').focus()
    await page.keyboard.type(line)
    await page.keyboard.press('Enter')
    await markOf(new RegExp(`^${line.slice(0, 100).replaceAll(/[^\w ]/g, '\\$&')}.*: ${ends}`)).last().waitFor()
  }

  it('are marked by shape and words, are walked by keys, and give what they printed', async () => {
    await run("'Adele'; 'Alex'", 'done')
    await run("throw 'no such mailbox'", 'failed')
    await run('6 * 7', 'done')
    const shapes = await Promise.all([/^'Adele'/, /^throw/].map((label) => markOf(label).locator('svg').innerHTML()))
    expect(new Set(shapes.map((shape) => shape.replaceAll(/<!--.*?-->/g, ''))).size).toBe(2)
    const beside = async (label: RegExp) => (await markOf(label).boundingBox())!.y
    expect(await beside(/^throw/)).toBeGreaterThan(await beside(/^'Adele'/))
    const row = pane().locator('.xterm-rows > div', { hasText: "throw 'no such" }).first()
    expect(Math.abs((await row.boundingBox())!.y - (await beside(/^throw/)))).toBeLessThan(2)

    await page.keyboard.press('Control+Shift+KeyY')
    await eventually(clipboard, (text) => text === '42')
    expect(await said()).toBe('Copied one line.')
    const current = pane().locator('[aria-current]')
    for (const [key, label] of [['ArrowUp', /^6 \* 7/], ['ArrowUp', /^throw/], ['ArrowUp', /^'Adele'/], ['ArrowDown', /^throw/], ['ArrowUp', /^'Adele'/]] as const) {
      await page.keyboard.press(`Control+${key}`)
      await eventually(() => current.getAttribute('aria-label'), (text) => label.test(text ?? ''))
    }
    expect(await said()).toMatch(/^'Adele'; 'Alex': done, took/)
    await page.keyboard.press('Control+Shift+KeyO')
    await page.keyboard.press('Control+Shift+KeyC')
    await eventually(clipboard, (text) => text.trimEnd() === 'Adele\nAlex')
    await picture(page, 'marks')

    await markOf(/^throw/).click()
    await picture(page, 'marks-menu')
    await page.getByRole('menuitem', { name: 'Copy the output' }).click()
    await eventually(clipboard, (text) => text.includes('no such mailbox'))
    // The keyboard is in the terminal still: no key of all these reached the shell, and the next one does.
    await page.keyboard.press('Control+Shift+KeyM')
    await page.getByRole('menuitem', { name: 'Copy the command' }).click()
    await eventually(clipboard, (text) => text === "'Adele'; 'Alex'")
    await run('$null', 'done')
    await page.keyboard.press('Control+Shift+KeyY')
    await eventually(said, (text) => text === 'This command printed nothing that is still there.')
    expect(await current.count()).toBe(0)
  }, patienceMs * 3)

  it('keep their line in view while what they print scrolls, and say how long a long one takes', async () => {
    const line = "1..80 | % { \"row $_\" }; Start-Sleep -Seconds 6; 'end'"
    await pane().locator('.xterm-helper-textarea').focus()
    await page.keyboard.type(line)
    await page.keyboard.press('Enter')
    await eventually(() => sticky().innerText(), (text) => /row.*running \d s/s.test(text))
    await eventually(() => sticky().innerText(), (text) => /took \d+ s/.test(text))
    await picture(page, 'sticky')
    await sticky().click()
    await eventually(() => screenText(page, tenant), (text) => text.includes('PS> 1..80'))
    expect(await pane().locator('.time').innerText()).toMatch(/^took \d+ s$/)
    await markOf(/Start-Sleep.*done, took [\d.]+ s/).waitFor()
    expect(await sticky().count()).toBe(0)
    await picture(page, 'took')
    await page.keyboard.press('Control+Shift+KeyY')
    await eventually(clipboard, (text) => text.startsWith('row 1\nrow 2\n') && text.endsWith('row 80\nend'))
    await page.keyboard.press('Control+ArrowDown')
    await eventually(() => screenText(page, tenant), (text) => text.includes('end'))
  }, patienceMs * 3)

  it('are where they were after a reload and in a window of another size', async () => {
    await run("throw 'again'", 'failed')
    await run("'kept ' * 40", 'done')
    const labels = async () => (await pane().locator('.mark').evaluateAll((marks) => marks.map((mark) => mark.getAttribute('aria-label')))).slice(-2)
    const before = await labels()
    await page.reload()
    await eventually(labels, (after) => JSON.stringify(after) === JSON.stringify(before))
    await page.setViewportSize({ width: 900, height: 600 })
    const top = async (found: Locator) => (await found.boundingBox())?.y ?? -1
    await eventually(
      async () => [await top(markOf(/^throw 'again'/)), await top(pane().locator('.xterm-rows > div', { hasText: "PS> throw 'again'" }).first())],
      ([mark, row]) => Math.abs(mark! - row!) < 2 && row! > 0
    )
    await picture(page, 'small')
    await page.keyboard.press('Control+Shift+KeyY')
    await eventually(clipboard, (text) => text === 'kept '.repeat(40).trimEnd() || text === 'kept '.repeat(40))
    await page.setViewportSize({ width: 1360, height: 820 })
    await eventually(labels, (after) => JSON.stringify(after) === JSON.stringify(before))
  }, patienceMs * 3)

  it('go with their lines: what has left the scrollback is said, and a cleared screen has none', async () => {
    await pane().locator('.xterm-helper-textarea').focus()
    await page.keyboard.type('1..5200')
    await page.keyboard.press('Enter')
    await eventually(() => screenText(page, tenant), (text) => /^5200\s*$/m.test(text) && text.includes('PS>'))
    await eventually(() => sticky().innerText(), (text) => text.includes('1..5200'))
    await page.keyboard.press('Control+Shift+KeyY')
    await eventually(said, (text) => /^Copied [\d,]+ lines; what came before them has left the scrollback\.$/.test(text))
    await page.keyboard.press('Control+ArrowUp')
    await eventually(said, (text) => text === 'There is no command before.')
    // The engine console clears the screen alone.
    if (name !== 'pwsh') return
    await page.keyboard.type('Clear-Host')
    await page.keyboard.press('Enter')
    await eventually(() => pane().locator('.mark, .sticky').count(), (count) => count === 0)
    await run("'after'", 'done')
    expect(await pane().locator('.mark').count()).toBe(1)
  }, patienceMs * 3)
})
