import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { markRunning, processMark, runningProcess } from '../../build/running.mjs'
import { SetupError, stopIfRunning } from '../../build/setup.mjs'

let folder: string
let child: ChildProcess
const note = () => join(folder, 'running.json')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-running-'))
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
})
afterEach(() => {
  child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe('a Tenantry that runs from this checkout', () => {
  it('stops set-up with a sentence until it has ended', async () => {
    expect(() => stopIfRunning(folder)).not.toThrow()
    markRunning(folder, child.pid)
    expect(() => stopIfRunning(folder)).toThrow(SetupError)
    expect(() => stopIfRunning(folder)).toThrow(`Tenantry is running from this folder (process ${child.pid}). Close it, then try again.`)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(runningProcess(folder)).toBe(null)
    expect(existsSync(note())).toBe(false)
  })

  it('takes its note back when it ends in order', () => {
    markRunning(folder, child.pid)()
    expect(runningProcess(folder)).toBe(null)
  })

  it('is not taken for another process that got its id', () => {
    markRunning(folder, child.pid)
    const noted = JSON.parse(readFileSync(note(), 'utf8')) as { pid: number; mark: string }
    expect(noted.mark).toBe(processMark(child.pid))
    writeFileSync(note(), JSON.stringify({ ...noted, mark: 'of an earlier boot' }))
    expect(runningProcess(folder)).toBe(null)
    expect(existsSync(note())).toBe(false)
  })

  it('counts where its note has no start', () => {
    writeFileSync(note(), JSON.stringify({ pid: child.pid }))
    expect(runningProcess(folder)).toBe(child.pid)
  })

  it.each(['', '{', 'null', '{}', '{"pid":"1"}', '{"pid":-1}', '{"pid":0}', '{"pid":1.5}'])('is not what a broken note says: %s', (text) => {
    writeFileSync(note(), text)
    expect(() => stopIfRunning(folder)).not.toThrow()
    expect(existsSync(note())).toBe(false)
  })
})
