/** A secret value that must be nowhere: text, or the bytes of a key. */
export interface Canary {
  name: string
  value: string | Uint8Array
}

/** What was found of a canary, and in which form. */
export interface Finding {
  canary: string
  form: FormName
  /** Where in the bytes it begins. */
  at: number
  /** The bytes around it as text, so that a person sees who wrote them. */
  around: string
}

/** One way in which a canary may be written. */
interface Form {
  name: FormName
  bytes: Buffer
  /** Any piece of this many bytes counts; whole forms are found only from end to end. */
  piece: number
}

const forms = {
  raw: 'as it is',
  reversed: 'the bytes of a key from its end, as .NET’s BigInteger has them',
  base64: 'base64, wherever in a triple of bytes it begins',
  base64url: 'base64url, wherever in a triple of bytes it begins',
  'utf-16': 'UTF-16LE, as .NET and Windows keep text',
  'utf-16 in base64': 'base64 of UTF-16LE, as -EncodedCommand takes it',
  hex: 'two digits for each byte',
  percent: 'percent-escaped, as in a URL or a form',
  json: 'escaped as in a JSON string, by JavaScript or by .NET, once or twice',
  html: 'escaped as in a page'
} as const
export type FormName = keyof typeof forms
export const formNames = Object.keys(forms) as FormName[]

/** Shorter pieces than this are no proof of anything, and a shorter canary could not be told from chance. */
export const pieceLength = 16
/** Every piece is at least this long, so one hash of this many bytes serves for all of them. */
const anchor = 16
const filterBits = 24

/**
 * Looks for canaries in bytes of any kind, in every form that they may take. Pieces of 16 characters are enough in the
 * forms that keep characters or bytes apart; the escaped forms, which differ from the raw one only around the
 * characters they escape, count from end to end.
 */
export class LeakScanner {
  readonly #filter = new Uint8Array(1 << (filterBits - 3))
  readonly #pieces = new Map<number, Array<{ canary: string; form: Form; from: number }>>()

  constructor(canaries: Canary[]) {
    for (const canary of canaries) for (const form of formsOf(canary)) this.#add(canary.name, form)
  }

  #add(canary: string, form: Form): void {
    for (let from = 0; from + form.piece <= form.bytes.length; from++) {
      const hash = hashOf(form.bytes, from)
      this.#filter[hash >>> (35 - filterBits)]! |= 1 << ((hash >>> (32 - filterBits)) & 7)
      const known = this.#pieces.get(hash)
      if (known) known.push({ canary, form, from })
      else this.#pieces.set(hash, [{ canary, form, from }])
    }
  }

  /** Each canary's first occurrence in each form. */
  scan(content: Uint8Array | string): Finding[] {
    const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    const found = new Map<string, Finding>()
    if (bytes.length < anchor) return []
    let hash = hashOf(bytes, 0)
    for (let at = 0; ; at++) {
      if (this.#filter[hash >>> (35 - filterBits)]! & (1 << ((hash >>> (32 - filterBits)) & 7))) this.#take(bytes, at, hash, found)
      if (at + anchor >= bytes.length) break
      hash = (Math.imul(hash - Math.imul(bytes[at]!, highest), base) + bytes[at + anchor]!) >>> 0
    }
    return [...found.values()]
  }

  #take(bytes: Buffer, at: number, hash: number, found: Map<string, Finding>): void {
    for (const { canary, form, from } of this.#pieces.get(hash) ?? []) {
      const key = `${canary} ${form.name}`
      if (found.has(key) || at + form.piece > bytes.length) continue
      if (form.bytes.compare(bytes, at, at + form.piece, from, from + form.piece) !== 0) continue
      const around = bytes.toString('latin1', Math.max(0, at - 60), at + form.piece + 60).replace(/[^\x20-\x7e]/g, '·')
      found.set(key, { canary, form: form.name, at, around })
    }
  }
}

// A polynomial over the bytes, modulo 2^32: the next hash follows from the one before.
const base = 0x01000193
const highest = (() => {
  let power = 1
  for (let i = 1; i < anchor; i++) power = Math.imul(power, base)
  return power
})()

function hashOf(bytes: Uint8Array, from: number): number {
  let hash = 0
  for (let i = 0; i < anchor; i++) hash = (Math.imul(hash, base) + bytes[from + i]!) >>> 0
  return hash
}

/** A canary written in one of its forms. Throws where it has no such form. */
export function writtenAs(form: FormName, canary: Canary): Buffer {
  const found = formsOf(canary).find(({ name }) => name === form)
  if (!found) throw new Error(`“${canary.name}” is the same as it is when written as ${form}.`)
  return found.bytes
}

/** A canary in every form, each once. */
export function formsOf({ name, value }: Canary): Form[] {
  const raw = Buffer.from(value as string)
  if (raw.length < pieceLength) throw new Error(`The canary “${name}” is shorter than ${pieceLength} bytes.`)
  const piecewise = (form: FormName, bytes: Buffer | string, piece = pieceLength): Form => ({ name: form, bytes: Buffer.from(bytes as string), piece })
  const all = [piecewise('raw', raw), ...base64Of(raw).flatMap((text) => [piecewise('base64', text), piecewise('base64url', urlSafe(text))])]
  if (typeof value === 'string') {
    const wide = Buffer.from(value, 'utf16le')
    all.push(piecewise('utf-16', wide, 2 * pieceLength))
    all.push(...base64Of(wide).map((text) => piecewise('utf-16 in base64', text, 2 * pieceLength)))
    for (const [form, texts] of Object.entries({ percent: percentOf(value), json: jsonOf(value), html: htmlOf(value) })) {
      all.push(...texts.map((text) => piecewise(form as FormName, text, Buffer.byteLength(text))))
    }
  } else all.push(piecewise('reversed', Buffer.from(raw).reverse()))
  const hex = raw.toString('hex')
  all.push(piecewise('hex', hex, 2 * pieceLength), piecewise('hex', hex.toUpperCase(), 2 * pieceLength))
  // What no character of this canary makes different is the form that came first.
  return all.filter((form, index) => all.findIndex(({ bytes, piece }) => piece === form.piece && bytes.equals(form.bytes)) === index && !isRawAgain(form, raw))
}

function isRawAgain(form: Form, raw: Buffer): boolean {
  return form.name !== 'raw' && form.bytes.equals(raw)
}

/** The characters that the value alone decides, for each of the three places in a triple where it may begin. */
function base64Of(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
  })
}

const urlSafe = (base64: string) => base64.replaceAll('+', '-').replaceAll('/', '_')

function percentOf(text: string): string[] {
  const lower = (escaped: string) => escaped.replace(/%../g, (digits) => digits.toLowerCase())
  const [url, form] = [encodeURIComponent(text), new URLSearchParams({ x: text }).toString().slice(2)]
  const each = [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  return [url, lower(url), form, lower(form), encodeURI(text), encodeURIComponent(url), each, lower(each)]
}

function jsonOf(text: string): string[] {
  const inner = (value: string) => JSON.stringify(value).slice(1, -1)
  const once = inner(text)
  const unicode = (pattern: RegExp, digits: (code: string) => string) => once.replace(pattern, (character) => `\\u${digits(character.charCodeAt(0).toString(16).padStart(4, '0'))}`)
  // .NET's JavaScriptEncoder.Default, Newtonsoft's EscapeNonAscii and EscapeHtml, and the slash that PHP and others escape.
  const dotnet = text.replace(/["\\&'<>+`\u007f-\uffff]/g, (character) => (character === '\\' ? '\\\\' : `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`))
  const escaped = [once, unicode(/[^\x20-\x7e]/g, (code) => code), unicode(/[^\x20-\x7e]|[<>&']/g, (code) => code), dotnet, once.replaceAll('/', '\\/')]
  return [...escaped, ...escaped.map(inner)]
}

function htmlOf(text: string): string[] {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  // A page's own writer escapes quotes in attributes only.
  return [/[&<>]/g, /[&"]/g, /[&<>"]/g, /[&<>"']/g].map((some) => text.replace(some, (character) => entities[character]!))
}

/** Text as a person would read it off a terminal: without escape sequences and without the breaks of its lines. */
export function unwrapped(text: string): string {
  return text
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[@-_]/g, '')
    .replace(/[\s\u00a0\0]+/g, '')
}
