import { spawn } from 'node:child_process'
import { spawn as ptySpawn } from 'node-pty'
import { describe, expect, it } from 'vitest'
import type { Spawn } from '../app/adapters.ts'
import { processTree } from '../app/process-tree.ts'
import { programOutput } from '../app/program-output.ts'

const started: string[] = []
const watched: Spawn = {
  pty: ptySpawn,
  process: (file, args, options) => {
    started.push(`${file} ${args.join(' ')}`)
    return spawn(file, args, options)
  }
}
const node = (script: string, timeoutMs?: number) => programOutput(watched, process.execPath, { args: ['-e', script], ...(timeoutMs ? { timeoutMs } : {}) })

describe('a program’s output', () => {
  it('comes whole', async () => {
    expect(await node('process.stdout.write("ä".repeat(200_000))')).toBe('ä'.repeat(200_000))
  })

  it.each([
    ['that fails', 'console.log("half"); process.exit(3)'],
    ['that never stops printing', 'const go = () => process.stdout.write("x".repeat(65536), go); go()']
  ])('is null for one %s', async (_, script) => {
    expect(await node(script)).toBe(null)
  })

  it('is null for one that takes too long, which is ended', async () => {
    expect(await node('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)', 300)).toBe(null)
  })

  it('is null for one that is not there', async () => {
    expect(await programOutput(watched, '/nowhere/at-all', { args: [] })).toBe(null)
  })
})

describe('the process tree', () => {
  it.skipIf(process.platform === 'win32')('is the same by ps as by /proc, and ps is started through the adapter', async () => {
    const child = spawn('sh', ['-c', 'sleep 60 & wait'], { stdio: 'ignore' })
    try {
      const tree = (platform: NodeJS.Platform) => processTree(child.pid!, platform, watched)
      await expect.poll(async () => (await tree(process.platform)).length).toBe(2)
      expect(await tree('darwin')).toEqual(await tree(process.platform))
      expect(started).toContain('ps -axo pid=,ppid=')
    } finally {
      for (const pid of await processTree(child.pid!, process.platform, watched)) process.kill(pid, 'SIGKILL')
    }
  })
})
