import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CommandLog, type CommandLogOptions } from '../../app/command-log/command-log.ts'
import { CommandRecorder, isLogged } from '../../app/command-log/recorder.ts'
import { aCommand } from '../renderer/fake-data.ts'

let dataFolder: string
let now: number
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-log-'))
  now = Date.parse('2026-11-25T10:00:00Z')
})
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }))

const open = (more: Partial<CommandLogOptions> = {}) => new CommandLog({ dataFolder, now: () => now, user: 'zoë', ...more })
const files = () => readdirSync(join(dataFolder, 'command-log')).sort()
const all = { search: '', onlyFailed: false, skip: 0, limit: 500 }
const withoutUser = ({ user: _, ...command }: ReturnType<typeof aCommand>) => command
const write = (log: CommandLog, change: Parameters<typeof aCommand>[0] = {}) => log.append(withoutUser(aCommand(change)))

describe('the command log', () => {
  it('is one line of JSON per command, in a file that only its user can read', () => {
    const log = open()
    write(log, { command: 'Get-Mailbox |\n  Out-Null' })
    write(log, { command: 'Set-Mailbox x', success: null })
    expect(files()).toEqual(['commands-2026-11-1.jsonl'])
    const path = join(dataFolder, 'command-log', 'commands-2026-11-1.jsonl')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(dataFolder, 'command-log')).mode & 0o777).toBe(0o700)
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(JSON.parse(lines[0]!)).toEqual(aCommand({ user: 'zoë', command: 'Get-Mailbox |\n  Out-Null' }))
  })

  it('only ever grows: another start goes on where the one before ended', () => {
    write(open(), { command: 'first' })
    const path = join(dataFolder, 'command-log', 'commands-2026-11-1.jsonl')
    const before = readFileSync(path, 'utf8')
    write(open(), { command: 'second' })
    expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true)
    expect(open().list(all).commands.map(({ command }) => command)).toEqual(['second', 'first'])
  })

  it('takes secrets out that the shell left in', () => {
    write(open(), { command: "Connect-Thing -Password 'hunter2'" })
    expect(open().list(all).commands[0]!.command).toBe('Connect-Thing -Password [removed]')
  })

  it('begins another file where one is full, and in another month', () => {
    const log = open({ longestFileBytes: 700 })
    for (let index = 0; index < 4; index++) write(log, { command: `Get-Mailbox ${index}` })
    now = Date.parse('2026-12-01T00:00:00Z')
    write(log, { command: 'December' })
    expect(files()).toEqual(['commands-2026-11-1.jsonl', 'commands-2026-11-2.jsonl', 'commands-2026-12-1.jsonl'])
    expect(log.list(all).commands.map(({ command }) => command)).toEqual(['December', 'Get-Mailbox 3', 'Get-Mailbox 2', 'Get-Mailbox 1', 'Get-Mailbox 0'])
  })

  it('keeps a month until the same one of the next year is over', () => {
    write(open(), { command: 'old' })
    now = Date.parse('2027-12-31T23:00:00Z')
    write(open(), { command: 'still kept' })
    expect(files()).toHaveLength(2)
    now = Date.parse('2028-01-01T00:00:00Z')
    write(open(), { command: 'new' })
    expect(files()).toEqual(['commands-2027-12-1.jsonl', 'commands-2028-01-1.jsonl'])
  })

  it('lets the oldest go where all together are too much, and never the one that is written', () => {
    const log = open({ longestFileBytes: 400, mostBytes: 1000 })
    for (let index = 0; index < 6; index++) write(log, { command: `Get-Mailbox ${index}` })
    expect(files().length).toBeLessThanOrEqual(3)
    expect(log.list(all).commands[0]!.command).toBe('Get-Mailbox 5')
  })

  it('passes over lines that are none', () => {
    write(open())
    const path = join(dataFolder, 'command-log', 'commands-2026-11-1.jsonl')
    writeFileSync(path, `{"at":1}\nnothing\n${readFileSync(path, 'utf8')}{"cut sh`)
    expect(open().list(all).total).toBe(1)
  })

  it('says when it can’t be written, and when it can again', () => {
    const said: Array<string | null> = []
    writeFileSync(join(dataFolder, 'command-log'), 'a file in the folder’s place')
    const log = open({ onProblem: (reason) => said.push(reason) })
    write(log)
    rmSync(join(dataFolder, 'command-log'))
    write(log)
    expect(said).toEqual([expect.stringMatching(/^E/) as string, null])
  })
})

describe('what is looked for', () => {
  const filled = () => {
    const log = open()
    write(log, { command: 'Get-Mailbox anna', profile: 'Contoso' })
    write(log, { command: 'Set-Mailbox berta', profile: 'Contoso', success: false })
    write(log, { command: 'Get-Mailbox berta', profile: 'Fabrikam', tenantId: 'B41C6D92-0e3f-4a85-8d27-19f5c3a7e402' })
    return log
  }
  const found = (filter: Partial<typeof all> & { tenantId?: string }) => filled().list({ ...all, ...filter }).commands.map(({ command }) => command)

  it.each([
    ['every word, in any case', { search: 'MAILBOX berta' }, ['Get-Mailbox berta', 'Set-Mailbox berta']],
    ['a tenant’s name', { search: 'contoso get' }, ['Get-Mailbox anna']],
    ['who it was', { search: 'zoë anna' }, ['Get-Mailbox anna']],
    ['the tenant', { tenantId: 'b41c6d92-0e3f-4a85-8d27-19f5c3a7e402' }, ['Get-Mailbox berta']],
    ['what failed', { onlyFailed: true }, ['Set-Mailbox berta']],
    ['a page', { skip: 1, limit: 1 }, ['Set-Mailbox berta']]
  ])('%s', (_, filter, expected) => {
    expect(found(filter)).toEqual(expected)
  })
})

describe('the export', () => {
  it('has a line for each, oldest first, and no cell that a spreadsheet would run', () => {
    const log = open()
    write(log, { command: '=cmd|\'/c calc\'!A1' })
    write(log, { command: 'Get-Mailbox "a, b"\n| Out-Null', profile: '+Contoso', success: null })
    const { fileName, text } = log.export({ search: '', onlyFailed: false })
    expect(fileName).toBe('tenantry-commands-2026-11-25.csv')
    expect(text).toMatch(/^\ufeffat,user,profile,service,tenantId,app,uti,command,cut,success,seconds\r\n/)
    expect(text).toContain(`,'=cmd|'/c calc'!A1,`)
    expect(text).toContain(`,'+Contoso,`)
    expect(text.indexOf('=cmd')).toBeLessThan(text.indexOf('Out-Null'))
    expect(text).toContain('"Get-Mailbox ""a, b""\n| Out-Null",false,,1.2')
  })
})

describe('whose commands are logged', () => {
  it.each([
    ['production', undefined, true], ['test', undefined, false], ['lab', undefined, false],
    ['production', false, false], ['test', true, true]
  ] as const)('%s, told %s: %s', (environment, logCommands, expected) => {
    expect(isLogged({ environment, ...(logCommands === undefined ? {} : { logCommands }) })).toBe(expected)
  })
})

describe('one entry', () => {
  const record = () => {
    const appended: unknown[] = []
    const place = { profile: 'Contoso', service: 'exchange' as const, tenantId: 't', app: 'a' }
    let uti = 'first'
    const recorder = new CommandRecorder({ place, uti: () => uti, now: () => now, append: (command) => appended.push(command) })
    const say = (message: { running: boolean; line?: string; cut?: boolean; success?: boolean; seconds?: number }) => recorder.take({ v: 1, type: 'command', ...message })
    return { appended, recorder, say, renew: () => (uti = 'second'), place }
  }

  it('is made of a command’s beginning and its end, with the token that it began with', () => {
    const { appended, say, renew, place } = record()
    say({ running: true, line: 'Get-Mailbox', cut: false })
    renew()
    say({ running: false, success: true, seconds: 1.23456 })
    expect(appended).toEqual([{ at: '2026-11-25T10:00:00.000Z', ...place, uti: 'first', command: 'Get-Mailbox', cut: false, success: true, seconds: 1.235 }])
  })

  it('has no outcome where the shell went away, and is told once', () => {
    const { appended, say, recorder } = record()
    say({ running: true, line: 'exit' })
    now += 2500
    recorder.close()
    recorder.close()
    expect(appended).toMatchObject([{ command: 'exit', success: null, seconds: 2.5 }])
  })

  it('is not made of a command that the shell did not tell', () => {
    const { appended, say } = record()
    say({ running: true })
    say({ running: false, success: true, seconds: 1 })
    say({ running: false })
    expect(appended).toEqual([])
  })

  it('is not lost where the prompt never said that the command before it ended', () => {
    const { appended, say } = record()
    say({ running: true, line: 'function prompt { "mine" }' })
    say({ running: true, line: 'Get-Mailbox' })
    expect(appended).toMatchObject([{ command: 'function prompt { "mine" }', success: null }])
  })
})
