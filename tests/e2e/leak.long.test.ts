import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { builtWindow } from '../renderer/built-window.ts'
import { canariesOf, keyCanaries, newPlants, newSecrets, tokenCanary, type PlantName } from './leak-canaries.ts'
import { buildLeakPrograms, LeakMachine, missingForLeakTest } from './leak-machine.ts'
import { LeakScanner, type Canary, type Finding } from './leak-scanner.ts'
import type { Seen } from './leak-sampler.ts'
import { echoing, furnishHome, plantFirst, sealedFiles, useTenantry } from './leak-scenario.ts'
import { evidenceIn, filesBelow, SocketWatch, type Sink } from './leak-sinks.ts'

/*
 * Every secret is a canary made at run time. An admin's week is done with the real preview, in a real Chromium, over a
 * real Secret Service and a real PowerShell, and afterwards every place that a secret could have got to is searched.
 * First a canary of its own is planted in each of these places, and the same search must find it.
 */

const missing = missingForLeakTest()
if (missing) console.log(`skipped: ${missing}`)

const root = resolve(import.meta.dirname, '..', '..')
const scenarioLimitMs = 240_000

let programs: Awaited<ReturnType<typeof buildLeakPrograms>>
beforeAll(async () => {
  if (!missing) programs = await buildLeakPrograms()
})
afterAll(() => programs?.remove())

describe.skipIf(missing !== null)('no secret leaves its place', () => {
  describeOnMainEngine('through a week of an admin', (engine) => {
    const plants = newPlants()
    const secrets = newSecrets()
    let machine: LeakMachine
    let found: Array<Finding & { sink: string }>
    let sinks: Sink[]
    let canaries: Canary[]
    let sent: string
    let exitCode: number | null

    beforeAll(async () => {
      machine = new LeakMachine(engine)
      const { app } = machine.certificates.import({ app: { subject: '/CN=Exchange automation' } })
      machine.tidyStore()
      furnishHome(machine)
      await machine.watch(programs.sampler)
      const planted = Object.fromEntries(Object.entries(plants).map(([name, { text }]) => [name, text])) as Record<PlantName, string>
      const address = await machine.start(programs.program, {
        dataFolder: machine.data,
        rendererFolder: await builtWindow(),
        outFolder: join(root, 'out'),
        clientSecret: secrets.clientSecret,
        certificates: [secrets.pfx.certificatePem, app!.certificatePem],
        echoing,
        planted
      })
      const context = await machine.openBrowser()
      const page = await context.newPage()
      const sockets = new SocketWatch(page)
      await page.goto(address.replace('/#', '/?renderer=dom#'))
      await page.getByRole('list', { name: 'Tenants' }).waitFor()
      const stage = { machine, page, context, secrets, plants }
      await plantFirst(stage)
      const held = await useTenantry(stage)
      exitCode = await machine.end()
      await context.close()
      await machine.stopWatching()

      const issued = machine.noted<{ kind: string; value: string }>('secrets.jsonl')
      canaries = [
        ...canariesOf(secrets),
        ...keyCanaries('key in the store', app!.privateKeyPem),
        ...issued.map(({ kind, value }, index) => (kind === 'sealing key' ? { name: kind, value: Buffer.from(value, 'base64') } : tokenCanary(`${kind} ${index}`, value)))
      ]
      sinks = [
        ...held,
        ...sockets.sinks,
        ...evidenceIn(machine.evidence, machine.folders),
        { name: 'log', content: readFileSync(join(machine.evidence, 'log')) },
        ...filesBelow(machine.browserProfile, 'browser'),
        ...filesBelow(machine.downloads, 'export')
      ]
      sent = sockets.sent
      const scanner = new LeakScanner([...canaries, ...Object.values(plants).map(({ canary }) => canary)])
      found = sinks.flatMap(({ name, content }) => scanner.scan(content).map((finding) => ({ ...finding, sink: name })))
    }, scenarioLimitMs)
    afterAll(() => machine?.remove())

    const foundOf = (name: string, sink = '') => found.filter((finding) => finding.canary === name && finding.sink.startsWith(sink))

    it.each(Object.keys(plants) as PlantName[])('finds what was planted: %s', (name) => {
      const { sink, form, canary } = plants[name]
      expect(foundOf(canary.name, sink).map((finding) => finding.form)).toContain(form)
    })

    it('finds what was exported and what was typed, wherever it went', () => {
      const { notes, typed } = plants
      expect(foundOf(notes.canary.name, 'export: exported.json').map(({ form }) => form)).toContain('json')
      expect(foundOf(typed.canary.name, 'window, control and streams')).not.toEqual([])
      const inShell = foundOf(typed.canary.name).map(({ sink }) => sink)
      if (engine.name === 'pwsh') {
        expect(inShell).toContainEqual(expect.stringMatching(/^data folder: history\//))
        expect(inShell).toContainEqual(expect.stringMatching(/^home: .*transcript-\d+\.txt$/))
      }
    })

    it('looked into what keeps secrets, too', () => {
      const names = sinks.map(({ name }) => name)
      for (const place of [/^data folder: sealed\//, /^data folder: profiles\.json$/, /^data folder: transcripts\/By-secret-/, /^home: \S*keyrings\//, /^home: \S*x509stores\//, /^temporary folder, a session’s: \S*tmpEXO/, /^browser: \S*Cookies/]) {
        expect(names).toContainEqual(expect.stringMatching(place))
      }
    })

    it('was a whole week: every kind of secret was in use', () => {
      const kinds = new Set(canaries.map(({ name }) => name.replace(/[\d,].*$/, '').trim()))
      expect([...kinds].sort()).toEqual(['PFX file', 'PFX key', 'PFX password', 'PKCE verifier', 'assertion', 'authorization code', 'client secret', 'device code', 'key in the store', 'refresh token', 'sealing key', 'token', 'wrong client secret'])
      expect(sealedFiles(machine)).toHaveLength(5)
      expect(exitCode).toBe(0)
    })

    it('started nothing but what the adapter saw', () => {
      const started = machine.noted<{ pid: number; parent: number | null }>('processes.jsonl')
      const core = started.find(({ parent }) => parent === null)!.pid
      const children = new Set(machine.noted<Seen>('seen.jsonl').filter(({ parent }) => parent === core).map(({ pid }) => pid))
      expect(children.size).toBeGreaterThan(5)
      expect(started.map(({ pid }) => pid)).toEqual(expect.arrayContaining([...children]))
    })

    it('sees what the window may say: a typed secret on its way in', () => {
      const scanner = new LeakScanner(canaries)
      expect(new Set(scanner.scan(sent).map(({ canary }) => canary))).toEqual(new Set(['client secret', 'wrong client secret', 'PFX password', 'PFX file']))
    })

    it('and none of the secrets is in any of these places', () => {
      const planted = new Set(Object.values(plants).map(({ canary }) => canary.name))
      const leaks = found.filter(({ canary }) => !planted.has(canary))
      // Tokens begin alike, so one piece may be of many: one line for each place.
      const lines = leaks.map(({ canary, form, sink, around }) => `${sink}: …${around}… (${form}, ${canary.replace(/\d+$/, '').trim()})`)
      expect([...new Set(lines)]).toEqual([])
    })
  })
})
