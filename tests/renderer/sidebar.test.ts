import { describe, expect, it } from 'vitest'
import { dwellMs } from '../../renderer/ui/dwell.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { aProfile, aSignIn, firstStart } from './fake-data.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

const seattle = aProfile({ name: 'Northwind', group: 'Customers', domain: 'northwind.example', notes: 'Seattle office' })

describe('the list of tenants', () => {
  it('names each row’s button by its profile, and describes it by its domain', async () => {
    const { tenant } = await browser.openWindow()
    await tenant('Contoso demo').waitFor()
    expect(await tenant('Fabrikam demo').count()).toBe(1)
    const description = await tenant('Contoso demo').evaluate((row) =>
      (row.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent).join(' ')
    )
    expect(description).toContain('contoso.example')
  })

  it('heads each group with its name', async () => {
    const { page } = await browser.openWindow(new FakeMainProcess({ ...firstStart(), profiles: [...firstStart().profiles, seattle] }))
    await page.getByRole('heading', { name: 'Customers' }).waitFor()
    await page.getByRole('heading', { name: 'Demo', exact: true }).waitFor()
  })

  it('selects on a click without connecting, and connects the selected tenant by the button', async () => {
    const { core, page, tenant } = await browser.openWindow()
    const connect = page.getByRole('complementary').getByRole('button', { name: 'Connect', exact: true })
    expect(await connect.isDisabled()).toBe(true)
    await tenant('Fabrikam demo').click()
    expect(core.inputsOf('sessions.open')).toEqual([])
    await connect.click()
    await page.getByRole('tab', { name: 'Fabrikam demo', exact: true }).waitFor()
    expect(core.inputsOf('sessions.open')).toMatchObject([{ profileId: core.profiles[1]!.id }])
  })

  it('has the token fetched of the tenant that is clicked, or that the arrows stay on', async () => {
    const { core, page, tenant } = await browser.openWindow()
    const [contoso, fabrikam] = core.profiles
    const fetched = () => core.inputsOf('tokens.fetchAhead').map((input) => (input as { profileId: string }).profileId)
    await tenant('Contoso demo').click({ button: 'right' })
    await page.keyboard.press('Escape')
    await tenant('Contoso demo').click()
    await eventually(fetched, (ids) => ids.length === 1)
    await page.keyboard.press('ArrowDown')
    await eventually(fetched, (ids) => ids.length === 2)
    expect(fetched()).toEqual([contoso!.id, fabrikam!.id])
    expect(core.inputsOf('sessions.open')).toEqual([])
  })

  it('has no token fetched of tenants that the arrows pass over', async () => {
    const profiles = Array.from({ length: 5 }, (_, index) => aProfile({ name: `Customer ${index}` }))
    const { core, page, tenant } = await browser.openWindow(new FakeMainProcess({ profiles, signIns: [] }))
    const fetched = () => core.inputsOf('tokens.fetchAhead').map((input) => profiles.findIndex(({ id }) => id === (input as { profileId: string }).profileId))
    await tenant('Customer 0').click()
    await eventually(fetched, (places) => places.length === 1)
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 60_000)
    for (let place = 1; place < 5; place++) {
      await page.keyboard.press('ArrowDown')
      await tenant(`Customer ${place}`).and(page.locator(':focus')).waitFor()
      // Shorter than is stayed on one: each puts off what the one before it had begun.
      await page.clock.runFor(dwellMs - 1)
    }
    expect(fetched()).toEqual([0])
    await page.clock.runFor(1)
    await eventually(fetched, (places) => places.length > 1)
    expect(fetched()).toEqual([0, 4])
  })

  it('connects by a double click, and only once', async () => {
    const { core, connect } = await browser.openWindow()
    await connect('Contoso demo')
    expect(core.inputsOf('sessions.open')).toHaveLength(1)
  })

  it('brings the open session of a tenant to the front instead of opening another', async () => {
    const { core, page, connect, tenant } = await browser.openWindow()
    await connect('Contoso demo')
    await connect('Fabrikam demo')
    await tenant('Contoso demo').dblclick()
    await page.getByRole('tab', { name: 'Contoso demo', exact: true, selected: true }).waitFor()
    expect(core.sessions.size).toBe(2)
  })

  it('marks a tenant whose sign-in has no credential', async () => {
    const signIn = aSignIn({ ready: false })
    const { page } = await browser.openWindow(new FakeMainProcess({ profiles: [aProfile({ name: 'Imported', signInId: signIn.id })], signIns: [signIn] }))
    await page.getByRole('listitem').filter({ hasText: 'Imported' }).getByText('needs credential').waitFor()
  })

  it('says of a certificate that it expires soon, or has expired', async () => {
    const days = (count: number) => new Date(Date.now() + (count * 24 + 1) * 3_600_000).toISOString()
    const certificate = (notAfter: string) => ({ thumbprint: 'AB'.repeat(20), subject: 'CN=x', notAfter })
    const soon = aSignIn({ kind: 'pfx', certificate: certificate(days(12)) })
    const past = aSignIn({ kind: 'pfx', certificate: certificate(days(-3)) })
    const profiles = [aProfile({ name: 'Soon', signInId: soon.id }), aProfile({ name: 'Past', signInId: past.id })]
    const { page } = await browser.openWindow(new FakeMainProcess({ profiles, signIns: [soon, past] }))
    await page.getByRole('listitem').filter({ hasText: 'Soon' }).getByText('12 days', { exact: true }).waitFor()
    await page.getByRole('listitem').filter({ hasText: 'Past' }).getByText('expired', { exact: true }).waitFor()
  })

  it('follows the profiles as they change', async () => {
    const { core, tenant } = await browser.openWindow()
    core.profiles = [...core.profiles, seattle]
    core.emit('profiles.changed', { profiles: core.profiles, signIns: core.signIns })
    await tenant('Northwind').waitFor()
  })
})

describe('the filter', () => {
  it.each(['north', 'customers', 'northwind.example', 'seattle OFFICE'])('finds a tenant by “%s”', async (text) => {
    const { page, tenant } = await browser.openWindow(new FakeMainProcess({ ...firstStart(), profiles: [...firstStart().profiles, seattle] }))
    await page.getByRole('searchbox').fill(text)
    await tenant('Northwind').waitFor()
    await tenant('Contoso demo').waitFor({ state: 'hidden' })
  })

  it('says so where nothing matches, and Escape clears it', async () => {
    const { page, tenant } = await browser.openWindow()
    await page.getByRole('searchbox').fill('nothing of this name')
    await page.getByText('No tenant matches').waitFor()
    await page.getByRole('searchbox').press('Escape')
    await tenant('Contoso demo').waitFor()
    expect(await page.getByRole('searchbox').inputValue()).toBe('')
  })

  it('finds one of 500 tenants', async () => {
    const profiles = Array.from({ length: 500 }, (_, index) =>
      aProfile({ name: `Customer ${index}`, group: `Region ${index % 20}`, domain: `customer-${index}.example` })
    )
    const { page, tenant } = await browser.openWindow(new FakeMainProcess({ profiles, signIns: [] }))
    await page.getByRole('searchbox').pressSequentially('customer-437')
    await tenant('Customer 437').waitFor()
    await tenant('Customer 1').waitFor({ state: 'hidden' })
  })
})

describe('a list of 2,000 tenants', () => {
  const customer = (index: number) => ({ name: `Customer ${String(index).padStart(4, '0')}`, group: `Region ${String(Math.floor(index / 100)).padStart(2, '0')}`, domain: `customer-${index}.example` })
  const open = async () => {
    const profiles = Array.from({ length: 2000 }, (_, index) => aProfile(customer(index)))
    const opened = await browser.openWindow(new FakeMainProcess({ profiles, signIns: [] }))
    await opened.tenant('Customer 0000').waitFor()
    return { ...opened, rows: opened.page.locator('[aria-label="Tenants"] li[data-profile]'), list: opened.page.getByRole('list', { name: 'Tenants' }) }
  }

  it('draws what is seen, tells the number of each, and goes to both ends by keys', async () => {
    const { page, tenant, rows } = await open()
    expect(await rows.count()).toBeLessThan(60)
    expect(await rows.first().getAttribute('aria-setsize')).toBe('2000')
    await tenant('Customer 0000').click()
    await page.keyboard.press('End')
    await eventually(() => tenant('Customer 1999').evaluate((row) => row === document.activeElement), Boolean)
    const last = rows.filter({ hasText: 'Customer 1999' })
    expect(await last.getAttribute('aria-posinset')).toBe('2000')
    expect(await last.evaluate((row) => row.getBoundingClientRect().bottom <= row.parentElement!.getBoundingClientRect().bottom)).toBe(true)
    await page.keyboard.press('PageUp')
    await eventually(() => tenant('Customer 1989').evaluate((row) => row === document.activeElement), Boolean)
    await page.keyboard.press('Home')
    await eventually(() => tenant('Customer 0000').evaluate((row) => row === document.activeElement), Boolean)
    expect(await rows.count()).toBeLessThan(60)
  })

  it('shows the rows of where it is scrolled to under the heading of their group, and keeps the keyboard at the selected one', async () => {
    const { page, tenant, list } = await open()
    await tenant('Customer 0000').click()
    await list.evaluate((element) => (element.scrollTop = element.scrollHeight / 2 - 300))
    await tenant('Customer 0999').waitFor()
    const heading = page.getByRole('heading', { name: 'Region 09' })
    await eventually(async () => heading.evaluate((element) => Math.abs(element.closest('li')!.getBoundingClientRect().top - element.closest('ul')!.getBoundingClientRect().top)), (distance) => distance < 1)
    expect(await tenant('Customer 0000').evaluate((row) => row === document.activeElement)).toBe(true)
    await page.keyboard.press('ArrowDown')
    await eventually(() => tenant('Customer 0001').evaluate((row) => row === document.activeElement), Boolean)
    expect(await list.evaluate((element) => element.scrollTop)).toBeLessThan(100)
  })

  it('finds one, from wherever it was scrolled to', async () => {
    const { page, tenant, rows, list } = await open()
    await list.evaluate((element) => (element.scrollTop = element.scrollHeight))
    await tenant('Customer 1999').waitFor()
    await page.getByRole('searchbox').pressSequentially('customer-1437')
    await tenant('Customer 1437').waitFor()
    await eventually(() => rows.count(), (count) => count === 1)
    await page.getByRole('searchbox').press('Escape')
    await tenant('Customer 0000').waitFor()
    expect(await rows.first().getAttribute('aria-setsize')).toBe('2000')
  })
})

describe('the keyboard', () => {
  it('goes from the search through the list to a connected terminal', async () => {
    const { core, page } = await browser.openWindow()
    await page.getByRole('searchbox').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Fabrikam demo', exact: true, selected: true }).waitFor()
    await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor()
    await page.keyboard.type('Get-Date')
    await eventually(() => core.sessionOf('Fabrikam demo').typed, (typed) => typed === 'Get-Date')
    expect(core.sessions.size).toBe(1)
  })

  it('edits with F2, and deletes with Delete after a yes', async () => {
    const { core, page, tenant } = await browser.openWindow()
    await tenant('Contoso demo').click()
    await page.keyboard.press('F2')
    await page.getByRole('dialog', { name: 'Edit Contoso demo' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await tenant('Contoso demo').focus()
    await page.keyboard.press('Delete')
    const question = page.getByRole('alertdialog')
    await question.getByText('Contoso demo').first().waitFor()
    expect(core.inputsOf('profiles.delete')).toEqual([])
    const { id } = core.profiles[0]!
    await question.getByRole('button', { name: 'Delete', exact: true }).click()
    await tenant('Contoso demo').waitFor({ state: 'detached' })
    expect(core.inputsOf('profiles.delete')).toEqual([{ id }])
  })

  it('jumps to a tenant by the first letters of its name', async () => {
    const { page, tenant } = await browser.openWindow()
    await tenant('Contoso demo').click()
    await page.keyboard.type('fab')
    await eventually(() => tenant('Fabrikam demo').evaluate((row) => row === document.activeElement), Boolean)
  })
})

describe('a tenant’s menu', () => {
  it('opens by the visible button and by the context-menu key, with what can be done', async () => {
    const { page, tenant } = await browser.openWindow()
    await tenant('Contoso demo').click()
    await page.keyboard.press('ContextMenu')
    const menu = page.getByRole('menu')
    await menu.waitFor()
    for (const name of ['Connect', 'Edit', 'Duplicate', 'Delete…', 'Export…']) await menu.getByRole('menuitem', { name, exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await menu.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: /^More/ }).first().click()
    await menu.waitFor()
  })

  it('duplicates a profile', async () => {
    const { page, tenant } = await browser.openWindow()
    await tenant('Contoso demo').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await tenant('Contoso demo copy').waitFor()
  })

  it('opens another session of a tenant that has one', async () => {
    const { page, connect, tenant } = await browser.openWindow()
    await connect('Contoso demo')
    await tenant('Contoso demo').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Open another session' }).click()
    await page.getByRole('tab', { name: 'Contoso demo (2)', exact: true, selected: true }).waitFor()
    await page.getByRole('region', { name: 'Terminal Contoso demo (2)', exact: true }).waitFor()
  })
})
