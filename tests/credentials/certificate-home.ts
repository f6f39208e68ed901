import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { X509Certificate } from 'node:crypto'
import type { Spawn } from '../../app/adapters.ts'
import { createCertificateSigner, type CertificateSigner } from '../../app/credentials/certificates.ts'
import { makePfx, type MadePfx, type PfxRequest } from './make-pfx.ts'

const importScript = `
$password = Get-Content -LiteralPath "$PSScriptRoot/password" -Raw
$flags = [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]::PersistKeySet
$store = New-Object System.Security.Cryptography.X509Certificates.X509Store 'My', 'CurrentUser'
$store.Open([System.Security.Cryptography.X509Certificates.OpenFlags]::ReadWrite)
foreach ($file in Get-ChildItem -LiteralPath "$PSScriptRoot/import") {
    if ($file.Extension -eq '.pfx') { $store.Add((New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 $file.FullName, $password, $flags)) }
    else { $store.Add((New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 $file.FullName)) }
}
$store.Dispose()
'imported'
`

export interface Started {
  file: string
  args: string[]
  options: SpawnOptions
  process: ChildProcess
}

/** A home of its own with .NET's certificate store in it (on Linux .NET keeps CurrentUser\\My below HOME). */
export class CertificateHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'tenantry-certificates-'))
  readonly started: Started[] = []
  readonly #engine: string
  readonly #signers: CertificateSigner[] = []

  constructor(engine: string) {
    this.#engine = engine
  }

  get env(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, HOME: this.folder, ...(process.env.DOTNET_ROOT ? { DOTNET_ROOT: process.env.DOTNET_ROOT } : {}) }
  }

  /** Makes certificates and imports them through the engine; `keyless` ones without their key. */
  import(requests: Record<string, Omit<PfxRequest, 'password'> & { keyless?: boolean }>): Record<string, MadePfx & { thumbprint: string }> {
    const password = 'only for the way into the store'
    const made: Record<string, MadePfx & { thumbprint: string }> = {}
    execFileSync('mkdir', ['-p', join(this.folder, 'import')])
    for (const [name, { keyless, ...request }] of Object.entries(requests)) {
      const pfx = makePfx({ ...request, password })
      made[name] = { ...pfx, thumbprint: new X509Certificate(pfx.certificatePem).fingerprint.replaceAll(':', '') }
      if (keyless) writeFileSync(join(this.folder, 'import', `${name}.cer`), new X509Certificate(pfx.certificatePem).raw)
      else writeFileSync(join(this.folder, 'import', `${name}.pfx`), pfx.bytes)
    }
    writeFileSync(join(this.folder, 'password'), password)
    writeFileSync(join(this.folder, 'import.ps1'), importScript)
    const said = execFileSync(this.#engine, ['-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(this.folder, 'import.ps1')], { env: this.env, encoding: 'utf8' })
    if (!said.includes('imported')) throw new Error(`the store was not filled: ${said}`)
    return made
  }

  /** A signer on this home's store. `change` edits the helper's script first, where a key must behave in a way none here does. */
  signer(more: { change?: (script: string) => string; waitingAfterMs?: number; engine?: string } = {}): CertificateSigner {
    let scriptsFolder = resolve('app/credentials')
    if (more.change) {
      scriptsFolder = mkdtempSync(join(this.folder, 'scripts-'))
      cpSync(resolve('app/credentials/CertificateSigner.ps1'), join(scriptsFolder, 'CertificateSigner.ps1'))
      const path = join(scriptsFolder, 'CertificateSigner.ps1')
      const before = readFileSync(path, 'utf8')
      const after = more.change(before)
      if (after === before) throw new Error('the script was not changed')
      writeFileSync(path, after)
    }
    const spawning: Spawn = {
      pty: () => {
        throw new Error('no terminal is needed here')
      },
      process: (file, args, options) => {
        const child = spawn(file, args, options)
        this.started.push({ file, args, options, process: child })
        return child
      }
    }
    const signer = createCertificateSigner({
      spawn: spawning,
      powershell: async () => more.engine ?? this.#engine,
      scriptsFolder,
      env: this.env,
      ...(more.waitingAfterMs === undefined ? {} : { waitingAfterMs: more.waitingAfterMs })
    })
    this.#signers.push(signer)
    return signer
  }

  async remove(): Promise<void> {
    await Promise.all(this.#signers.map((signer) => signer.dispose()))
    rmSync(this.folder, { recursive: true, force: true })
  }
}
