import { randomBytes, randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { aFailure, aProfile, aSignIn } from './fake-data.ts'
import { FakeMainProcess, resolvedTenantId } from './fake-main-process.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

/** A first start without any sign-in, with the editor of a new profile open. */
async function newProfile(core = new FakeMainProcess({ profiles: [], signIns: [] })) {
  const window = await browser.openWindow(core)
  await window.page.getByRole('complementary').getByRole('button', { name: 'New profile' }).click()
  const dialog = window.page.getByRole('dialog', { name: 'New profile' })
  await dialog.waitFor()
  return { ...window, dialog, field: (label: string) => dialog.getByLabel(label, { exact: true }) }
}

async function fillNew({ field }: Pick<Awaited<ReturnType<typeof newProfile>>, 'field'>, clientId: string = randomUUID()) {
  await field('Name').fill('Northwind')
  await field('Tenant domain').fill('northwind.example')
  await field('Application (client) ID').fill(clientId)
}

/** All that the page holds: its text, its fields, its storage. */
const everythingIn = (page: Page) =>
  page.evaluate(() =>
    [document.documentElement.outerHTML, ...[...document.querySelectorAll('input')].map((input) => input.value), JSON.stringify(localStorage), JSON.stringify(sessionStorage)].join('\n')
  )

describe('a new profile', () => {
  it('has the fields by their names, and chooses a new sign-in where there is none', async () => {
    const { dialog, field } = await newProfile()
    for (const label of ['Name', 'Group', 'Tenant domain', 'Cloud', 'Sign-in', 'Application (client) ID', 'Client secret']) await field(label).first().waitFor()
    // Also by whoever asks for a part of a name: no other field's name holds it.
    for (const label of ['Name', 'Group', 'Tenant domain', 'Cloud', 'Sign-in', 'Application (client) ID']) expect(await dialog.getByLabel(label).count(), label).toBe(1)
    expect(await field('Sign-in').locator('option:checked').innerText()).toBe('New sign-in')
    const kinds = dialog.getByRole('radiogroup', { name: 'Sign in with' }).getByRole('radio')
    expect(await kinds.count()).toBe(4)
    for (const name of ['Save', 'Save and connect', 'Cancel']) await dialog.getByRole('button', { name, exact: true }).waitFor()
  })

  it('is saved with a client secret, which is nowhere in the page after', async () => {
    const window = await newProfile()
    const { core, page, dialog, field } = window
    const secret = randomBytes(24).toString('base64url')
    const clientId = randomUUID()
    await fillNew(window, clientId)
    await field('Group').fill('Customers')
    await dialog.getByRole('textbox', { name: 'Client secret' }).fill(secret)
    expect(await dialog.getByRole('textbox', { name: 'Client secret' }).getAttribute('type')).toBe('password')
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(core.inputsOf('profiles.save')).toMatchObject([
      {
        profile: { name: 'Northwind', group: 'Customers', domain: 'northwind.example', cloud: 'worldwide', services: ['exchange'] },
        signIn: { use: 'new', signIn: { clientId, kind: 'secret', askEachTime: false } },
        credential: { kind: 'secret', secret }
      }
    ])
    await window.tenant('Northwind').waitFor()
    expect(core.sessions.size).toBe(0)
    expect(await everythingIn(page)).not.toContain(secret)
  })

  it('connects at once by “Save and connect”', async () => {
    const window = await newProfile()
    await fillNew(window)
    await window.dialog.getByRole('textbox', { name: 'Client secret' }).fill(randomBytes(12).toString('hex'))
    await window.dialog.getByRole('button', { name: 'Save and connect' }).click()
    await window.page.getByRole('tab', { name: 'Northwind', exact: true, selected: true }).waitFor()
  })

  it('takes a PFX file with its password', async () => {
    const window = await newProfile()
    const { core, dialog, field } = window
    const bytes = randomBytes(3000)
    const password = randomBytes(12).toString('hex')
    await fillNew(window)
    await dialog.getByRole('radio', { name: 'PFX file' }).check({ force: true })
    await field('PFX file').and(dialog.locator('input[type=file]')).setInputFiles({ name: 'app.pfx', mimeType: 'application/x-pkcs12', buffer: bytes })
    await field('PFX password').fill(password)
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(core.inputsOf('profiles.save')).toMatchObject([
      { signIn: { signIn: { kind: 'pfx' } }, credential: { kind: 'pfx', pfxBase64: bytes.toString('base64'), password } }
    ])
  })

  it('takes a certificate of the store, whose key can be tried first', async () => {
    const core = new FakeMainProcess({ profiles: [], signIns: [] })
    const thumbprint = randomBytes(20).toString('hex').toUpperCase()
    core.certificates = [
      { thumbprint, subject: 'CN=Exchange automation', notAfter: '2031-02-14T00:00:00Z', location: 'CurrentUser', keyKind: 'RSA 2048', canSign: true }
    ]
    const window = await newProfile(core)
    const { dialog, field } = window
    await fillNew(window)
    await dialog.getByRole('radio', { name: 'Certificate in store' }).check({ force: true })
    const option = field('Certificate').locator('option', { hasText: 'CN=Exchange automation' })
    await option.waitFor({ state: 'attached' })
    expect(await option.innerText()).toMatch(/2031-02-14.*RSA 2048|RSA 2048.*2031-02-14/)
    await field('Certificate').selectOption(thumbprint)
    await dialog.getByRole('button', { name: 'Test signature' }).click()
    await dialog.getByText(/PS256/).waitFor()
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(core.inputsOf('profiles.save')).toMatchObject([{ signIn: { signIn: { kind: 'store' } }, credential: { kind: 'store', thumbprint } }])
  })

  it('shows the tenant that its domain belongs to, once the field is left', async () => {
    const { core, dialog, field } = await newProfile()
    await field('Tenant domain').fill('northwind.example')
    await field('Tenant domain').press('Tab')
    await dialog.getByText(resolvedTenantId).waitFor()
    expect(core.inputsOf('profiles.resolve')).toMatchObject([{ domain: 'northwind.example', cloud: 'worldwide' }])
  })

  it('uses an existing sign-in without asking for anything of it', async () => {
    const signIn = aSignIn({ name: 'Partner app', usedBy: 12 })
    const { core, dialog, field } = await newProfile(new FakeMainProcess({ profiles: [], signIns: [signIn] }))
    await field('Sign-in').selectOption({ label: 'Partner app' })
    await dialog.getByText(/used by 12 profiles/).waitFor()
    await field('Application (client) ID').waitFor({ state: 'hidden' })
    await field('Name').fill('Northwind')
    await field('Tenant domain').fill('northwind.example')
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    const [saved] = core.inputsOf('profiles.save')
    expect(saved).toMatchObject({ signIn: { use: 'existing', id: signIn.id } })
    expect(saved).not.toHaveProperty('credential')
  })

  it('shows the host fields of a custom cloud and sends them', async () => {
    const window = await newProfile()
    const { core, dialog, field } = window
    await fillNew(window)
    await field('Cloud').selectOption('custom')
    await dialog.getByLabel(/^Login host/).fill('login.example')
    await dialog.getByLabel(/^Exchange host/).fill('outlook.example')
    await dialog.getByRole('textbox', { name: 'Client secret' }).fill(randomBytes(12).toString('hex'))
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(core.inputsOf('profiles.save')).toMatchObject([
      { profile: { cloud: 'custom', customCloud: { loginHost: 'login.example', exchangeHost: 'outlook.example' } } }
    ])
  })
})

describe('what is wrong in the editor', () => {
  it('is named at its field, which gets the keyboard, and nothing typed is lost', async () => {
    const window = await newProfile()
    const { core, page, dialog, field } = window
    const secret = randomBytes(12).toString('hex')
    await fillNew(window)
    await dialog.getByRole('textbox', { name: 'Client secret' }).fill(secret)
    core.failNext('profiles.save', aFailure({ message: '“northwind” is neither a domain name nor a tenant id.', hint: 'Type a domain.', field: 'domain' }))
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    const domain = field('Tenant domain')
    await eventually(() => domain.getAttribute('aria-invalid'), (invalid) => invalid === 'true')
    await eventually(() => domain.evaluate((input) => input === document.activeElement), Boolean)
    const described = await domain.evaluate((input) =>
      (input.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ')
    )
    expect(described).toContain('neither a domain name nor a tenant id')
    expect(await field('Name').inputValue()).toBe('Northwind')
    expect(await dialog.getByRole('textbox', { name: 'Client secret' }).inputValue()).toBe(secret)
    await domain.fill('northwind.example')
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })

  it('is an alert in the dialog where it belongs to no field', async () => {
    const window = await newProfile()
    await fillNew(window)
    await window.dialog.getByRole('textbox', { name: 'Client secret' }).fill('x')
    window.core.failNext('profiles.save', aFailure({ message: 'The connection was refused.', hint: 'Check the proxy.' }))
    await window.dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await window.dialog.getByRole('alert').getByText(/The connection was refused\./).waitFor()
    await window.dialog.getByRole('alert').getByText(/Check the proxy\./).waitFor()
  })

  it('is found before anything is sent where a field is empty', async () => {
    const { core, dialog, field } = await newProfile()
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await eventually(() => field('Name').getAttribute('aria-invalid'), (invalid) => invalid === 'true')
    await eventually(() => field('Name').evaluate((input) => input === document.activeElement), Boolean)
    expect(core.inputsOf('profiles.save')).toEqual([])
  })

  it('is said of every field at once, and of each until something is typed there', async () => {
    const { dialog, field } = await newProfile()
    await dialog.getByRole('checkbox', { name: 'Exchange Online' }).uncheck()
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    const sentences = ['The profile has no name.', 'The tenant domain is missing.', 'The application (client) ID is missing.', 'No service is chosen.']
    for (const sentence of sentences) await dialog.getByText(sentence).waitFor()
    await field('Name').pressSequentially('N')
    await dialog.getByText(sentences[0]!).waitFor({ state: 'hidden' })
    await dialog.getByRole('checkbox', { name: 'Security & Compliance' }).check()
    await dialog.getByText(sentences[3]!).waitFor({ state: 'hidden' })
    for (const sentence of sentences.slice(1, 3)) await dialog.getByText(sentence).waitFor()
  })

  it('is told of a domain when its field is left', async () => {
    const { core, dialog, field } = await newProfile()
    core.failNext('profiles.resolve', aFailure({ message: 'There is no tenant “nowhere.example”.', field: 'domain' }))
    await field('Tenant domain').fill('nowhere.example')
    await field('Tenant domain').press('Tab')
    await dialog.getByText(/There is no tenant “nowhere\.example”/).waitFor()
  })
})

describe('the cloud', () => {
  it('follows the tenant where its domain is typed, and stays what is chosen after that', async () => {
    const { core, dialog, field } = await newProfile()
    core.changeState({ clouds: [{ id: 'worldwide', label: 'Microsoft 365 (worldwide)' }, { id: 'gcchigh', label: 'GCC High' }] })
    core.tenantCloud = 'gcchigh'
    await field('Tenant domain').fill('agency.example')
    await field('Tenant domain').press('Tab')
    await eventually(() => dialog.getByLabel('Cloud').inputValue(), (cloud) => cloud === 'gcchigh')
    await dialog.getByLabel('Cloud').selectOption('worldwide')
    await eventually(() => Promise.resolve(core.inputsOf('profiles.resolve').length), (count) => count === 2)
    expect(core.inputsOf('profiles.resolve')).toMatchObject([{ cloud: 'worldwide', detect: true }, { cloud: 'worldwide', detect: false }])
    expect(await dialog.getByLabel('Cloud').inputValue()).toBe('worldwide')
  })
})

describe('services', () => {
  it('that Microsoft does not support here are told as such, and searching is a switch of compliance', async () => {
    const { core, dialog, field } = await newProfile()
    core.changeState({ cautions: [{ service: 'compliance', sentence: 'Microsoft supports it on Windows only.' }] })
    const search = dialog.getByRole('checkbox', { name: /eDiscovery searches/ })
    expect([await search.count(), await dialog.getByText(/on Windows only/).count()]).toEqual([0, 0])
    await dialog.getByRole('checkbox', { name: 'Security & Compliance' }).check()
    await dialog.getByText('Microsoft supports it on Windows only. Tenantry asks before it opens one.').waitFor()
    await search.check()
    await dialog.getByRole('checkbox', { name: 'Microsoft Graph' }).check()
    await field('Name').fill('Contoso')
    await field('Tenant domain').fill('contoso.example')
    await field('Application (client) ID').fill('11111111-2222-4333-8444-555555555555')
    await dialog.getByRole('textbox', { name: 'Client secret' }).fill(randomBytes(12).toString('hex'))
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await eventually(() => Promise.resolve(core.inputsOf('profiles.save').length), (count) => count === 1)
    expect(core.inputsOf('profiles.save')[0]).toMatchObject({ profile: { services: ['exchange', 'compliance', 'graph'], searchOnlySession: true } })
  })
})

describe('remote PowerShell', () => {
  it('is an option that says what became of it, and a wrong address is told at its field', async () => {
    const { core, dialog, field } = await newProfile()
    await dialog.getByText('More options').click()
    await dialog.getByRole('checkbox', { name: 'Remote PowerShell (legacy)' }).check()
    await dialog.getByText(/Microsoft switched this off for Exchange Online in October 2023, and no public Microsoft endpoint is known to take it/).waitFor()
    await field('Connection URI').fill('https://elsewhere.example/ps')
    await dialog.getByRole('checkbox', { name: /send the session, and its token, on to others/ }).check()
    await field('Name').fill('Contoso')
    await field('Tenant domain').fill('contoso.example')
    await field('Application (client) ID').fill('11111111-2222-4333-8444-555555555555')
    await dialog.getByRole('textbox', { name: 'Client secret' }).fill(randomBytes(12).toString('hex'))
    core.failNext('profiles.save', aFailure({ code: 'remote-host-other', message: 'The connection URI leads to elsewhere.example.', field: 'connectionUri' }))
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await eventually(() => field('Connection URI').getAttribute('aria-invalid'), (invalid) => invalid === 'true')
    expect(core.inputsOf('profiles.save')[0]).toMatchObject({ profile: { remotePowerShell: { connectionUri: 'https://elsewhere.example/ps', allowRedirection: true } } })
  })
})

describe('leaving the editor', () => {
  it('asks once where something was changed', async () => {
    const { page, dialog, field } = await newProfile()
    await field('Name').fill('Half a name')
    await page.keyboard.press('Escape')
    const question = page.getByRole('alertdialog')
    await question.waitFor()
    await question.getByRole('button', { name: 'Keep editing' }).click()
    await question.waitFor({ state: 'hidden' })
    expect(await field('Name').inputValue()).toBe('Half a name')
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click()
    await question.getByRole('button', { name: 'Discard' }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })

  it('does not ask where nothing was, and the keyboard is back where it was', async () => {
    const { page } = await newProfile()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await eventually(() => page.evaluate(() => document.activeElement?.textContent?.trim()), (text) => text === 'New profile')
  })
})

describe('editing a profile', () => {
  it('keeps what is not touched, and leaves the sign-in and its credential alone', async () => {
    const signIn = aSignIn({ name: 'Partner app' })
    const profile = aProfile({
      name: 'Northwind', group: 'Customers', signInId: signIn.id, environment: 'production', notes: 'By phone only', workingFolder: '/srv',
      moduleVersion: '3.8.0', loadPowerShellProfile: true, colour: '#b180ff', services: ['exchange', 'compliance']
    })
    const { core, page, tenant } = await browser.openWindow(new FakeMainProcess({ profiles: [profile], signIns: [signIn] }))
    await tenant('Northwind').click()
    await page.keyboard.press('F2')
    const dialog = page.getByRole('dialog', { name: 'Edit Northwind' })
    await dialog.getByLabel('Name', { exact: true }).fill('Northwind Traders')
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    const [saved] = core.inputsOf('profiles.save') as Array<Record<string, unknown>>
    const { tenantId, initialDomain, signInId, ...kept } = profile
    expect([tenantId, initialDomain, signInId]).toHaveLength(3)
    expect(saved!.profile).toEqual({ ...kept, name: 'Northwind Traders' })
    expect(saved!.signIn).toEqual({ use: 'existing', id: signIn.id })
    expect(saved).not.toHaveProperty('credential')
  })

  it('shows which tenant the profile is pinned to', async () => {
    const profile = aProfile({ name: 'Northwind', initialDomain: 'northwind.onmicrosoft.com' })
    const { page, tenant } = await browser.openWindow(new FakeMainProcess({ profiles: [profile], signIns: [] }))
    await tenant('Northwind').click()
    await page.keyboard.press('F2')
    await page.getByRole('dialog').getByText(`Pinned to ${profile.tenantId}, northwind.onmicrosoft.com`).waitFor()
  })

  it('keeps what is being typed for a sign-in while news of it comes in', async () => {
    const signIn = aSignIn({ name: 'Partner app', usedBy: 3 })
    const { core, page, tenant } = await browser.openWindow(new FakeMainProcess({ profiles: [aProfile({ name: 'Northwind', signInId: signIn.id })], signIns: [signIn] }))
    const secret = randomBytes(12).toString('hex')
    await tenant('Northwind').click()
    await page.keyboard.press('F2')
    const dialog = page.getByRole('dialog', { name: 'Edit Northwind' })
    await dialog.getByRole('button', { name: /^Replace the secret/ }).click()
    await dialog.getByRole('textbox', { name: 'Client secret' }).fill(secret)
    core.signIns = core.signIns.map((signIn) => ({ ...signIn, usedBy: 4 }))
    core.emit('profiles.changed', { profiles: core.profiles, signIns: core.signIns })
    await dialog.getByText(/used by 4 profiles/).waitFor()
    expect(await dialog.getByRole('textbox', { name: 'Client secret' }).inputValue()).toBe(secret)
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(core.inputsOf('profiles.save')).toMatchObject([{ credential: { kind: 'secret', secret } }])
  })

  it('can replace the sign-in’s secret for all who use it', async () => {
    const signIn = aSignIn({ name: 'Partner app', usedBy: 3 })
    const { core, page, tenant } = await browser.openWindow(new FakeMainProcess({ profiles: [aProfile({ name: 'Northwind', signInId: signIn.id })], signIns: [signIn] }))
    const secret = randomBytes(12).toString('hex')
    await tenant('Northwind').click()
    await page.keyboard.press('F2')
    const dialog = page.getByRole('dialog', { name: 'Edit Northwind' })
    await dialog.getByRole('button', { name: /^Replace the secret/ }).click()
    await dialog.getByRole('textbox', { name: 'Client secret' }).fill(secret)
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(core.inputsOf('profiles.save')).toMatchObject([{ signIn: { use: 'existing', id: signIn.id }, credential: { kind: 'secret', secret } }])
  })
})
