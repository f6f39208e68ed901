import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { aFailure } from './fake-data.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

/** What has the keyboard, by its role or kind and its name or text. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement!
    const kind = element.getAttribute('role') ?? element.tagName.toLowerCase()
    return `${kind} ${element.getAttribute('aria-label') ?? element.querySelector('b')?.textContent ?? element.textContent?.trim() ?? ''}`.trim()
  })

const waitForFocus = (page: Page, what: string) => eventually(() => focused(page), (now) => now === what)

describe('Tab', () => {
  it('stops once in the list of tenants, at the selected row or else the first', async () => {
    const { page, tenant } = await browser.openWindow()
    await page.getByRole('searchbox').focus()
    await page.keyboard.press('Tab')
    await waitForFocus(page, 'button Contoso demo')
    await page.keyboard.press('Tab')
    await waitForFocus(page, 'button New profile')
    await tenant('Fabrikam demo').click()
    await page.getByRole('searchbox').focus()
    await page.keyboard.press('Tab')
    await waitForFocus(page, 'button Fabrikam demo')
    await page.keyboard.press('Tab')
    await waitForFocus(page, 'button More actions')
    await page.keyboard.press('Tab')
    await waitForFocus(page, 'button Connect')
  })

  it('reaches a row that Enter connects, selected or not', async () => {
    const { page } = await browser.openWindow()
    await page.getByRole('searchbox').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Contoso demo', exact: true, selected: true }).waitFor()
  })

  it('goes through the window as it is read, up to the terminal, which shows by its cursor that it is there', async () => {
    const { page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const terminal = page.getByRole('region', { name: 'Terminal Contoso demo', exact: true })
    await terminal.locator('.xterm-cursor-block').waitFor()
    await page.getByRole('button', { name: 'Explain a token…' }).focus()
    await terminal.locator('.xterm-cursor-outline').waitFor()
    const stops = [await focused(page)]
    while (!stops.at(-1)!.startsWith('textarea') && stops.length < 40) {
      await page.keyboard.press('Tab')
      stops.push(await focused(page))
    }
    expect(stops).toEqual([
      ...['button Explain a token…', 'button Tools', 'input Search tenants', 'button Contoso demo', 'button More actions'],
      ...['Connect', 'New profile', 'Import…', 'Export…', 'Sign-ins…'].map((name) => `button ${name}`),
      ...['tab Contoso demo', 'button Close tab Contoso demo', 'button Open a tenant', 'button Split', 'button Table', 'button Reconnect', 'button Token', 'button Close'],
      'textarea Terminal input of Contoso demo'
    ])
    await terminal.locator('.xterm-cursor-block').waitFor()
  })
})

describe('the arrow keys', () => {
  it('go from the first tenant back to the search', async () => {
    const { page, tenant } = await browser.openWindow()
    await tenant('Contoso demo').click()
    await page.keyboard.press('ArrowDown')
    await waitForFocus(page, 'button Fabrikam demo')
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowUp')
    await waitForFocus(page, 'input Search tenants')
  })

  it('walk along the tabs and stay on them; Enter goes into the terminal', async () => {
    const { core, page, connect, tenant } = await browser.openWindow()
    await connect('Contoso demo')
    await connect('Fabrikam demo')
    await page.getByRole('tab', { name: 'Fabrikam demo', exact: true }).focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('region', { name: 'Terminal Contoso demo', exact: true }).waitFor()
    await waitForFocus(page, 'tab Contoso demo')
    expect(await tenant('Contoso demo').getAttribute('aria-current')).toBe('true')
    await page.keyboard.press('Enter')
    await waitForFocus(page, 'textarea Terminal input of Contoso demo')
    expect(core.sessionOf('Contoso demo').typed).toBe('')
  })
})

describe('F6', () => {
  it('goes round the regions, out of the terminal too, and back with Shift', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await waitForFocus(page, 'textarea Terminal input of Contoso demo')
    const regions = ['button Screen reader off', 'button Contoso demo', 'tab Contoso demo', 'textarea Terminal input of Contoso demo']
    for (const region of regions) {
      await page.keyboard.press('F6')
      await waitForFocus(page, region)
    }
    for (const region of [...regions.slice(0, -1)].reverse()) {
      await page.keyboard.press('Shift+F6')
      await waitForFocus(page, region)
    }
    expect(core.sessionOf('Contoso demo').typed).toBe('')
  })

  it('goes to what can be done where no session is open, and not out of a dialog', async () => {
    const { page } = await browser.openWindow()
    await page.getByRole('searchbox').focus()
    await page.keyboard.press('F6')
    await waitForFocus(page, 'button Connect a demo tenant')
    await page.getByRole('button', { name: 'Add your own tenant' }).click()
    await waitForFocus(page, 'input')
    await page.keyboard.press('F6')
    expect(await page.getByRole('dialog').evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true)
  })
})

describe('Ctrl+Tab', () => {
  it('goes from session to session, round the end, unseen by the shells', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await connect('Fabrikam demo')
    await page.keyboard.press('Control+Tab')
    await waitForFocus(page, 'textarea Terminal input of Contoso demo')
    await page.keyboard.press('Control+Shift+Tab')
    await waitForFocus(page, 'textarea Terminal input of Fabrikam demo')
    expect(core.sessionOf('Contoso demo').typed + core.sessionOf('Fabrikam demo').typed).toBe('')
  })
})

describe('the keyboard is given back', () => {
  it.each(['New profile', 'Import…', 'Export…', 'Sign-ins…'])('to the button “%s” by Escape', async (name) => {
    const { page } = await browser.openWindow()
    const button = page.getByRole('complementary').getByRole('button', { name, exact: true })
    await button.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await waitForFocus(page, `button ${name}`)
  })

  it('to the tenant by Escape from its menu and from the question before it is deleted', async () => {
    const { page, tenant } = await browser.openWindow()
    await tenant('Fabrikam demo').click()
    await page.keyboard.press('ContextMenu')
    await waitForFocus(page, 'menuitem ConnectEnter')
    await page.keyboard.press('Escape')
    await waitForFocus(page, 'button Fabrikam demo')
    await page.keyboard.press('Delete')
    await page.getByRole('alertdialog').waitFor()
    await page.keyboard.press('Escape')
    await waitForFocus(page, 'button Fabrikam demo')
  })

  it('to the terminal that comes to the front when a tab is closed', async () => {
    const { page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await connect('Fabrikam demo')
    await page.getByRole('button', { name: 'Close tab Fabrikam demo' }).click()
    await waitForFocus(page, 'textarea Terminal input of Contoso demo')
  })
})

describe('a tenant’s menu', () => {
  it('is walked by the arrow keys, and names the keys that do the same', async () => {
    const { core, page, tenant } = await browser.openWindow()
    await tenant('Contoso demo').click()
    await page.keyboard.press('ContextMenu')
    expect(await page.getByRole('menuitem', { name: 'Edit', exact: true }).getAttribute('aria-keyshortcuts')).toBe('F2')
    for (const name of ['Check…', 'Command log…', 'Edit', 'Duplicate']) {
      await page.keyboard.press('ArrowDown')
      expect(await page.evaluate(() => document.activeElement?.querySelector('span')?.textContent)).toBe(name)
    }
    await page.keyboard.press('Enter')
    await tenant('Contoso demo copy').waitFor()
    expect(core.inputsOf('profiles.duplicate')).toHaveLength(1)
  })
})

describe('“Open a tenant” beside the tabs', () => {
  it('puts the keyboard where a tenant is looked for', async () => {
    const { page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await page.getByRole('button', { name: 'Open a tenant' }).click()
    await waitForFocus(page, 'input Search tenants')
    await page.keyboard.type('fabrikam')
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Fabrikam demo', exact: true, selected: true }).waitFor()
  })
})

describe('a failure’s buttons', () => {
  it('are reached between the strip and the terminal', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    core.changeSession(core.sessionOf('Contoso demo'), { phase: 'failed', failure: aFailure({ message: 'No.' }), canReconnect: true })
    await page.getByRole('alert').waitFor()
    await page.getByRole('main').getByRole('button', { name: 'Close', exact: true }).focus()
    for (const name of ['button Reconnect', 'button Check', 'button Edit profile', 'textarea Terminal input of Contoso demo']) {
      await page.keyboard.press('Tab')
      await waitForFocus(page, name)
    }
  })
})
