import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { now, until, type BenchWindow } from './window.ts'

/** What a flood prints, in bytes. */
export const floodBytes = 32 * 1024 * 1024

export interface FloodFile {
  path: string
  bytes: number
  lines: number
}

/** Writes the file that floods: lines of 40 to 119 printable characters, the same at each run. */
export function writeFloodFile(): FloodFile {
  const content = Buffer.alloc(floodBytes)
  let seed = 1
  let lines = 0
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % below
  }
  for (let at = 0; at < floodBytes; ) {
    const end = Math.min(at + 40 + random(80), floodBytes - 1)
    while (at < end) content[at++] = 33 + random(94)
    content[at++] = 10
    lines += 1
  }
  const path = join(tmpdir(), `tenantry-bench-flood-${process.pid}.txt`)
  writeFileSync(path, content)
  return { path, bytes: floodBytes, lines }
}

/** A shell that prints the file once for each line it is sent, and echoes nothing. */
export const catOnRequest = (file: FloodFile) => `stty -echo; printf ready; while read -r line; do cat '${file.path}'; done`

/** A shell that, once it was sent a line, prints the file over and over until it is interrupted. */
export const catUntilInterrupted = (file: FloodFile) =>
  `stty -echo; stopped=; trap 'stopped=1' INT; printf ready; while read -r line; do stopped=; while [ -z "$stopped" ]; do cat '${file.path}'; done; done`

/** Sends one flood through the whole path; MB (10^6 bytes of the file) per second until the window has parsed its last byte. */
export async function floodThroughWindow({ seen }: BenchWindow, pty: { write(text: string): void }, file: FloodFile): Promise<number> {
  await until(() => seen.acknowledged === seen.sent, 'the window to be idle')
  // The terminal driver makes CR LF of each LF.
  const end = seen.sent + file.bytes + file.lines
  let finished = 0
  seen.onAcknowledged = () => {
    if (seen.acknowledged >= end) finished ||= now()
  }
  const start = now()
  pty.write('\r')
  await until(() => finished > 0, 'the whole flood to be parsed').finally(() => (seen.onAcknowledged = () => {}))
  return file.bytes / 1000 / (finished - start)
}
