import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallInput } from '../../app/contract.ts'
import { describeOnMainEngine } from '../engines.ts'
import { connect, openPreview, patienceMs, screenText, type, waitForText, type RunningPreview } from './preview-in-chromium.ts'

const name = 'Contoso demo'

describeOnMainEngine('Pasting, copying and finding', ({ env, name: engine }) => {
  let running: RunningPreview
  let page: Page
  let terminal: Locator
  beforeAll(async () => {
    running = await openPreview({ env })
    page = running.page
    await running.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    terminal = page.getByRole('region', { name: `Terminal ${name}`, exact: true })
    await connect(page, name)
  })
  afterAll(() => running?.close())

  const set = (key: CallInput<'settings.change'>['key'], value: unknown) => running.call('settings.change', { key, value })
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
  const clear = async () => {
    await type(page, name, 'Clear-Host')
    await until(async () => (await screenText(page, name)).trim().split('\n').length === 1)
  }
  /** Leaves a dialog; before it has the keyboard, what is pressed is the terminal's. */
  const leave = async () => {
    await page.locator('[role="dialog"]:focus-within').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  const focus = () => terminal.locator('.xterm-helper-textarea').focus()
  async function paste(text: string): Promise<void> {
    await page.evaluate((value) => navigator.clipboard.writeText(value), text)
    await focus()
    await page.keyboard.press('Control+Shift+KeyV')
  }
  /** Prints text that the command's own line does not have. */
  const print = async (text: string) => {
    await type(page, name, `[Console]::WriteLine([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('${Buffer.from(text).toString('base64')}')))`)
  }
  /** Where a text is; its element is another one each time the terminal paints its row. */
  async function placeOf(text: string): Promise<{ x: number; y: number }> {
    let box: { x: number; y: number; height: number } | null = null
    await until(async () => (box = await terminal.locator('.xterm-rows span', { hasText: text }).last().boundingBox()) !== null)
    return { x: box!.x + 6, y: box!.y + box!.height / 2 }
  }
  /** Goes there with the mouse until the terminal says where a link leads: it looks for one at each move to another cell. */
  async function pointAt({ x, y }: { x: number; y: number }, target: string): Promise<void> {
    await until(async () => {
      await page.mouse.move(x, y + 60)
      await page.mouse.move(x, y)
      return terminal.getByRole('tooltip').getByText(target).isVisible()
    })
  }
  async function doubleClick(text: string): Promise<void> {
    const { x, y } = await placeOf(text)
    await page.mouse.dblclick(x, y)
  }

  describe('a paste', () => {
    it('of one line with its end waits for Enter', async () => {
      await paste('"one " + "line"\r\n')
      await waitForText(page, name, '"one " + "line"')
      expect(await screenText(page, name)).not.toContain('one line')
      await page.keyboard.press('Enter')
      await waitForText(page, name, '\none line')
    })

    it('of several lines is shown before, and is nothing where the person would rather not', async () => {
      await clear()
      await paste('"fi" + "rst"\n"sec" + "ond"\n')
      const dialog = page.getByRole('dialog', { name: `Paste 2 lines into ${name}?` })
      await dialog.getByText('"sec" + "ond"').waitFor()
      await leave()
      await paste('"fi" + "rst"\n"sec" + "ond"\n')
      await dialog.getByRole('button', { name: 'Paste', exact: true }).click()
      await waitForText(page, name, /\nfirst/)
      await page.keyboard.press('Enter')
      const screen = await waitForText(page, name, /\nsecond/)
      expect(screen.match(/\nfirst/g)).toHaveLength(1)
    })

    it('of several lines goes in as one line where that is asked for', async () => {
      await clear()
      await paste('1, 2 |\n  ForEach-Object {\n    "got $($_ * 2)" # twice\n  }\n"done"')
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('checkbox', { name: /As one line/ }).check()
      await dialog.getByText('1, 2 | ForEach-Object { "got $($_ * 2)" }; "done"').waitFor()
      await page.keyboard.press('Enter')
      await waitForText(page, name, '}; "done"')
      expect(await screenText(page, name)).not.toContain('got 2')
      await page.keyboard.press('Enter')
      await waitForText(page, name, /\ngot 2\s*\ngot 4\s*\ndone/)
    })

    it('that can’t be one line says why', async () => {
      await paste("$text = @'\na\n'@")
      const dialog = page.getByRole('dialog')
      await dialog.getByText('It has a here-string, whose lines are part of it.').waitFor()
      expect(await dialog.getByRole('checkbox').isDisabled()).toBe(true)
      await leave()
    })

    it('shows what can’t be seen, and pastes without it, also the sequence that would end a paste', async () => {
      await clear()
      await set('terminal.pastePreview', false)
      await paste('"a\u200bb" + "c\u202ed"\x1b[201~ + "e"')
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('alert').filter({ hasText: '1 character of no width, 1 character that turns the reading direction and 1 sequence that ends a paste' }).waitFor()
      expect(await dialog.locator('mark').allInnerTexts()).toEqual(['U+200B', 'U+202E', 'ESC[201~'])
      await dialog.getByRole('button', { name: 'Paste', exact: true }).click()
      await page.keyboard.press('Enter')
      await waitForText(page, name, '\nabcde')
    })

    it('is looked at in production even where the setting is off, and goes in unasked elsewhere', async () => {
      await clear()
      const { profiles } = await running.call('profiles.list', null)
      const { tenantId: _tenantId, initialDomain: _initialDomain, signInId, ...profile } = profiles.find((one) => one.name === name)!
      const saved = (environment: 'production' | 'lab') => running.call('profiles.save', { profile: { ...profile, environment }, signIn: { use: 'existing', id: signInId! } })
      await saved('production')
      await terminal.page().getByText('PRODUCTION').first().waitFor()
      await paste('"pro" + "duction"\n"x"')
      await page.getByRole('dialog').getByText('What you paste runs in a tenant that people work with.').waitFor()
      await leave()
      await saved('lab')
      await page.getByText('LAB').first().waitFor()
      await paste('"unasked " + "one"\n"x"')
      await waitForText(page, name, /\nunasked one\s*\n.*PS> "x"/)
      await page.keyboard.press('Control+c')
      await set('terminal.pastePreview', true)
    })

    it('of a file tells that a browser knows no path', async () => {
      await terminal.locator('.screen').evaluate((pane) => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File(['x'], 'list.csv'))
        pane.firstElementChild!.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }))
      })
      await terminal.getByRole('status').filter({ hasText: 'its path can be inserted in the desktop app alone' }).waitFor()
    })
  })

  describe('copying', () => {
    it('is Ctrl+C’s at a prompt where something is selected, with its colours beside the text, and the next one is the shell’s', async () => {
      await clear()
      await print('\x1b[31mAdeleVance\x1b[0m   ')
      await waitForText(page, name, /\nAdeleVance\s*\n.*PS>/)
      await doubleClick('AdeleVance')
      await page.keyboard.press('Control+c')
      await until(async () => (await clipboard()) === 'AdeleVance')
      const html = await page.evaluate(async () => {
        const [item] = await navigator.clipboard.read()
        return (await item!.getType('text/html')).text()
      })
      expect(html).toMatch(/<span style="color:\s*(?:#b42318|rgb\(180, 35, 24\));?">AdeleVance</)
      await page.keyboard.type('abc')
      await page.keyboard.press('Control+c')
      await page.keyboard.type('"next " + "line"')
      await page.keyboard.press('Enter')
      await waitForText(page, name, '\nnext line')
    })

    it('leaves Ctrl+C to a running command, whatever is selected', async () => {
      await clear()
      await print('Nestor')
      await waitForText(page, name, /\nNestor\s*\n.*PS>/)
      await page.evaluate(() => navigator.clipboard.writeText('untouched'))
      await type(page, name, 'while ($true) { Start-Sleep -Milliseconds 50 }')
      await page.getByText('running', { exact: true }).waitFor()
      await doubleClick('Nestor')
      await page.keyboard.press('Control+c')
      await page.getByText('running', { exact: true }).waitFor({ state: 'detached', timeout: patienceMs })
      expect(await clipboard()).toBe('untouched')
    })

    it('takes several lines without the blanks at their ends, and wrapped ones as one', async () => {
      await clear()
      const long = 'x'.repeat(300)
      await print(`Name      \nAda       \n${long}END`)
      await waitForText(page, name, 'END')
      const { x, y } = await placeOf('Ada')
      await page.mouse.click(x, y, { button: 'right' })
      await page.getByRole('menuitem', { name: 'Select all' }).click()
      await focus()
      await page.keyboard.press('Control+Shift+KeyC')
      await until(async () => (await clipboard()).includes(`\nName\nAda\n${long}END\n`))
    })

    it('happens at once where that is set', async () => {
      await set('terminal.copyOnSelect', true)
      // The window hears of a setting a moment later.
      await until(async () => {
        await doubleClick('Ada')
        return (await clipboard()) === 'Ada'
      })
      await set('terminal.copyOnSelect', false)
    })

    it('and pasting are in the menu of a right click, which itself pastes or copies where that is set', async () => {
      await clear()
      await page.evaluate(() => navigator.clipboard.writeText('"by" + "menu"'))
      const { x, y } = await placeOf('PS>')
      await page.mouse.click(x + 200, y + 40, { button: 'right' })
      await page.getByRole('menuitem', { name: /^Paste/ }).click()
      await waitForText(page, name, '"by" + "menu"')
      await page.keyboard.press('Enter')
      await waitForText(page, name, '\nbymenu')
      await set('terminal.rightClick', 'paste')
      await until(async () => {
        await doubleClick('bymenu')
        await page.mouse.click(x + 200, y + 80, { button: 'right' })
        // The window hears of a setting a moment later: until then it is the menu.
        if ((await page.getByRole('menu').count()) > 0) await page.keyboard.press('Escape')
        return (await clipboard()) === 'bymenu'
      })
      await page.mouse.click(x + 200, y + 80, { button: 'right' })
      await waitForText(page, name, /PS> bymenu/)
      await page.keyboard.press('Control+c')
      await set('terminal.rightClick', 'platform')
    })
  })

  describe('the search', () => {
    const bar = () => terminal.getByRole('search')
    const count = () => bar().getByRole('status')

    it('counts what it finds in the scrollback, the newest first', async () => {
      await clear()
      await type(page, name, "1..17 | ForEach-Object { 'Mailbox number ' + $_ + ' of ' + 'Ada' }; 1..60; 'mailboxes'")
      await waitForText(page, name, '\nmailboxes')
      await page.keyboard.press('Control+Shift+KeyF')
      await page.keyboard.type('mailbox number')
      await count().filter({ hasText: '18 of 18' }).waitFor()
      await bar().getByRole('button', { name: 'Match case' }).click()
      await bar().getByRole('textbox', { name: 'Find' }).fill('Mailbox number 1')
      // 1 and 10 to 17, and no line that was typed: it has a quote there.
      await count().filter({ hasText: '9 of 9' }).waitFor()
      await bar().getByRole('textbox', { name: 'Find' }).press('Enter')
      await count().filter({ hasText: '8 of 9' }).waitFor()
      expect(await screenText(page, name)).toContain('Mailbox number 16')
      await bar().getByRole('button', { name: 'Newer match' }).click()
      await count().filter({ hasText: '9 of 9' }).waitFor()
      await bar().getByRole('button', { name: 'Whole words' }).click()
      await count().filter({ hasText: '1 of 1' }).waitFor()
      await bar().getByRole('button', { name: 'Whole words' }).click()
    })

    it('takes a regular expression, and says in place what is wrong with one', async () => {
      await bar().getByRole('button', { name: 'Regular expression' }).click()
      const field = bar().getByRole('textbox', { name: 'Find' })
      await field.fill('number (1')
      await bar().getByRole('alert').filter({ hasText: 'This is no regular expression: Unterminated group' }).waitFor()
      expect(await field.getAttribute('aria-invalid')).toBe('true')
      await field.fill('number (1[0-4]|2) of')
      await count().filter({ hasText: '6 of 6' }).waitFor()
      await field.fill('number x')
      await count().filter({ hasText: 'None found' }).waitFor()
      await field.press('Escape')
      await bar().waitFor({ state: 'detached' })
      await page.keyboard.type('"typed " + "again"')
      await page.keyboard.press('Enter')
      await waitForText(page, name, '\ntyped again')
    })
  })

  describe('links and images that a command prints', () => {
    it('are said where they really lead, and only http and https are links', async () => {
      await clear()
      await print('\x1b]8;;https://evil.example/login\x1b\\https://contoso.example\x1b]8;;\x1b\\ and \x1b]8;;file:///etc/passwd\x1b\\afile\x1b]8;;\x1b\\')
      await waitForText(page, name, /\nhttps:\/\/contoso\.example and afile/)
      const { x, y } = await placeOf('https://contoso.example')
      const tip = terminal.getByRole('tooltip')
      await pointAt({ x, y }, 'https://evil.example/login')
      await tip.getByText('The text says contoso.example, but the link leads to evil.example.').waitFor()
      await page.mouse.click(x + 1, y, { button: 'right' })
      await page.getByRole('menuitem', { name: 'Copy the link’s address' }).click()
      await until(async () => (await clipboard()) === 'https://evil.example/login')
      await pointAt({ x: x + 3, y }, 'https://evil.example/login')
      await page.keyboard.down('Control')
      await page.mouse.click(x + 2, y)
      await page.keyboard.up('Control')
      const question = page.getByRole('alertdialog', { name: 'Open a link' })
      await question.getByText('Open evil.example in your browser?').waitFor()
      await question.getByText('The text says contoso.example, but the link leads to evil.example.').waitFor()
      await question.getByRole('button', { name: 'Cancel' }).click()
      expect(running.context.pages()).toHaveLength(2)
      const file = await placeOf('afile')
      await page.mouse.move(file.x, file.y)
      await page.mouse.move(file.x + 3, file.y)
      await tip.waitFor({ state: 'detached' })
    })

    it('are swallowed where they are images', async () => {
      await clear()
      await print('sixel:\x1bPq#0;2;0;0;0#0~~@@vv@@~~@@~~$-\x1b\\ iterm:\x1b]1337;File=inline=1:QUFB\x07 kitty:\x1b_Ga=T;QUFB\x1b\\ end')
      await waitForText(page, name, /\nsixel: iterm: kitty: end\s/)
    })
  })

  describe('wide characters', () => {
    it(`leave the cursor where ${engine === 'pwsh' ? 'PSReadLine' : 'the line editor'} has it`, async () => {
      await clear()
      await focus()
      await page.keyboard.insertText("'日本😀語'")
      await waitForText(page, name, "'日本😀語'")
      // Before the quote, and before the last letter.
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.type('X')
      await waitForText(page, name, "'日本😀X語'")
      await page.keyboard.press('Enter')
      await waitForText(page, name, /\n日本😀X語\s/)
    })
  })

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + patienceMs
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new Error(`It never was so. The terminal shows:\n${await screenText(page, name)}\nThe clipboard has: ${await clipboard()}`)
      await page.waitForTimeout(50)
    }
  }
})
