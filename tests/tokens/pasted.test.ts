import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { TenantryError } from '../../app/failures.ts'
import { decodePasted, longestToken } from '../../app/tokens/decode.ts'
import { shapedToken } from './login.ts'

const part = (text: string) => Buffer.from(text).toString('base64url')
const claims = { tid: 'x', roles: ['a', 'b'], name: 'Zoë', exp: 1 }
const token = shapedToken(claims)
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

/** What refusing it says. */
function refusal(text: string): { message: string } {
  try {
    decodePasted(text)
  } catch (error) {
    expect((error as TenantryError).toFailure()).toMatchObject({ code: 'not-a-token', field: 'token' })
    return { message: (error as Error).message }
  }
  return expect.unreachable()
}

describe('a pasted token', () => {
  it.each([
    ['as it is', token],
    ['with Bearer', `Bearer ${token}`],
    ['with the whole header', `Authorization: Bearer ${token}`],
    ['with a word in capitals and no space', `BEARER${token}`],
    ['in quotes', `"${token}"`],
    ['in typographic quotes', `“${token}”`],
    ['in single quotes with a comma', `'${token}',`],
    ['between line ends', `\r\n\t${token}\n`],
    ['broken into lines', token.replace(/(.{20})/g, '$1\r\n  ')],
    ['with a byte order mark', `\ufeff${token}`],
    ['without its signature', token.slice(0, token.lastIndexOf('.') + 1)],
    ['with padding', `${part('{"alg":"x"}')}.${Buffer.from(JSON.stringify(claims)).toString('base64')}.c`]
  ])('is read %s', (_, text) => {
    expect(decodePasted(text)).toEqual(claims)
  })

  it.each([
    ['nothing', ' \n', /there is nothing/],
    ['a word', 'opaque', /not three parts|1 part/],
    ['a sentence', 'This is not a token at all. It is text. Really.', /4 parts|not three parts/],
    ['two parts', `${part('{"alg":"x"}')}.${part('{}')}`, /2 parts instead of 3/],
    ['an encrypted one', 'a.b.c.d.e', /encrypted/],
    ['JSON', JSON.stringify({ access_token: 'x' }), /part/],
    ['claims that are no JSON', `${part('{"alg":"x"}')}.${part('{oops')}.c`, /claims are not JSON/],
    ['claims that are no text', `${part('{"alg":"x"}')}.${Buffer.from([0xff, 0xfe]).toString('base64url')}.c`, /claims are not JSON/],
    ['claims that are a list', `${part('{"alg":"x"}')}.${part('[1]')}.c`, /claims are not an object/],
    ['claims that are null', `${part('{"alg":"x"}')}.${part('null')}.c`, /claims are not an object/],
    ['a first part that is nonsense', `abc.${part('{}')}.c`, /first part is not JSON/],
    ['a first part without an algorithm', `${part('{}')}.${part('{}')}.c`, /names no algorithm/],
    ['claims nested a bit too deep', `${part('{"alg":"x"}')}.${part(`{"a":${nested(17)}}`)}.c`, /nested too deep/],
    ['claims nested as deep as fits', `${part('{"alg":"x"}')}.${part(`{"a":${nested(20_000)}}`)}.c`, /nested too deep/]
  ])('is not %s', (_, text, reason) => {
    const { message } = refusal(text)
    expect(message).toMatch(/^This is not a token: /)
    expect(message).toMatch(reason)
  })

  it.each([
    ['10 MB of letters', () => 'a'.repeat(10_000_000)],
    ['10 MB of dots', () => '.'.repeat(10_000_000)],
    ['10 MB of white space', () => ' '.repeat(10_000_000)],
    ['10 MB of “Bearer ”', () => 'Bearer '.repeat(1_500_000)],
    ['10 MB of claims', () => `${part('{"alg":"x"}')}.${'A'.repeat(10_000_000)}.c`],
    ['10 MB of a nested list', () => `${part('{"alg":"x"}')}.${part(nested(5_000_000))}.c`],
    ['one letter more than a token may have', () => `${part('{"alg":"x"}')}.${'A'.repeat(longestToken)}.c`]
  ])('is not %s, and that is said at once', (_, make) => {
    // By its length alone: a look into it would find other words for most of these.
    expect(refusal(make()).message).toMatch(/too long for one/)
  })

  it('leaves nothing of itself in what is said of it', () => {
    const canary = randomBytes(12).toString('hex')
    for (const text of [canary, `${canary}.${part(canary)}.x`, `${part('{"alg":"x"}')}.${part(canary)}.${canary}`, `Bearer ${canary}.a.b`]) {
      try {
        decodePasted(text)
        expect.unreachable()
      } catch (error) {
        expect(JSON.stringify((error as TenantryError).toFailure()) + (error as Error).stack).not.toContain(canary)
      }
    }
  })
})
