import { it } from 'vitest'
import { aFailure, aProfile, aSignIn, firstStart, connected } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { startBrowser } from './window-in-chromium.ts'
const days = (count: number) => new Date(Date.now() + (count * 24 + 1) * 3_600_000).toISOString()
it('shots', async () => {
  const browser = await startBrowser()
  const s1 = aSignIn({ name: 'Exchange automation', usedBy: 12 })
  const s2 = aSignIn({ name: 'b', kind: 'pfx', certificate: { thumbprint: 'A', subject: 'CN=x', notAfter: days(12) } })
  const s3 = aSignIn({ name: 'c', kind: 'pfx', certificate: { thumbprint: 'A', subject: 'CN=x', notAfter: days(-2) } })
  const start = firstStart()
  const profiles = [
    aProfile({ name: 'Contoso', group: 'Production', domain: 'contoso.onmicrosoft.com', colour: '#e5734b', environment: 'production', signInId: s1.id }),
    aProfile({ name: 'Fabrikam', group: 'Production', domain: 'fabrikam.onmicrosoft.com', signInId: s2.id }),
    aProfile({ name: 'Northwind Traders', group: 'Production', domain: 'northwind.onmicrosoft.com', colour: '#4cc38a', signInId: s1.id }),
    aProfile({ name: 'Tailspin (GCC High)', group: 'Production', domain: 'tailspin.onmicrosoft.us', colour: '#b180ff', signInId: s3.id }),
    aProfile({ name: 'A very long name of a tenant that nobody would want to type twice in one day', group: 'A group with a name that goes on and on and does not end soon', domain: 'a-very-long-domain-name-of-a-tenant.subdomain.onmicrosoft.com', signInId: null }),
    ...start.profiles
  ]
  const core = new FakeMainProcess({ profiles, signIns: [s1, s2, s3, ...start.signIns] })
  const w = await browser.openWindow(core)
  const shot = async (name: string) => { await w.page.waitForTimeout(150); await w.page.screenshot({ path: `/tmp/px/${name}.png` }) }
  await w.page.emulateMedia({ colorScheme: 'dark' })
  await shot('first')
  core.connects = true
  await w.connect('Northwind Traders')
  await w.connect('Contoso')
  const c = core.sessionOf('Contoso')
  c.print('Get-EXOMailbox -ResultSize 4 | Format-Table DisplayName, PrimarySmtpAddress\r\n\r\n\x1b[32;1mDisplayName       PrimarySmtpAddress\x1b[0m\r\n\x1b[32;1m-----------       ------------------\x1b[0m\r\nAdele Vance       AdeleV@contoso.com\r\nAlex Wilber       AlexW@contoso.com\r\n\r\n\x1b[38;2;229;115;75mContoso\x1b[0m PS> ')
  await shot('main')
  await w.page.emulateMedia({ colorScheme: 'light' })
  await shot('main-light')
  await w.page.emulateMedia({ colorScheme: 'dark' })
  core.changeSession(c, { phase: 'failed', standIn: true, failure: aFailure({ message: 'Microsoft refused the client secret: it is wrong (AADSTS7000215). Very often the secret’s ID was pasted instead of its value.', hint: 'Paste the secret’s value, or make a new secret in the app registration.' }) })
  await shot('failure')
  core.changeSession(c, { ...connected(core.profiles[0]!), failure: null })
  await w.page.getByRole('complementary').getByRole('button', { name: 'New profile' }).click()
  await w.page.waitForTimeout(200)
  await w.page.getByLabel('Tenant domain').fill('contoso.com')
  await w.page.keyboard.press('Tab')
  await shot('editor')
  await w.page.getByText('More options').click()
  await shot('editor-more')
  await w.page.emulateMedia({ colorScheme: 'light' })
  await shot('editor-light')
  await w.page.emulateMedia({ colorScheme: 'dark' })
  await w.page.keyboard.press('Escape')
  await shot('discard')
  await w.page.getByRole('button', { name: 'Discard' }).click()
  await w.tenant('Fabrikam').click({ button: 'right' })
  await shot('menu')
  await w.page.keyboard.press('Escape')
  await w.page.getByRole('button', { name: 'Sign-ins…' }).click()
  await shot('signins')
  await w.page.keyboard.press('Escape')
  await w.page.setViewportSize({ width: 480, height: 320 }); await shot('small')
  await w.page.setViewportSize({ width: 320, height: 480 }); await shot('narrow')
  await w.page.setViewportSize({ width: 3840, height: 2160 }); await shot('4k')
  await browser.close()
})
