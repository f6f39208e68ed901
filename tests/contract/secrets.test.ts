import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { calls, events } from '../../app/contract.ts'

/** What a field is named that could hold a secret, a private key, an assertion or a token. */
const secretLike = /secret|password|passphrase|token|assertion|jwt|bearer|private|key|pfx|nonce|cookie/i

/** Fields that are named so and hold none, each with its reason. */
const harmless: Record<string, string> = {
  tokenExpiresOn: 'a time',
  keychain: 'the status of the OS keychain: its name, and why it can’t be used',
  keyKind: 'what kind of key a certificate has, e.g. RSA'
}

/** The names of all fields in a schema, however deep. */
function fieldsOf(schema: z.ZodType): string[] {
  const names: string[] = []
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return
    const { properties } = node as { properties?: object }
    if (properties) names.push(...Object.keys(properties))
    Object.values(node).forEach(walk)
  }
  walk(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }))
  return names
}

const suspects = (schema: z.ZodType) => fieldsOf(schema).filter((name) => secretLike.test(name) && !Object.hasOwn(harmless, name))

it('a field is found however deep it lies', () => {
  const leaf = z.object({ clientSecret: z.string() })
  const schema = z.object({ a: z.array(z.object({ b: leaf.nullable().optional() })), c: z.union([z.string(), z.object({ AccessToken: z.string().default('') })]), d: z.record(z.string(), z.tuple([z.object({ privateKey: z.string() })])) })
  expect(suspects(schema).sort()).toEqual(['AccessToken', 'clientSecret', 'privateKey'])
})

describe('no field is named like a secret or a token', () => {
  it.each(Object.entries(calls))('in the output of %s', (_, { output }) => expect(suspects(output)).toEqual([]))
  it.each(Object.entries(events))('in the event %s', (_, data) => expect(suspects(data)).toEqual([]))
})

it('every exception is still needed', () => {
  const all = [...Object.values(calls).map(({ output }) => output), ...Object.values(events)].flatMap((schema) => fieldsOf(schema))
  expect(Object.keys(harmless).filter((name) => !all.includes(name))).toEqual([])
})
