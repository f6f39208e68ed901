import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { SecretFilter } from '../../app/transcripts/filter.ts'

const canary = () => `canary${randomBytes(12).toString('hex')}`
const base64url = (bytes: number) => randomBytes(bytes).toString('base64url')
const token = () => ['{"alg":"RS256","typ":"JWT"}', JSON.stringify({ tid: randomUUID() })].map((part) => Buffer.from(part).toString('base64url')).concat(base64url(256)).join('.')
const clientSecret = () => `${randomBytes(2).toString('hex').slice(0, 3)}8Q~${base64url(30).replaceAll('_', 'x')}`
const linesOf = (filter: SecretFilter, lines: string[]) => lines.map((line) => filter.line(line)).filter((line) => line !== null)

/** How a secret comes up in what is printed: the lines, and what must not be left of it. */
const printed: Array<[string, () => { lines: string[]; parts: string[] }]> = [
  ['a token', () => {
    const secret = token()
    return { lines: [`The token is ${secret}.`], parts: secret.split('.') }
  }],
  ['a token that Format-List broke at the window’s width', () => {
    const secret = token()
    const pieces = secret.match(/.{1,60}/g)!
    return { lines: pieces.map((piece, index) => (index === 0 ? `AccessToken : ${piece}` : `              ${piece}`)), parts: pieces }
  }],
  ['a token that was broken without an indent', () => {
    const pieces = token().match(/.{1,80}/g)!
    return { lines: pieces, parts: pieces.filter((piece) => piece.length >= 16) }
  }],
  ['a refresh token', () => {
    const secret = `1.A${base64url(80)}`
    return { lines: [`refresh ${secret} end`], parts: [secret.slice(3)] }
  }],
  ['a client secret', () => {
    const secret = clientSecret()
    return { lines: ['KeyId      SecretText', '-----      ----------', `${randomUUID()} ${secret}`], parts: [secret] }
  }],
  ['a password by its name', () => {
    const secret = canary()
    return { lines: [`Password              : ${secret}`], parts: [secret] }
  }],
  ['a password of several words', () => {
    const secret = `${canary()} ${canary()}`
    return { lines: [`password: ${secret}`], parts: secret.split(' ') }
  }],
  ['what was typed at a question for one', () => {
    const secret = canary()
    return { lines: [`Enter the client secret: ${secret}`], parts: [secret] }
  }],
  ['JSON', () => {
    const secret = canary()
    return { lines: ['{', `  "client_secret": "${secret}",`, '  "name": "x"', '}'], parts: [secret] }
  }],
  ['a header', () => {
    const secret = canary()
    return { lines: [`> Authorization: Bearer ${secret}`], parts: [secret] }
  }],
  ['a connection string', () => {
    const secret = base64url(60)
    return { lines: [`AccountName=x;AccountKey=${secret};EndpointSuffix=y`], parts: [secret] }
  }],
  ['a private key over lines', () => {
    const body = Array.from({ length: 20 }, () => randomBytes(48).toString('base64'))
    return { lines: ['-----BEGIN PRIVATE KEY-----', ...body, '-----END PRIVATE KEY-----'], parts: body }
  }],
  ['a private key without its end', () => {
    const body = Array.from({ length: 20 }, () => randomBytes(48).toString('base64'))
    return { lines: ['-----BEGIN RSA PRIVATE KEY-----', ...body], parts: body }
  }]
]

/** What an admin wants to read again. */
const harmless = [
  'DisplayName  PrimarySmtpAddress          TotalItemSize', 'Adele Vance  adele@contoso.example       1.2 GB (1,288,490,189 bytes)',
  'ExchangeGuid                  : 3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b601', 'ResetPasswordOnNextLogon      : False', 'PasswordNeverExpires : True',
  'TokenExpiryTimeUTC : 11/7/2026 3:03:22 PM', 'LastPasswordChange   : 11/1/2026', 'HasPassword : True', 'Password    : System.Security.SecureString',
  'Thumbprint : 54D5B3A7C0FFEE0054D5B3A7C0FFEE0054D5B3A7', '/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=54d5b3a7c0ffee00', '    Adele', '', 'Done',
  'New-Mailbox: The password does not meet the requirements.', 'https://login.microsoftonline.com/common', '日本語 😀'
]

describe('what a transcript writes of an output', () => {
  it.each(printed)('has no secret of %s', (_, make) => {
    const { lines, parts } = make()
    const left = linesOf(new SecretFilter(), ['before', ...lines, 'All is done.'])
    for (const part of parts) expect(left.join('\n')).not.toContain(part)
    expect(left.join('\n')).toContain('[removed]')
    expect(left[0]).toBe('before')
  })

  it('is what was printed where nothing in it is a secret', () => {
    expect(linesOf(new SecretFilter(), harmless)).toEqual(harmless)
  })

  it('goes on after a private key, and after one that never ends', () => {
    const filter = new SecretFilter()
    expect(linesOf(filter, ['-----BEGIN PRIVATE KEY-----', 'abc', '-----END PRIVATE KEY-----', 'after'])).toEqual(['[removed]', 'after'])
    filter.line('-----BEGIN PRIVATE KEY-----')
    expect(filter.command("'next'", "'next'")).toBe("'next'")
    expect(filter.line('next')).toBe('next')
  })

  it('of any text comes to an end: a flood of lines that are made for it holds nobody up', () => {
    const filter = new SecretFilter()
    for (const piece of ['password: ', 'pwd', 'token = ', "'", '"', ' ', 'secret-', 'eyJ', '=', 'api key : ', 'a'.repeat(60)]) {
      for (let count = 0; count < 5; count++) filter.line(`secret ${piece.repeat(Math.floor(16_000 / piece.length))}`)
    }
  })
})

describe('what a transcript writes of a command', () => {
  it('is what the shell left of it, looked through once more', () => {
    const [one, two] = [canary(), token()]
    const filter = new SecretFilter()
    const left = filter.command(`New-Thing -Credential ('${one}') -Header ${two}`, `New-Thing -Credential ('[removed]') -Header ${two}`)
    expect(left).toBe("New-Thing -Credential ('[removed]') -Header [removed]")
  })

  it.each<[string, (secret: string) => [string, string, string]]>([
    ['an error that repeats it', (secret) => [`Set-Thing -Password '${secret}'`, "Set-Thing -Password '[removed]'", `   1 |  Set-Thing -Password '${secret}'`]],
    ['a program that prints it alone', (secret) => [`tool --password=${secret} -v`, 'tool --password=[removed] -v', `using ${secret} for x`]],
    ['the same command once more', (secret) => [`$password = '${secret}'; Write-Output '${secret}'`, `$password = '[removed]'; Write-Output '${secret}'`, secret]],
    ['a here-string', (secret) => [`$token = @'\n${secret}\n'@`, '$token = [removed]', `it is ${secret}`]],
    ['a quote in it', (secret) => [`$password = '${secret}''x'`, '$password = [removed]', `${secret}'x`]],
    ['the last part of the line', (secret) => [`$secret = "${secret}"`, '$secret = [removed]', secret]]
  ])('is remembered, so that it is left out of %s', (_, make) => {
    const secret = canary()
    const [line, cleaned, output] = make(secret)
    const filter = new SecretFilter()
    expect(filter.command(line, cleaned)).not.toContain(secret)
    expect(filter.line(output)).toContain('[removed]')
    expect(filter.line(`and later ${output}`)).not.toContain(secret)
  })

  it('remembers no account’s name, no short word and nothing that was not taken out', () => {
    const filter = new SecretFilter()
    filter.command('Connect-Thing -Credential admin@contoso.example -Password 1234; Get-Mailbox Adele', 'Connect-Thing -Credential [removed] -Password [removed]; Get-Mailbox Adele')
    expect(filter.line('admin@contoso.example has 1234 items, as Get-Mailbox Adele says')).toBe('admin@contoso.example has 1234 items, as Get-Mailbox Adele says')
  })

  it('remembers nothing wrong of a line that is not the same', () => {
    const filter = new SecretFilter()
    expect(filter.command('Get-Mailbox', '[removed]')).toBe('[removed]')
    expect(filter.command('abc', 'xyz [removed] uvw')).toBe('xyz [removed] uvw')
    expect(filter.line('abc xyz uvw')).toBe('abc xyz uvw')
  })
})
