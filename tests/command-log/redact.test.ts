import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withoutSecrets } from '../../app/command-log/redact.ts'
import { newSecret } from '../../app/demo/tenants.ts'
import { runCommand } from '../engine-console/console.ts'
import { describeOnMainEngine } from '../engines.ts'

const canary = () => `can${randomBytes(12).toString('hex')}`
const jwt = () => `eyJ${randomBytes(40).toString('base64url')}.${randomBytes(40).toString('base64url')}.${randomBytes(20).toString('base64url')}`

/** A command that holds a secret, and the secret. */
type Case = [name: string, write: (secret: string) => string, make?: () => string]

/** Told by the look of the text as well as by the parser. */
const plain: Case[] = [
  ['a parameter', (secret) => `New-Thing -Name x -Password '${secret}' -Force`],
  ['a parameter without quotes', (secret) => `New-Thing -ClientSecret ${secret}; Get-Mailbox`],
  ['a parameter with a colon', (secret) => `New-Thing -AccessToken:"${secret}"`],
  ['a quote in the secret', (secret) => `New-Thing -Password 'a''${secret}'`],
  ['a secure string', (secret) => `ConvertTo-SecureString '${secret}' -AsPlainText -Force`],
  ['a secure string by name', (secret) => `ConvertTo-SecureString -String ${secret} -AsPlainText -Force`],
  ['a secure string from the pipeline', (secret) => `"${secret}" | ConvertTo-SecureString -AsPlainText -Force`],
  ['a variable', (secret) => `$clientSecret = "${secret}"; $a`],
  ['a variable of the environment', (secret) => `$env:AZURE_CLIENT_SECRET = '${secret}'`],
  ['a property', (secret) => `$body.password = '${secret}'`],
  ['a key of a table', (secret) => `@{ client_id = 'x'; client_secret = '${secret}' }`],
  ['a form', (secret) => `Invoke-RestMethod x -Body 'a=b&client_secret=${secret}&c=d'`],
  ['a header', (secret) => `Invoke-RestMethod x -Headers @{ Authorization = "Bearer ${secret}" }`],
  ['a header in a text', (secret) => `curl -H 'Authorization: Bearer ${secret}' https://x`],
  ['a token anywhere', (secret) => `Write-Host ${secret}`, jwt],
  ['a client secret anywhere', (secret) => `Write-Host '${secret}'`, newSecret],
  ['another program’s option', (secret) => `az login --password ${secret} --tenant x`],
  ['another program’s option with a sign', (secret) => `az login --password=${secret} --tenant x`],
  ['a private key', (secret) => `$pem = @'\n-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n'@`],
  ['a shared access signature', (secret) => `Import-X -Source "https://x.example/c?sv=2020&sig=${secret}%3D"`],
  ['an address’ key, without quotes', (secret) => `Invoke-RestMethod https://x.example/api\`&code=${secret}`],
  ['an address’ password', (secret) => `git clone https://me:${secret}@x.example/y`],
  ['JSON with back-ticked quotes', (secret) => `Invoke-RestMethod x -Body "{\`"client_secret\`": \`"${secret}\`", \`"a\`": 1}"`],
  ['JSON with doubled quotes', (secret) => `Invoke-RestMethod x -Body "{""password"": ""${secret}"", ""a"": 1}"`],
  ['JSON with escaped quotes', (secret) => `curl x -d "{\\"password\\": \\"${secret}\\"}"`],
  ['JSON in a text', (secret) => `Invoke-RestMethod x -Body '{"client_secret": "${secret}"}'`],
  ['a connection string', (secret) => `$cs = 'AccountName=x;AccountKey=${secret}==;EndpointSuffix=x'`],
  ['a header of a name and a word', (secret) => `curl -H "Authorization: Basic ${secret}" -H "x: y" https://x`],
  ['a header of a key', (secret) => `curl -H 'X-Api-Key: ${secret}' https://x`],
  ['a user’s password for curl', (secret) => `curl -s -u me:${secret} https://x`],
  ['a short option', (secret) => `az login --service-principal -u x -p ${secret} --tenant y`],
  ['a text that was cut off', (secret) => `New-Thing -Password 'word ${secret}`]
]

/** What only the parser can tell. */
const parsed: Case[] = [
  ['a secure string in brackets', (secret) => `New-Mailbox -Password (ConvertTo-SecureString -AsPlainText -Force -String ('${secret}'.Trim()))`],
  ['a credential', (secret) => `$c = [System.Management.Automation.PSCredential]::new('me', (ConvertTo-SecureString '${secret}' -AsPlainText -Force))`],
  ['a network credential', (secret) => `[System.Net.NetworkCredential]::new('me', '${secret}')`],
  ['a credential object', (secret) => `New-Object -TypeName System.Net.NetworkCredential -ArgumentList 'me', '${secret}'`],
  ['a variable that is put together', (secret) => `$password = 'a' + '${secret}'`],
  ['a variable inside of a block', (secret) => `if ($true) { 1 | ForEach-Object { $script:apiKey = "x-${secret}" } }`],
  ['lines that go on', (secret) => `New-Thing \`\n  -Secret \`\n  '${secret}'`],
  ['a secure string by name with a colon', (secret) => `ConvertTo-SecureString -AsPlainText -Force -String:${secret}`],
  ['a key that is added', (secret) => `$body.Add('Password', "${secret}")`],
  ['a variable of the environment by a method', (secret) => `[Environment]::SetEnvironmentVariable('CLIENT_SECRET', '${secret}', 'User')`],
  ['a variable by a cmdlet', (secret) => `Set-Variable -Value '${secret}' -Name password`],
  ['a variable of the environment by a cmdlet', (secret) => `New-Item env:CLIENT_SECRET -Value ${secret}`],
  ['a variable of the environment by a program', (secret) => `setx CLIENT_SECRET ${secret}`],
  ['a here-string', (secret) => `$password = @'\n${secret}\n'@`],
  ['a table that is splatted', (secret) => `$p = @{ Name = 'x'; Password = "${secret}" }; New-Mailbox @p`],
  ['a key of a table in a table', (secret) => `@{ a = @{ Password = "pre\${x}${secret}" } }`]
]

/** What is to be read in the log as it was typed. */
const harmless = [
  'Get-Mailbox -ResultSize 10 | Format-Table Name, PrimarySmtpAddress',
  'Connect-ExchangeOnline -AccessToken $token -Organization contoso.onmicrosoft.com',
  'Set-Mailbox -Identity anna -ForwardingAddress berta@contoso.example',
  '$token = Get-Thing',
  "$list.Add('berta'); $list.Contains('password')",
  'Set-Variable -Name mailbox -Value anna',
  'Connect-Thing -Authentication Basic -Url "https://x.example/a?mode=code&a=b"',
  'docker ps -a; az account show -o table',
  "Get-Item 'C:\\tokens' -PassThru",
  '$mailbox = "anna"',
  'Get-ManagementRoleAssignment | Where-Object { $_.Role -eq "Mail Recipients" }',
  "New-Thing -Password $password -Credential (Get-Credential)".replace(' -Credential (Get-Credential)', '')
]

describe('a command by its look alone', () => {
  it.each(plain)('has no secret of %s', (_, write, make = canary) => {
    const secret = make()
    const left = withoutSecrets(write(secret))
    for (const part of secret.split('.')) expect(left).not.toContain(part)
    expect(left).toContain('[removed]')
  })

  it.each(harmless.map((command) => [command]))('is left as it is: %s', (command) => {
    expect(withoutSecrets(command)).toBe(command)
  })

  it('is cleaned once and for all', () => {
    for (const [, write, make = canary] of plain) {
      const once = withoutSecrets(write(make()))
      expect(withoutSecrets(once)).toBe(once)
    }
  })

  it('of any text comes to an end: a pattern that backtracks would take longer than a test may', () => {
    const pieces = ["'", '"', '"a""', "'a''", 'pwd', 'password-', 'x.secret', '-pass:', '-', ' ', '`"', '\\"', 'eyJ', '0.A', 'a']
    // With a secret's name in it, so that every pattern has its turn.
    const runs = pieces.map((piece) => `secret ${piece.repeat(16_000 / piece.length)} | ConvertTo-SecureString`)
    for (const text of [...runs, "'".repeat(16_000), '-password '.repeat(1600), 'password='.repeat(1700), '"`'.repeat(8000), 'curl -u '.repeat(2000), 'az -p'.repeat(3200), '://a:'.repeat(3200), 'password`":`"'.repeat(1200), '"password: '.repeat(1400), '-----BEGIN '.repeat(1400)]) withoutSecrets(text)
  })
})

describeOnMainEngine('a command by PowerShell’s parser', ({ path }) => {
  it('has no secret, and what holds none is left as it is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-redact-'))
    // A token is told by its look in both; a client secret alone on a line, and a form, only in the main process.
    const cases = [...plain.filter(([name]) => !/client secret anywhere|a form|private key|address|shared access|JSON|connection string|a header of|for curl|short option/.test(name)), ...parsed].map(([name, write, make = canary]) => {
      const secret = make()
      return { name, secret, command: write(secret) }
    })
    try {
      writeFileSync(join(folder, 'commands.json'), JSON.stringify([...cases.map(({ command }) => command), ...harmless]))
      const script = `. '${resolve('app/powershell/CommandReport.ps1')}'; foreach ($line in (Get-Content -Raw -LiteralPath '${join(folder, 'commands.json')}' | ConvertFrom-Json)) { [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes((Hide-Secret -Line $line))) }`
      const { stdout, stderr } = await runCommand(path, ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', script])
      expect(stderr).toBe('')
      const left = stdout.trim().split(/\r?\n/).map((line) => Buffer.from(line, 'base64').toString())
      expect(left).toHaveLength(cases.length + harmless.length)
      for (const [index, { name, secret }] of cases.entries()) {
        for (const part of secret.split('.')) expect(left[index], name).not.toContain(part)
        expect(left[index], name).toContain('[removed]')
      }
      expect(left.slice(cases.length)).toEqual(harmless)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
