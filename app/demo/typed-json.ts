const isoDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const guid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/
const isoLength = 24 // as Date.toISOString writes it: spares most values the expression
const guidLength = 36

/**
 * Objects as JSON texts, with the sidecars beside dates, GUIDs and lists by which the client knows their types
 * (`"WhenCreated@data.type":"System.DateTime"`). Most of a mailbox's 200 properties are the same as its neighbour's,
 * so a property whose value has not changed since the object before is not written anew.
 */
export function annotatedJson(objects: ReadonlyArray<Record<string, unknown>>): string[] {
  const latest = new Map<string, { value: unknown; text: string }>()
  return objects.map((shown) => {
    const parts: string[] = []
    for (const name in shown) {
      const value = shown[name]
      if (value === undefined) continue
      let written = latest.get(name)
      if (!written || written.value !== value) {
        written = { value, text: propertyText(name, value) }
        latest.set(name, written)
      }
      parts.push(written.text)
    }
    return `{${parts.join(',')}}`
  })
}

function propertyText(name: string, value: unknown): string {
  return `${sidecar(name, value)}"${name}":${JSON.stringify(value)}`
}

function sidecar(name: string, value: unknown): string {
  if (Array.isArray(value)) return `"${name}@odata.type":"#Collection(String)",`
  if (typeof value !== 'string') return ''
  if (value.length === isoLength && isoDate.test(value)) return `"${name}@data.type":"System.DateTime",`
  if (value.length === guidLength && name.endsWith('Guid') && guid.test(value)) return `"${name}@data.type":"System.Guid",`
  return ''
}
