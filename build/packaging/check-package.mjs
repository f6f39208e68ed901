// npm run check-package: reads the fuses of every unpacked app in out/packages, and fails where one is not as decided.
import { join } from 'node:path'
import { root, runMain, SetupError } from '../setup.mjs'
import { findPackages } from './find-packages.mjs'
import { fuses, readFuses } from './fuses.mjs'

await runMain(async () => {
  const packages = findPackages(process.argv[2] ?? join(root, 'out', 'packages'))
  if (packages.length === 0) throw new SetupError('There is no package: npm run package makes one.')
  for (const { name, binary } of packages) {
    const found = await readFuses(binary)
    const wrong = [...new Set([...Object.keys(fuses), ...Object.keys(found)])].filter((fuse) => found[fuse] !== fuses[fuse])
    if (wrong.length > 0) throw new SetupError(`${name}: not as decided: ${wrong.join(', ')}`)
    console.log(`${name}: all ${Object.keys(found).length} fuses are as decided`)
  }
})
