import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { dwellMs } from '../../renderer/ui/dwell.ts'
import { aProfile } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

const field = (page: Page) => page.getByRole('combobox', { name: 'Tenant, session or command' })
const lines = (page: Page) => page.getByRole('option')
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true, selected: true })

describe('the palette', () => {
  it('opens from inside a terminal, and two letters and Enter connect a tenant', async () => {
    const { page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await page.keyboard.press('Control+Shift+P')
    await field(page).waitFor()
    await page.keyboard.type('fd')
    await lines(page).first().getByText('Fabrikam demo').waitFor()
    await page.keyboard.press('Enter')
    await tab(page, 'Fabrikam demo').waitFor()
    expect(await field(page).count()).toBe(0)
    await page.locator('textarea:focus').waitFor()
  })

  it('has the token of the tenant fetched that stays highlighted', async () => {
    const { core, page } = await browser.openWindow()
    const fetched = (name: string) => eventually(() => core.inputsOf('tokens.fetchAhead').at(-1), (input) => JSON.stringify(input) === JSON.stringify({ profileId: core.profiles.find((profile) => profile.name === name)!.id }))
    await page.keyboard.press('Control+Shift+P')
    await field(page).fill('contoso')
    await fetched('Contoso demo')
    await field(page).fill('fabrikam')
    await fetched('Fabrikam demo')
    const asked = core.inputsOf('tokens.fetchAhead').length
    await field(page).fill('settings')
    await page.getByRole('option', { name: /^Settings…/, selected: true }).waitFor()
    expect(core.inputsOf('tokens.fetchAhead')).toHaveLength(asked)
  })

  it('keeps under Enter what was chosen, whatever goes on in other sessions meanwhile', async () => {
    const { core, page, connect } = await browser.openWindow(threeTenants())
    await connect('Northwind')
    const chosen = page.getByRole('option', { selected: true })
    /** The window has heard of it, and of what came before it. */
    const heard = async (detail: string) => {
      core.changeSession(core.sessionOf('Northwind'), { detail, busy: true })
      await page.getByText(detail).first().waitFor({ state: 'attached' })
    }
    const fetched = () => core.inputsOf('tokens.fetchAhead').map((input) => core.profiles.find(({ id }) => id === (input as { profileId: string }).profileId)?.name)
    const before = fetched().length
    await page.keyboard.press('Control+Shift+P')
    await field(page).fill('demo')
    await chosen.getByText('Contoso demo').waitFor()
    await eventually(fetched, (names) => names.at(-1) === 'Contoso demo')
    await page.keyboard.press('ArrowDown')
    await chosen.getByText('Fabrikam demo').waitFor()
    await eventually(fetched, (names) => names.at(-1) === 'Fabrikam demo')
    for (const detail of ['One', 'Two', 'Three']) await heard(detail)
    await page.waitForTimeout(2 * dwellMs)
    await chosen.getByText('Fabrikam demo').waitFor()
    expect(fetched().slice(before)).toEqual(['Contoso demo', 'Fabrikam demo'])

    // The best one too is left where it is, though a better one comes; another one is chosen where it goes, and by each key.
    await page.keyboard.press('ArrowUp')
    await chosen.getByText('Contoso demo').waitFor()
    core.changeSession(core.restoreTab('Fabrikam demo'), {})
    await lines(page).first().getByText('Open session').waitFor()
    expect(await chosen.innerText()).toMatch(/^Contoso demo[^]*Tenant$/)
    core.profiles = core.profiles.filter(({ name }) => name !== 'Contoso demo')
    core.emit('profiles.changed', { profiles: core.profiles, signIns: core.signIns })
    await chosen.getByText('Open session').waitFor()
    await page.keyboard.press('ArrowDown')
    await chosen.getByText('Tenant').waitFor()
    await field(page).press('End')
    await field(page).pressSequentially(' ')
    await chosen.getByText('Open session').waitFor()
    await page.keyboard.press('ArrowDown')
    await heard('Four')
    await page.keyboard.press('Enter')
    await tab(page, 'Fabrikam demo').waitFor()
  })

  it('shows open sessions first, the one in front last of them, then tenants by how often they are opened', async () => {
    const core = new FakeMainProcess()
    core.usage = { [core.profiles[1]!.id]: 7 }
    const { page, connect } = await browser.openWindow(core)
    await connect('Contoso demo')
    await connect('Fabrikam demo')
    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('option', { name: /^Fabrikam demo.*Tenant$/ }).waitFor()
    const shown = await lines(page).allTextContents()
    expect(shown.slice(0, 3).map((text) => text.replaceAll(/\s+/g, ' ').trim())).toEqual([
      expect.stringMatching(/^Contoso demo .*Open session$/), expect.stringMatching(/^Fabrikam demo .*Open session$/), expect.stringMatching(/^Fabrikam demo .*Tenant$/)
    ])
  })

  it('has the tenant that is opened most under Enter at first, though how often is known later than the list is shown', async () => {
    const core = new FakeMainProcess()
    core.usage = { [core.profiles[1]!.id]: 7 }
    const answer = core.hold('profiles.usage')
    const { page } = await browser.openWindow(core)
    await page.keyboard.press('Control+Shift+P')
    const chosen = page.getByRole('option', { selected: true })
    await chosen.getByText('Contoso demo').waitFor()
    answer()
    await chosen.getByText('Fabrikam demo').waitFor()
    expect(await lines(page).first().innerText()).toMatch(/^Fabrikam demo/)
  })

  it('does commands, and says that nothing matches', async () => {
    const { page } = await browser.openWindow()
    await page.keyboard.press('Control+Shift+P')
    await field(page).fill('zzzz')
    await page.getByText('Nothing matches “zzzz”.').waitFor()
    await page.keyboard.press('Enter')
    await field(page).fill('keyboard sh')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await dialog.getByRole('row', { name: /Close the session.*Ctrl\+Shift\+W/ }).waitFor()
  })

  it('leaves all as it was on Escape', async () => {
    const { page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await page.keyboard.press('Control+Shift+P')
    await field(page).waitFor()
    await page.keyboard.type('fab')
    await page.keyboard.press('Escape')
    await field(page).waitFor({ state: 'detached' })
    await page.locator('textarea[aria-label="Terminal input of Contoso demo"]:focus').waitFor()
    expect(await page.getByRole('tab').count()).toBe(1)
  })

  it('finds one of 2,000 tenants, with a long name in a small window', async () => {
    const core = new FakeMainProcess()
    const name = `Zebra ${'Holding and Partners '.repeat(5)}`.slice(0, 120)
    core.profiles = [...Array.from({ length: 1999 }, (_, index) => aProfile({ name: `Customer ${index}`, domain: `customer${index}.example` })), aProfile({ name, domain: 'zebra.example' })]
    const { page, problems } = await browser.openWindow(core)
    await page.setViewportSize({ width: 480, height: 320 })
    await page.keyboard.press('Control+Shift+P')
    await field(page).fill('zeb')
    await lines(page).first().getByText('Zebra Holding').waitFor()
    const box = (await lines(page).first().boundingBox())!
    expect(box.x).toBeGreaterThanOrEqual(0)
    expect(box.x + box.width).toBeLessThanOrEqual(480)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(480)
    expect(problems).toEqual([])
  })
})

function threeTenants(): FakeMainProcess {
  const core = new FakeMainProcess()
  core.profiles = [...core.profiles, aProfile({ name: 'Northwind' })]
  return core
}

describe('the keys for tabs', () => {
  it('go to a tab by its number, and to the last', async () => {
    const { page, connect } = await browser.openWindow(threeTenants())
    for (const name of ['Contoso demo', 'Fabrikam demo', 'Northwind']) await connect(name)
    await page.keyboard.press('Control+2')
    await tab(page, 'Fabrikam demo').waitFor()
    await page.keyboard.press('Control+7')
    await tab(page, 'Fabrikam demo').waitFor()
    await page.keyboard.press('Control+9')
    await tab(page, 'Northwind').waitFor()
  })

  it('walk back through the tabs that were used while Ctrl is down', async () => {
    const { page, connect } = await browser.openWindow(threeTenants())
    for (const name of ['Contoso demo', 'Fabrikam demo', 'Northwind']) await connect(name)
    await page.keyboard.down('Control')
    await page.keyboard.press('Tab')
    await tab(page, 'Fabrikam demo').waitFor()
    await page.keyboard.press('Tab')
    await tab(page, 'Contoso demo').waitFor()
    await page.keyboard.up('Control')
    await page.locator('textarea[aria-label="Terminal input of Contoso demo"]:focus').waitFor()
    await page.keyboard.press('Control+Tab')
    await tab(page, 'Northwind').waitFor()
  })
})
