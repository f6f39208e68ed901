import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { formNames, formsOf, LeakScanner, pieceLength, unwrapped, type FormName } from './leak-scanner.ts'

/** A secret with every character that some form escapes, and enough of chance between them. */
const newSecret = () => `${randomBytes(9).toString('base64url')}"\\/%+&<>é='~ ${randomBytes(12).toString('base64url')}`
const newToken = () => [randomBytes(600), randomBytes(256)].map((part) => part.toString('base64url')).join('.')
const noise = (length: number) => randomBytes(length)
const formsFoundIn = (scanner: LeakScanner, content: Uint8Array | string) => [...new Set(scanner.scan(content).map(({ form }) => form))]

describe('a canary', () => {
  const secret = newSecret()
  const scanner = new LeakScanner([{ name: 'secret', value: secret }])
  const written: Array<[FormName, string, Buffer | string]> = [
    ['raw', 'as it is', secret],
    ['base64', 'in base64', Buffer.from(secret).toString('base64')],
    ['base64', 'in base64 behind one byte', Buffer.from(`x${secret}`).toString('base64')],
    ['base64', 'in base64 behind two bytes', Buffer.from(`xy${secret}zz`).toString('base64')],
    ['base64url', 'in base64url', Buffer.from(`\xff${secret}`).toString('base64url')],
    ['utf-16', 'in UTF-16', Buffer.from(secret, 'utf16le')],
    ['utf-16 in base64', 'in an encoded command', Buffer.from(`'${secret}'`, 'utf16le').toString('base64')],
    ['hex', 'in hex', Buffer.from(secret).toString('hex')],
    ['hex', 'in hex of capitals', Buffer.from(secret).toString('hex').toUpperCase()],
    ['percent', 'in a URL', encodeURIComponent(secret)],
    ['percent', 'in a URL by small digits', encodeURIComponent(secret).replace(/%../g, (digits) => digits.toLowerCase())],
    ['percent', 'in a form', new URLSearchParams({ secret }).toString()],
    ['percent', 'in a URL within a URL', encodeURIComponent(encodeURIComponent(secret))],
    ['json', 'in JSON', JSON.stringify({ secret })],
    ['json', 'in JSON within JSON', JSON.stringify(JSON.stringify({ secret }))],
    ['json', 'in JSON by .NET', JSON.stringify(secret).replace('é', '\\u00e9')],
    ['json', 'in JSON with escaped slashes', JSON.stringify(secret).replaceAll('/', '\\/')],
    ['html', 'in a page', secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')]
  ]
  it.each(written)('is found, form %s: %s', (form, _, text) => {
    const content = Buffer.concat([noise(1001), Buffer.from(text as string), noise(1000)])
    const found = scanner.scan(content)
    expect(found.map((finding) => finding.form)).toContain(form)
    expect(found.every(({ canary }) => canary === 'secret')).toBe(true)
  })

  it('is looked for in every form there is', () => {
    const key = formsOf({ name: 'key', value: noise(128) }).map(({ name }) => name)
    const text = formsOf({ name: 'text', value: secret }).map(({ name }) => name)
    expect(new Set([...key, ...text])).toEqual(new Set(formNames))
    expect(new Set(written.map(([form]) => form))).toEqual(new Set(text))
  })

  it('is found at the first byte and at the last', () => {
    expect(formsFoundIn(scanner, secret)).toContain('raw')
    expect(formsFoundIn(scanner, Buffer.concat([noise(50), Buffer.from(secret)]))).toContain('raw')
  })

  it('is not found in chance, in what is empty, or in another canary', () => {
    expect(scanner.scan(noise(3_000_000))).toEqual([])
    expect(scanner.scan('')).toEqual([])
    expect(scanner.scan(newSecret())).toEqual([])
  })

  it('is told apart from the others, and said with what stands around it', () => {
    const other = newSecret()
    const both = new LeakScanner([{ name: 'one', value: secret }, { name: 'two', value: other }])
    const [finding] = both.scan(`the log says: ${other}`)
    expect(finding).toMatchObject({ canary: 'two', form: 'raw', at: 14 })
    expect(finding!.around).toContain('the log says: ')
  })

  it('that is too short to prove anything is refused', () => {
    expect(() => new LeakScanner([{ name: 'short', value: 'hunter2' }])).toThrow(/“short” is shorter/)
  })
})

describe('a piece of a token', () => {
  const token = newToken()
  const scanner = new LeakScanner([{ name: 'token', value: token }])

  it('of 16 characters is found, wherever it was cut out', () => {
    for (let from = 0; from + pieceLength <= token.length; from += 7) {
      expect(formsFoundIn(scanner, `<${token.slice(from, from + pieceLength)}>`)).toEqual(['raw'])
    }
  })

  it('of 15 characters is not', () => {
    expect(scanner.scan(`<${token.slice(100, 115)}>`)).toEqual([])
  })

  it.each([0, 1, 2])('is found in base64 that begins %i bytes before it', (before) => {
    const piece = Buffer.from('?'.repeat(before) + token.slice(200, 217) + '?'.repeat(3))
    expect(formsFoundIn(scanner, piece.toString('base64'))).toContain('base64')
  })

  it('is found in UTF-16', () => {
    expect(formsFoundIn(scanner, Buffer.from(`x${token.slice(33, 49)}`, 'utf16le'))).toEqual(['utf-16'])
  })
})

describe('a key', () => {
  const key = noise(256)
  const scanner = new LeakScanner([{ name: 'key', value: key }])
  it.each<[FormName, string, Buffer | string]>([
    ['raw', 'in DER', Buffer.concat([noise(26), key, noise(9)])],
    ['base64', 'in PEM', Buffer.concat([noise(26), key]).toString('base64').replace(/.{64}/g, '$&\n')],
    ['base64url', 'in a JWK', JSON.stringify({ d: key.toString('base64url') })],
    ['hex', 'in hex', key.toString('hex')],
    ['reversed', 'from its end', Buffer.from(key).reverse()]
  ])('is found, form %s: %s', (form, _, content) => {
    expect(formsFoundIn(scanner, content)).toContain(form)
  })
})

describe('a terminal’s text', () => {
  it('holds a canary that its lines, cells and colours tear apart', () => {
    const secret = randomBytes(24).toString('base64url')
    const torn = `\x1b]0;title\x07PS> \x1b[31m${secret.slice(0, 13)}\r\n\x1b[0m${secret.slice(13, 20)}\x1b[1;3H\u00a0${secret.slice(20)}`
    const scanner = new LeakScanner([{ name: 'secret', value: secret }])
    expect(scanner.scan(torn)).toEqual([])
    expect(formsFoundIn(scanner, unwrapped(torn))).toContain('raw')
  })
})

it('looks through megabytes for a dozen tokens', () => {
  const scanner = new LeakScanner(Array.from({ length: 12 }, (_, index) => ({ name: `token ${index}`, value: newToken() })))
  expect(scanner.scan(noise(8 * 1024 * 1024))).toEqual([])
})
