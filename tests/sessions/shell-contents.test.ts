import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node-pty'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { consoleOptions, shellEnvironment } from '../../app/powershell/launch.ts'
import { Output } from '../../app/sessions/output.ts'
import { describeOnMainEngine, type Engine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

interface Contents {
  functions: string[]
  aliases: string[]
  variables: string[]
  environment: string[]
  errors: number
  history: number
}

/** A line that writes what a person finds in a shell; it leaves nothing there itself. What the modules of Microsoft's and the demo's bring is not counted. */
function inventory(file: string): string {
  const names = (items: string) => `@(${items} | ForEach-Object { $_.Name })`
  const ours = (items: string) => names(`${items} | Where-Object { $_.ModuleName -notmatch '^(Microsoft[.]PowerShell[.]|ExchangeOnlineManagement$|tmpEXO_)' }`)
  const facts = [
    'errors = $Error.Count',
    'history = @(Get-History).Count',
    `functions = ${ours('Get-ChildItem Function:')}`,
    `aliases = ${ours('Get-ChildItem Alias:')}`,
    `variables = ${names('Get-ChildItem Variable:')}`,
    `environment = @([Environment]::GetEnvironmentVariables().Keys)`
  ]
  return `[System.IO.File]::WriteAllText('${file}', (ConvertTo-Json @{ ${facts.join('; ')} })); "inventory " + "done"\r`
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Contents

/** What is in a shell of this engine that nobody prepared. */
async function bareShell({ path, env }: Engine, file: string): Promise<Contents> {
  const pty = spawn(path, ['-NoLogo', '-NoProfile'], { cols: 120, rows: 30, env: shellEnvironment(env, process.platform), encoding: null, ...consoleOptions(process.platform) })
  const output = new Output(120, 30)
  let text = ''
  const shows = async (pattern: RegExp) => {
    while (!pattern.test(text)) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  output.connect(pty)
  const listening = pty.onData((data: string | Uint8Array) => {
    output.push(Buffer.from(data as Uint8Array))
    text += Buffer.from(data as Uint8Array).toString()
  })
  try {
    await shows(/PS [^\r\n]*> /)
    pty.write(inventory(file))
    await shows(/inventory done/)
    return read(file)
  } finally {
    // Nothing may answer a query of its terminal once that is gone.
    listening.dispose()
    output.dispose()
    pty.kill()
  }
}

describeOnMainEngine('the shell of a connected session', (engine) => {
  let under: CoreUnderTest
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-contents-'))
    under = await startCore({ env: engine.env })
  })
  afterAll(async () => {
    await under.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  it('has what a person may type beyond a bare one, and nothing else; no program in it is told of the pipe', async () => {
    const bare = await bareShell(engine, join(folder, 'bare'))
    const { id } = await under.open('Contoso demo')
    await under.until(id, ({ phase }) => phase === 'connected')
    const window = await under.attach(id)
    await window.shows(/PS> /)
    window.type(inventory(join(folder, 'session')))
    await window.shows(/inventory done/)
    const session = read(join(folder, 'session'))
    const added = (kind: 'functions' | 'aliases' | 'variables' | 'environment') => session[kind].filter((name) => !bare[kind].includes(name)).sort()
    // Out-Default keeps the last result. The line reader is PSReadLine's place where the engine has one.
    const reader = bare.functions.includes('PSConsoleHostReadLine') ? [] : ['PSConsoleHostReadLine']
    expect(added('functions')).toEqual(['Out-Default', ...reader, 'Out-TenantGrid'].sort())
    expect(added('aliases')).toEqual(['ogv'])
    expect(added('variables')).toEqual([])
    expect(added('environment')).toEqual([])
    expect(session.errors).toBe(0)
    expect(session.history).toBe(bare.history)
    window.type("/bin/sh -c 'env; echo the end of $((40 + 2))'\r")
    await window.shows(/the end of 42/)
    expect(window.text).toMatch(/TERM=xterm-256color/)
    expect(window.text).not.toMatch(/TENANTRY/)
  })
})
