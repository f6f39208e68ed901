import { strFromU8, unzipSync } from 'fflate'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import type { RunExport, RunView } from '../../../app/contract.ts'
import { powerShellText } from '../../../app/runs/export/automation.ts'
import { readExportScript } from '../../../app/runs/export/scripts.ts'
import { slugsOf } from '../../../app/runs/export/slug.ts'
import { chosenOf, everyChoice, exported, exportsOf, runOver, signInNamed, sourceNamed } from './exports.ts'

const file = ({ files }: RunExport, end: string) => files.find(({ path }) => path.endsWith(end))!.text
const json = (made: RunExport, end: string) => JSON.parse(file(made, end)) as never

it('has the script as it is, and each tenant with what it is connected by', async () => {
  const sources = [sourceNamed('Contoso'), sourceNamed('Fabrikam', { cloud: 'gcchigh', initialDomain: 'fabrikam.onmicrosoft.us' })]
  const run = runOver(sources, { script: "Get-Mailbox | Select-Object Name, @{ n = 'ü'; e = { $_.Size } }\r\n# end" })
  const made = await exported(run, sources)
  expect(made.fileName).toBe('forwarding-github-actions.zip')
  expect(file(made, 'script.ps1')).toBe(run.script)
  expect(json(made, 'tenants.json')).toMatchObject([
    { slug: 'contoso', name: 'Contoso', tenantId: sources[0]!.profile.tenantId, organization: 'contoso.onmicrosoft.com', authority: `https://login.microsoftonline.com/${sources[0]!.profile.tenantId}`, resource: 'https://outlook.office365.com', connect: {}, audience: 'api://AzureADTokenExchange', certificate: '' },
    { slug: 'fabrikam', authority: `https://login.microsoftonline.us/${sources[1]!.profile.tenantId}`, resource: 'https://outlook.office365.us', connect: { ExchangeEnvironmentName: 'O365USGovGCCHigh' }, audience: 'api://AzureADTokenExchangeUSGov' }
  ])
  expect(json(made, 'run.json')).toMatchObject({ connect: 'Connect-ExchangeOnline', signIn: 'federated', isReadOnly: true, module: { name: 'ExchangeOnlineManagement', version: '3.9.2', powershell: '7.4' } })
})

it('gives each tenant a name of its own, whatever people called it', () => {
  expect(slugsOf(['Contoso', 'contoso!', 'Zoë & Söhne', '日本', '🦆', 'x'.repeat(80), '../../etc', 'contoso-2', 'Get-Mailbox -ResultSize 3 | Select-Object DisplayName', `${'x'.repeat(40)} y`], 'tenant')).toEqual(['contoso', 'contoso-2', 'zoe-sohne', 'tenant', 'tenant-2', 'x'.repeat(40), 'etc', 'contoso-2-2', 'get-mailbox-resultsize-3-select-object', `${'x'.repeat(40)}-2`])
})

it.each([1, 3, 300])('is made for %i tenants', async (count) => {
  const sources = Array.from({ length: count }, (_, at) => sourceNamed(`Tenant ${at}`))
  for (const choice of everyChoice) {
    const made = await exported(runOver(sources), sources, choice)
    const slugs = choice.target === 'github-actions' ? (json(made, 'tenants.json') as Array<{ slug: string }>).map(({ slug }) => slug) : [...file(made, '.ps1').matchAll(/"slug": "([^"]+)"/g)].map(([, slug]) => slug)
    expect(new Set(slugs).size).toBe(count)
  }
})

const nasty = ["O'Brien ’@", '${{ secrets.GITHUB_TOKEN }}', 'a\nrun: evil\n', '"; exit 0 #', '=cmd|calc', '`$(whoami)`', '🦆 Duck | Co', '</script>', "'@\n$x = 1"]

it('lets nothing that people typed into the workflow', async () => {
  for (const name of nasty) {
    const sources = [sourceNamed(name, { domain: 'contoso.example' }, signInNamed(name))]
    const made = await exported(runOver(sources, { title: name }), sources, { target: 'github-actions', signIn: 'certificate' })
    const workflow = file(made, '.yml')
    expect(workflow).not.toContain(name)
    const parsed = parse(workflow) as { name: string; jobs: Record<string, unknown> }
    expect(parsed.name).toMatch(/^Tenantry: [a-z0-9-]+$/)
    expect(Object.keys(parsed.jobs)).toEqual(['plan', 'tenants', 'merge'])
    for (const [, secret] of workflow.matchAll(/secrets\.(\S+) /g)) expect(secret).toMatch(/^TENANTRY_CERTIFICATE_[A-Z0-9_]+$/)
    for (const { path } of made.files) expect(path).toMatch(/^[A-Za-z0-9./-]+$/)
    expect(json(made, 'tenants.json')).toMatchObject([{ name }])
  }
})

it('shows what people typed as text alone where Markdown is read', async () => {
  const sources = [sourceNamed('[click](https://evil.example) <img src=x> | x\n# head')]
  for (const choice of everyChoice) {
    const readme = file(await exported(runOver(sources, { title: '# <b>' }), sources, choice), 'README.md')
    expect(readme).not.toMatch(/[^\\]\[click\]/)
    expect(readme).not.toMatch(/[^\\]<img/)
    expect(readme).not.toMatch(/^# head/m)
  }
})

it('has the credential of each app, by the cloud that it is in', async () => {
  const apps = [signInNamed('One'), signInNamed('Two'), signInNamed('Three')] as const
  const sources = [sourceNamed('Contoso', {}, apps[0]), sourceNamed('Fabrikam', {}, apps[1]), sourceNamed('Army', { cloud: 'gcchigh' }, apps[2])]
  const readme = file(await exported(runOver(sources), sources), 'README.md')
  const credentials = [...readme.matchAll(/^```json\n(\{[\s\S]*?\n\})\n```$/gm)].map(([, text]) => JSON.parse(text!) as Record<string, unknown>)
  const common = { name: 'github-tenantry-read', issuer: 'https://token.actions.githubusercontent.com', subject: 'repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID:environment:tenantry-read' }
  expect(credentials).toEqual([{ ...common, audiences: ['api://AzureADTokenExchange'] }, { ...common, audiences: ['api://AzureADTokenExchangeUSGov'] }])
  const commands = [...readme.matchAll(/^az ad app federated-credential create --id (\S+) --parameters (\S+)$/gm)].map(([, id, name]) => [id, name])
  expect(commands).toEqual([[apps[0].clientId, 'credential.json'], [apps[1].clientId, 'credential.json'], [apps[2].clientId, 'credential-2.json']])
})

it('names the roles and permissions that the service goes by', async () => {
  const sources = [sourceNamed('Contoso')]
  const readmeOf = async (service: RunView['service'], isReadOnly: boolean, choice = everyChoice[1]!) => file(await exported(runOver(sources, { service, isReadOnly }), sources, choice), 'README.md')
  expect(await readmeOf('exchange', false)).toContain('Exchange Recipient Administrator')
  expect(await readmeOf('compliance', false)).toContain('Compliance Administrator')
  expect(await readmeOf('compliance', false)).not.toContain('Exchange Recipient Administrator')
  expect(await readmeOf('graph', true)).toContain('such as `User.Read.All`')
  expect(await readmeOf('graph', true)).not.toContain('CSP')
  expect(await readmeOf('exchange', true, everyChoice[3]!)).toContain("-Value 'Exchange.ManageAsApp'")
})

it('puts a script into quotes where a line of it would end the text that it stands in', () => {
  expect(powerShellText('Get-Mailbox')).toBe("@'\nGet-Mailbox\n'@")
  for (const end of ["'@", '’@', "\n'@", 'a\r‘@']) expect(powerShellText(end)).toMatch(/^'/)
})

it('holds no secret, whatever the profiles and their sign-ins know', async () => {
  const secret = () => `canary${randomUUID()}`
  const canaries = { notes: secret(), workingFolder: `/home/${secret()}`, group: secret(), stray: secret() }
  const found = sourceNamed('Contoso', { notes: canaries.notes, workingFolder: canaries.workingFolder, group: canaries.group }, signInNamed('App', { kind: 'secret' }))
  const sources = [{ ...found, signIn: { ...found.signIn!, clientSecret: canaries.stray } }]
  for (const choice of everyChoice) {
    const made = JSON.stringify(await exported(runOver(sources), sources, choice))
    for (const canary of Object.values(canaries)) expect(made).not.toContain(canary)
  }
})

it('leaves out whom nobody could sign in, and says why', async () => {
  const good = sourceNamed('Contoso')
  const sources = [
    good,
    sourceNamed('No id', { tenantId: null }),
    sourceNamed('No sign-in', {}, null),
    sourceNamed('Person', {}, signInNamed('Anna', { kind: 'account' })),
    sourceNamed('No Exchange', { services: ['graph'] }),
    sourceNamed('Remote', { remotePowerShell: { connectionUri: 'https://exchange.example/powershell', allowRedirection: false } }),
    sourceNamed('Id alone', { domain: randomUUID(), initialDomain: null })
  ]
  const gone = sourceNamed('Gone')
  const made = await exportsOf(runOver([...sources, gone]), sources).preview({ id: 'x', target: 'github-actions', signIn: 'federated' })
  expect(made.leftOut.map(({ name, reason }) => `${name}: ${reason.split(/[:.]/)[0]}`)).toEqual([
    'No id: Its tenant id is not known',
    'No sign-in: Its profile has no sign-in',
    'Person: Its sign-in is a person’s account, and nobody is there to sign in',
    'No Exchange: Its profile has no Exchange Online',
    'Remote: Its profile goes over a remote PowerShell endpoint of its own, which takes no certificate',
    'Id alone: Only its tenant id is known, and Exchange wants its domain',
    'Gone: Its profile is not there any more'
  ])
  expect(json(made, 'tenants.json')).toHaveLength(1)
  expect(file(made, 'README.md')).toContain('Left out:')
})

it('leaves a profile of read-only sessions out of a run that may change data, as the run in the app does', async () => {
  const sources = [sourceNamed('Contoso'), sourceNamed('Careful', { readOnly: true })]
  for (const choice of everyChoice) {
    const changing = await exported(runOver(sources, { isReadOnly: false }), sources, choice)
    expect(changing.leftOut).toEqual([{ name: 'Careful', reason: expect.stringContaining('“Read-only sessions”') as string }])
    for (const { path, text } of changing.files) if (!path.endsWith('README.md')) expect(text).not.toContain(sources[1]!.profile.tenantId)
    expect((await exported(runOver(sources), sources, choice)).leftOut).toEqual([])
  }
  const careful = [sources[1]!]
  await expect(exported(runOver(careful, { isReadOnly: false }), careful)).rejects.toMatchObject({ code: 'run-export-nobody' })
})

it('goes to the tenant that a profile led to when the run began, and to no other', async () => {
  const sources = [sourceNamed('Contoso'), sourceNamed('Moved'), sourceNamed('Known by its domain', { tenantId: null }), sourceNamed('Other cloud')]
  const run = runOver(sources)
  const moved = { ...sources[1]!, profile: { ...sources[1]!.profile, tenantId: randomUUID() } }
  const now = [sources[0]!, moved, { ...sources[2]!, profile: { ...sources[2]!.profile, tenantId: randomUUID() } }, { ...sources[3]!, cloud: sourceNamed('x', { cloud: 'gcchigh' }).cloud }]
  const { files, leftOut } = await exportsOf(run, now, { run: () => ({ view: run, chosen: chosenOf(sources) }) }).preview({ id: run.id, target: 'github-actions', signIn: 'federated' })
  expect(leftOut.map(({ name }) => name)).toEqual(['Moved', 'Other cloud'])
  expect(leftOut[0]!.reason).toBe(`This tenant was ${sources[1]!.profile.tenantId} at login.microsoftonline.com when the run began, and its profile now leads to ${moved.profile.tenantId} at login.microsoftonline.com. Nothing was run there.`)
  for (const { path, text } of files) if (!path.endsWith('README.md')) expect(text).not.toContain(moved.profile.tenantId)
})

it('says in a sentence why nothing can be exported', async () => {
  const person = [sourceNamed('Person', {}, signInNamed('Anna', { kind: 'account' }))]
  await expect(exported(runOver(person), person)).rejects.toMatchObject({ code: 'run-export-nobody' })
  const sources = [sourceNamed('Contoso')]
  await expect(exported(runOver(sources), sources, { target: 'github-actions', signIn: 'managed-identity' })).rejects.toMatchObject({ code: 'run-export-sign-in' })
  await expect(exported(runOver(sources), sources, { target: 'azure-automation', signIn: 'federated' })).rejects.toMatchObject({ code: 'run-export-sign-in' })
  await expect(exported(runOver(sources, { service: 'compliance' }), sources, { target: 'azure-automation', signIn: 'managed-identity' })).rejects.toMatchObject({ code: 'run-export-service' })
  const many = Array.from({ length: 101 }, (_, at) => sourceNamed(`Tenant ${at}`, {}, signInNamed(`App ${at}`)))
  await expect(exported(runOver(many), many, { target: 'github-actions', signIn: 'certificate' })).rejects.toMatchObject({ code: 'run-export-too-many-certificates' })
  await expect(exported(runOver(many), many)).resolves.toBeTruthy()
})

it('pins the module that a profile pins, else the newest here that the engines run', async () => {
  const versionOf = async (pins: string[], installed: string[] = []) => {
    const sources = pins.map((moduleVersion, at) => sourceNamed(`Tenant ${at}`, { moduleVersion }))
    const run = runOver(sources)
    const made = await exportsOf(run, sources, { installed: async () => installed }).preview({ id: run.id, target: 'azure-automation', signIn: 'certificate' })
    return { version: /"version": "([^"]+)"/.exec(file(made, '.ps1'))![1], notes: made.notes }
  }
  expect(await versionOf([''], ['3.10.1', '3.9.0', '3.8.0'])).toEqual({ version: '3.9.0', notes: [] })
  expect(await versionOf(['3.7.0', ''], ['3.9.0'])).toEqual({ version: '3.7.0', notes: [] })
  expect(await versionOf(['3.10.1'])).toEqual({ version: '3.9.2', notes: ['“Tenant 0” is pinned to ExchangeOnlineManagement 3.10.1, and the export uses 3.9.2 for all tenants.'] })
})

it('tells what is other than in Tenantry', async () => {
  const sources = [sourceNamed('Contoso', {}, signInNamed('App', { kind: 'secret' })), sourceNamed('Fabrikam')]
  const notesFor = async (choice: (typeof everyChoice)[number], isReadOnly = true) => (await exported(runOver(sources, { isReadOnly }), sources, choice)).notes.join(' ')
  expect(await notesFor(everyChoice[0]!)).toContain('“App” signs in with a client secret here. There its app needs a federated credential.')
  expect(await notesFor(everyChoice[1]!, false)).toContain('has no guard')
  expect(await notesFor(everyChoice[3]!)).toContain('the one tenant that its Automation account lives in')
})

it('saves one zip, of the same bytes each time', async () => {
  const sources = [sourceNamed('Contoso'), sourceNamed('Fabrikam')]
  const run = runOver(sources)
  const choice = { id: run.id, ...everyChoice[1]! }
  const first = await exportsOf(run, sources).save(choice)
  const second = await exportsOf(run, sources).save(choice)
  expect(first.base64).toBe(second.base64)
  const { files } = await exportsOf(run, sources).preview(choice)
  const unzipped = Object.entries(unzipSync(Buffer.from(first.base64!, 'base64'))).map(([path, bytes]) => ({ path, text: strFromU8(bytes) }))
  expect(unzipped).toEqual(files)
  const saved: unknown[] = []
  const answered = await exportsOf(run, sources, { saveFile: async ({ content, fileName }) => `/chosen/${saved.push(content)}/${fileName}` }).save(choice)
  expect(answered).toEqual({ fileName: 'forwarding-github-actions.zip', savedAs: '/chosen/1/forwarding-github-actions.zip', base64: null })
  expect(Buffer.from(saved[0] as Uint8Array).toString('base64')).toBe(first.base64)
})

it('leaves out the signature that an installed app’s scripts have', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-scripts-'))
  mkdirSync(join(folder, 'export'))
  writeFileSync(join(folder, 'export', 'TenantRun.ps1'), '\ufeff# One\r\n$x = 1\r\n\r\n# SIG # Begin signature block\r\n# MIIabc\r\n# SIG # End signature block\r\n')
  expect(await readExportScript(folder, 'TenantRun.ps1')).toBe('# One\n$x = 1\n')
  rmSync(folder, { recursive: true })
})
