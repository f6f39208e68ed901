import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { patienceMs, type, waitForText } from './preview-in-chromium.ts'
import { connected, credentialQuestion, ProfileDialog, promptOf } from './profile-dialog.ts'
import type { Plant, PlantName, Secrets } from './leak-canaries.ts'
import type { LeakMachine } from './leak-machine.ts'
import { pageSinks, type Sink } from './leak-sinks.ts'

/** What a person's PowerShell profile may do: keep a transcript of everything, where this PowerShell has one. */
const powershellProfile = `
if (Get-Command -Name Start-Transcript -ErrorAction Ignore) { $null = Start-Transcript -Path "$HOME/transcript-$PID.txt" -IncludeInvocationHeader }
`

/** Prints what a curious person finds in a session without reflection. */
const lookAround = `
Get-ChildItem -Path Env: | ForEach-Object { '{0}={1}' -f $_.Name, $_.Value }
foreach ($scope in 'Local', 'Script', 'Global') {
    Get-Variable -Scope $scope | ForEach-Object { '{0}={1}' -f $_.Name, ($_.Value | Out-String -Width 2000) }
}
Get-History | ForEach-Object { $_.CommandLine }
$Error | ForEach-Object { $_ | Format-List -Property * -Force | Out-String -Width 2000; $_.InvocationInfo.BoundParameters | Out-String -Width 2000 }
Get-ConnectionInformation | Format-List -Property * | Out-String -Width 2000
[Environment]::GetCommandLineArgs()
'looked ' + 'around'
`

/** The echoing tenant: what its services are sent comes back in their refusals. */
export const echoing = { name: 'Tailspin demo', domain: 'tailspindemo.onmicrosoft.com', vanityDomain: 'tailspin.example', clientId: '3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b699' }
export const contosoApp = '3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b601'

interface Stage {
  machine: LeakMachine
  page: Page
  context: BrowserContext
  secrets: Secrets
  plants: Record<PlantName, Plant>
}

/** What the home of somebody who uses PowerShell has in it. */
export function furnishHome({ home }: LeakMachine): void {
  mkdirSync(join(home, '.config', 'powershell'), { recursive: true })
  writeFileSync(join(home, '.config', 'powershell', 'Microsoft.PowerShell_profile.ps1'), powershellProfile)
  writeFileSync(join(home, 'look-around.ps1'), lookAround)
}

/** Puts a canary into each place that the test itself can write to. */
export async function plantFirst({ machine, page, plants }: Stage): Promise<void> {
  writeFileSync(join(machine.data, 'planted'), plants.dataFile.bytes)
  writeFileSync(join(machine.temporary, 'planted'), plants.temporaryFile.bytes)
  writeFileSync(join(machine.temporary, 'planted-piece'), plants.tokenPiece.bytes)
  writeFileSync(join(machine.home, 'planted'), plants.homeFile.bytes)
  writeFileSync(join(machine.home, 'planted-key'), plants.keyFile.bytes)
  const planted = Object.fromEntries(
    (['localStorage', 'sessionStorage', 'database', 'cookie', 'browserProfile'] as const).map((name) => [name, plants[name].text])
  ) as Record<'localStorage' | 'sessionStorage' | 'database' | 'cookie' | 'browserProfile', string>
  await page.evaluate(async ({ localStorage: local, sessionStorage: session, database, cookie, browserProfile }) => {
    localStorage.setItem('planted', local)
    localStorage.setItem('planted in the profile', browserProfile)
    sessionStorage.setItem('planted', session)
    document.cookie = `planted=${cookie}; path=/`
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.open('planted', 1)
      request.onupgradeneeded = () => request.result.createObjectStore('planted').put(database, 'planted')
      request.onerror = () => reject(request.error)
      request.onsuccess = () => {
        request.result.close()
        resolve()
      }
    })
  }, planted)
  // The file of the data folder is a short-lived one.
  await page.waitForTimeout(500)
  rmSync(join(machine.data, 'planted'))
}

/** Does with Tenantry what an admin does in a week; answers what the page held at each stage. */
export async function useTenantry(stage: Stage): Promise<Sink[]> {
  const { page, context } = stage
  const held: Sink[] = []
  const lookAtPage = async () => held.push(...(await pageSinks(page, context)))
  await connectBySecret(stage)
  await connectByFile(stage)
  await connectByStore(stage)
  await connectByAccount(stage, 'browser')
  await connectByAccount(stage, 'device')
  await lookAtPage()
  await failTwice(stage)
  await lookAtPage()
  await exportProfiles(stage)
  await reload(stage)
  await reconnectAndClose(stage)
  await lookAtPage()
  return held
}

async function newProfile(page: Page, name: string, tenant = { domain: 'contoso.example', clientId: contosoApp }): Promise<ProfileDialog> {
  const editor = await ProfileDialog.new(page)
  await editor.describe({ name, ...tenant })
  return editor
}

async function loadPowerShellProfile({ dialog }: ProfileDialog): Promise<void> {
  await dialog.getByText('More options').click()
  await dialog.getByRole('checkbox', { name: 'Load my PowerShell profile' }).check()
}

async function listMailboxes(page: Page, name: string): Promise<void> {
  await type(page, name, '(Get-EXOMailbox -ResultSize 3).PrimarySmtpAddress')
  await waitForText(page, name, /\n\S+@contoso\.example/)
  await promptOf(page, name)
}

async function connectBySecret({ page, machine, secrets, plants }: Stage): Promise<void> {
  const editor = await newProfile(page, 'By secret')
  await editor.enterSecret(secrets.clientSecret)
  await loadPowerShellProfile(editor)
  await editor.dialog.getByRole('checkbox', { name: 'Keep a transcript of each session' }).check()
  await editor.field('Notes').fill(plants.notes.canary.value as string)
  await editor.saveAndConnect('By secret')
  plantInSession(machine, plants.sessionFile)
  await type(page, 'By secret', `'${plants.typed.text}'`)
  await waitForText(page, 'By secret', new RegExp(`\\n${plants.typed.text}`))
  await promptOf(page, 'By secret')
  await listMailboxes(page, 'By secret')
  await type(page, 'By secret', '. ~/look-around.ps1')
  await waitForText(page, 'By secret', /\nlooked around\s[^]*PS>\s*$/)
}

/** A session's folder lives as long as its shell, so what is planted there is seen while it runs or not at all. */
function plantInSession({ temporary }: LeakMachine, plant: Plant): void {
  const run = readdirSync(temporary).find((name) => name.startsWith('tenantry-run-'))!
  const session = readdirSync(join(temporary, run), { withFileTypes: true }).find((entry) => entry.isDirectory())!
  writeFileSync(join(temporary, run, session.name, 'planted'), plant.bytes)
}

async function connectByFile({ page, secrets }: Stage): Promise<void> {
  const editor = await newProfile(page, 'By file')
  await editor.choose('PFX file')
  await editor.enterPfx(secrets.pfx.bytes, secrets.pfxPassword)
  await editor.dialog.getByText(/✓ .*expires/).waitFor()
  await editor.saveAndConnect('By file')
  await listMailboxes(page, 'By file')
}

async function connectByStore({ page, machine }: Stage): Promise<void> {
  const editor = await newProfile(page, 'By store')
  await editor.choose('Certificate in store')
  await editor.enterCertificate('CN=Exchange automation')
  await editor.dialog.getByRole('button', { name: 'Test signature' }).click()
  await editor.dialog.getByText(/✓ signed with/).waitFor({ timeout: patienceMs })
  await editor.saveAndConnect('By store')
  await renewToken(page, machine)
  await listMailboxes(page, 'By store')
}

/** A person signs in on the demo's page, in the browser that has the window. */
async function connectByAccount({ page, context }: Stage, how: 'browser' | 'device'): Promise<void> {
  const name = `By ${how}`
  const editor = await newProfile(page, name)
  await editor.choose('My account')
  const button = (label: string) => editor.dialog.getByRole('button', { name: label, exact: true })
  await button(how === 'browser' ? 'Sign in with browser' : 'Use a device code').click()
  const opened = context.waitForEvent('page')
  const code = how === 'device' ? await editor.dialog.getByLabel('Device code').innerText() : null
  await editor.dialog.getByRole('link', { name: 'Open the sign-in page' }).click()
  const signInPage = await opened
  if (code !== null) {
    await signInPage.getByLabel('Code').fill(code)
    await signInPage.getByRole('button', { name: 'Next' }).click()
  }
  await signInPage.getByRole('button', { name: /^Exchange admin/ }).click()
  await signInPage.getByRole('status').waitFor()
  await signInPage.close()
  await button('Sign in again').waitFor({ timeout: patienceMs })
  await editor.saveAndConnect(name)
  await listMailboxes(page, name)
  if (how === 'browser') {
    await page.getByRole('button', { name: 'Tools' }).click()
    await page.getByRole('menuitem', { name: 'Lock…' }).click()
    await page.getByRole('button', { name: 'Lock now' }).click()
    await page.getByRole('heading', { name: 'Tenantry is locked' }).waitFor()
    // An unlocked page begins anew.
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Unlock' }).click()])
    await promptOf(page, name)
  }
  await type(page, name, '. ~/look-around.ps1')
  await waitForText(page, name, /\nlooked around\s[^]*PS>\s*$/)
  await page.getByRole('button', { name: `Close tab ${name}` }).click()
  await page.getByRole('tab', { name, exact: true }).waitFor({ state: 'hidden' })
}

/** A command whose token is refused asks for a new one, which goes into the running session. */
async function renewToken(page: Page, machine: LeakMachine): Promise<void> {
  const tokens = () => machine.noted<{ kind: string }>('secrets.jsonl').filter(({ kind }) => kind === 'token').length
  const before = tokens()
  await type(page, 'By store', 'Get-OrganizationConfig | Format-List Name')
  await promptOf(page, 'By store')
  for (const deadline = Date.now() + patienceMs; tokens() === before; await page.waitForTimeout(50)) {
    if (Date.now() > deadline) throw new Error('A refused token was not renewed.')
  }
  await type(page, 'By store', 'Get-OrganizationConfig | Format-List Name')
  await waitForText(page, 'By store', /\nName : /)
  await promptOf(page, 'By store')
}

/** A secret that is refused, then a token that is: both services repeat in their answers what they were sent. */
async function failTwice({ page, secrets }: Stage): Promise<void> {
  const name = 'Echo'
  const editor = await newProfile(page, name, { domain: echoing.vanityDomain, clientId: echoing.clientId })
  await editor.dialog.getByRole('checkbox', { name: 'Ask for it each time' }).check()
  await editor.press('Save and connect')
  for (const [secret, sentence] of [[secrets.wrongSecret, /it is wrong \(AADSTS7000215\)/], [secrets.clientSecret, /is not understood/]] as const) {
    const question = await credentialQuestion(page, echoing.vanityDomain)
    await question.enterSecret(secret)
    await question.press('Sign in')
    await question.dialog.waitFor({ state: 'hidden' })
    await page.getByRole('alert').filter({ hasText: sentence }).waitFor({ timeout: patienceMs })
    await promptOf(page, name)
    if (secret === secrets.wrongSecret) await page.getByRole('button', { name: 'Reconnect' }).click()
  }
  await type(page, name, '. ~/look-around.ps1')
  await waitForText(page, name, /\nlooked around\s[^]*PS>\s*$/)
}

async function exportProfiles({ page, machine }: Stage): Promise<void> {
  for (const format of ['json', 'csv']) {
    await page.getByRole('complementary').getByRole('button', { name: 'Export…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Export profiles' })
    await dialog.getByLabel('Format', { exact: true }).selectOption(format)
    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Export', exact: true }).click()])
    await download.saveAs(join(machine.downloads, `exported.${format}`))
    await dialog.waitFor({ state: 'hidden' })
  }
}

async function reload({ page, plants }: Stage): Promise<void> {
  await page.reload()
  for (const name of ['By store', 'By secret']) {
    await page.getByRole('tab', { name, exact: true }).click()
    await promptOf(page, name)
  }
  // The page is a new one: what is planted in its document goes in now.
  await page.evaluate((text) => {
    const planted = document.createElement('p')
    planted.hidden = true
    planted.textContent = text
    document.body.append(planted)
  }, plants.document.canary.value as string)
}

async function reconnectAndClose({ page }: Stage): Promise<void> {
  await page.getByRole('button', { name: 'Reconnect' }).click()
  await page.getByRole('status').filter({ hasText: /^(Starting|Signing in|Connecting)/ }).waitFor({ timeout: patienceMs })
  await connected(page, 'By secret')
  await listMailboxes(page, 'By secret')
  await page.getByRole('button', { name: 'Close tab By file' }).click()
  await page.getByRole('tab', { name: 'By file', exact: true }).waitFor({ state: 'hidden' })
}

/** The names of the sealed files, which are where a secret may be. */
export function sealedFiles({ data }: LeakMachine): string[] {
  return readdirSync(join(data, 'sealed')).filter((name) => readFileSync(join(data, 'sealed', name)).length > 0)
}
